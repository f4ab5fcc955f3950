#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "base/time.hpp"
#include "load/replay/conversation.hpp"

namespace banter::load {
namespace {

using Records = std::vector<const Record*>;

// Numbers for nicknames, over all logs. Within one log a rename points a nickname elsewhere.
class People {
public:
    std::uint32_t person(const std::string& nickname) {
        const auto [at, added] =
            numbers_.try_emplace(nickname, static_cast<std::uint32_t>(nicknames.size()));
        if (added) nicknames.push_back(nickname);
        return at->second;
    }

    std::vector<std::string> nicknames;

private:
    std::unordered_map<std::string, std::uint32_t> numbers_;
};

// Builds one group's script, record by record.
class GroupBuilder {
public:
    GroupBuilder(std::string name, People& people, std::size_t max_members)
        : people_(people), max_members_(max_members) {
        group_.name = std::move(name);
    }

    void add(const Record& record, milliseconds at) {
        const std::uint32_t person = who(record.user);
        switch (record.kind) {
            case Record::Kind::message:
                come(person, at, false);
                if (present_.contains(person) && !record.text.empty()) {
                    step(Step::Kind::say, at, person, record.text);
                }
                break;
            case Record::Kind::join:
                come(person, at, true);
                break;
            case Record::Kind::leave:
                come(person, at, false);
                if (present_.erase(person) > 0) step(Step::Kind::leave, at, person);
                break;
            case Record::Kind::rename:
                come(person, at, false);
                aliases_[record.to] = person;
                break;
        }
    }

    // False: nobody is there to own the group.
    bool finish() {
        if (group_.members.empty() && !begin_with_first_to_join()) return false;
        choose_owner();
        std::ranges::sort(group_.members);
        for (const auto person : seen_) group_.people.push_back(person);
        std::ranges::sort(group_.people);
        return true;
    }

    GroupScript take() { return std::move(group_); }

private:
    std::uint32_t who(const std::string& nickname) {
        const auto alias = aliases_.find(nickname);
        return alias != aliases_.end() ? alias->second : people_.person(nickname);
    }

    void step(Step::Kind kind, milliseconds at, std::uint32_t person, std::string text = {}) {
        group_.steps.push_back({kind, at, person, std::move(text)});
    }

    void come(std::uint32_t person, milliseconds at, bool joins) {
        if (present_.contains(person)) {
            if (joins) step(Step::Kind::reconnect, at, person);
            return;
        }
        if (present_.size() >= max_members_) return;
        present_.insert(person);
        if (seen_.insert(person).second && !joins) {
            group_.members.push_back(person);
        } else {
            step(Step::Kind::join, at, person);
        }
    }

    bool begin_with_first_to_join() {
        const auto first = std::ranges::find(group_.steps, Step::Kind::join, &Step::kind);
        if (first == group_.steps.end()) return false;
        group_.members.push_back(first->person);
        group_.steps.erase(first);
        return true;
    }

    // An owner cannot leave his group: it is the first member who never does, or else the first
    // one, whose leaving (and what follows from it) is left out.
    void choose_owner() {
        std::unordered_set<std::uint32_t> leavers;
        for (const auto& s : group_.steps) {
            if (s.kind == Step::Kind::leave) leavers.insert(s.person);
        }
        const auto stays = std::ranges::find_if(
            group_.members, [&](std::uint32_t person) { return !leavers.contains(person); });
        if (stays != group_.members.end()) {
            group_.owner = *stays;
            return;
        }
        group_.owner = group_.members.front();
        std::erase_if(group_.steps, [&](const Step& s) {
            return s.person == group_.owner &&
                   (s.kind == Step::Kind::leave || s.kind == Step::Kind::join);
        });
    }

    People& people_;
    std::size_t max_members_;
    GroupScript group_;
    std::unordered_map<std::string, std::uint32_t> aliases_;
    std::unordered_set<std::uint32_t> present_;
    std::unordered_set<std::uint32_t> seen_;
};

milliseconds time_of(const Record& record) {
    const auto time = base::parse_rfc3339(record.at.substr(0, 19) + ".000Z");
    if (!time) return milliseconds(0);
    return std::chrono::duration_cast<milliseconds>(time->time_since_epoch());
}

// The log's times are minutes; what happened within one is spread over it evenly.
std::vector<milliseconds> spread(const Records& records, milliseconds max_pause) {
    std::vector<milliseconds> times;
    milliseconds last = time_of(*records.front());
    milliseconds minute{0};
    std::size_t begin = 0;
    while (begin < records.size()) {
        std::size_t end = begin;
        while (end < records.size() && records[end]->at == records[begin]->at) ++end;
        const milliseconds now = time_of(*records[begin]);
        minute += std::clamp(now - last, milliseconds(0), max_pause);
        last = now;
        for (std::size_t i = begin; i < end; ++i) {
            const auto offset = 60'000 * (i - begin) / (end - begin);
            times.push_back(minute + milliseconds(offset));
        }
        begin = end;
    }
    return times;
}

std::vector<std::pair<std::string, Records>> by_chat(const std::vector<Record>& records) {
    std::vector<std::pair<std::string, Records>> chats;
    std::unordered_map<std::string, std::size_t> places;
    for (const auto& record : records) {
        const auto [at, added] = places.try_emplace(record.chat, chats.size());
        if (added) chats.emplace_back(record.chat, Records{});
        chats[at->second].second.push_back(&record);
    }
    return chats;
}

}  // namespace

Script make_script(const std::vector<Record>& records, const ScriptLimits& limits) {
    Script script;
    People people;
    for (const auto& [name, lines] : by_chat(records)) {
        if (limits.logs > 0 && script.groups.size() == limits.logs) break;
        People with_this_log = people;
        GroupBuilder builder(name, with_this_log, limits.max_members);
        const auto times = spread(lines, limits.max_pause);
        for (std::size_t i = 0; i < lines.size(); ++i) builder.add(*lines[i], times[i]);
        if (!builder.finish() || with_this_log.nicknames.size() > limits.max_people) {
            ++script.left_out;
            continue;
        }
        people = std::move(with_this_log);
        script.groups.push_back(builder.take());
    }
    script.nicknames = std::move(people.nicknames);
    return script;
}

}  // namespace banter::load
