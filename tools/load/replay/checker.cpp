#include "load/replay/checker.hpp"

#include <algorithm>
#include <utility>

namespace banter::load {

Faults& Faults::operator+=(const Faults& other) {
    lost += other.lost;
    duplicates += other.duplicates;
    disorder += other.disorder;
    outside += other.outside;
    different += other.different;
    redelivered += other.redelivered;
    return *this;
}

void StreamChecker::mark(Seq seq) {
    if (seq >= seen_.size()) seen_.resize(seq + 1, false);
    seen_[seq] = true;
}

// The stream goes on with `seq`.
void StreamChecker::take(Seq seq, Change own) {
    if (std::exchange(fresh_, false)) connection_begin_ = seq;
    any_ = true;
    if (seen(seq)) ++faults_.redelivered;
    mark(seq);
    next_ = seq + 1;
    ended_ = own == Change::ends;
}

void StreamChecker::count(std::uint64_t& fault, std::string_view what, Seq seq) {
    ++fault;
    if (!oddity_.what.empty()) return;
    oddity_ = {what, seq, next_, fresh_ ? 0 : connection_begin_, settled_};
}

void StreamChecker::message(Seq seq, Change own) {
    if (fresh_ && seq < next_ && any_) {
        if (seq <= settled_) {
            count(faults_.duplicates, "again though acknowledged", seq);
        }
        return take(seq, own);
    }
    if (seq == next_) return take(seq, own);
    if (seq > next_ || !any_) {
        if (own == Change::begins && (fresh_ || ended_)) {
            waived_.emplace_back(next_, seq - 1);
        } else if (any_) {
            count(faults_.disorder, "too early", seq);
        }
        return take(seq, own);
    }
    if (seen(seq) && seq >= connection_begin_) {
        count(faults_.duplicates, "twice", seq);
    } else {
        count(faults_.disorder, "too late", seq);
        mark(seq);
    }
}

void StreamChecker::sent(Seq seq) {
    const bool repeat = seq < next_ && seen(seq);
    if (!repeat) message(seq, Change::none);
}

GroupLedger::Entry& GroupLedger::entry(Seq seq) {
    if (seq >= entries_.size()) entries_.resize(seq + 1);
    return entries_[seq];
}

void GroupLedger::compare(Entry& entry, std::uint64_t content) {
    if (!entry.content) {
        entry.content = content;
    } else if (*entry.content != content) {
        ++faults_.different;
    }
}

void GroupLedger::observed(Seq seq, std::uint64_t content, Change change,
                           const std::vector<Person>& people) {
    auto& known = entry(seq);
    compare(known, content);
    if (std::exchange(known.observed, true) || change == Change::none) return;
    known.event = true;
    ++events_;
    if (change == Change::other) return;
    const auto place = std::ranges::upper_bound(changes_, seq, {}, &MembershipChange::seq);
    changes_.insert(place, {seq, change == Change::begins, people});
}

void GroupLedger::accepted(Seq seq, std::uint64_t content) {
    auto& known = entry(seq);
    compare(known, content);
    if (std::exchange(known.accepted, true)) {
        ++faults_.different;  // two sends were told the same place
    } else {
        ++messages_;
    }
}

std::vector<std::pair<Seq, Seq>> GroupLedger::memberships(Person person) const {
    std::vector<std::pair<Seq, Seq>> result;
    for (const auto& change : changes_) {
        if (std::ranges::find(change.people, person) == change.people.end()) continue;
        const bool open = !result.empty() && result.back().second == 0;
        if (change.begins && !open) result.emplace_back(change.seq, 0);
        if (!change.begins && open) result.back().second = change.seq;
    }
    return result;
}

bool GroupLedger::is_member(Person person) const {
    const auto times = memberships(person);
    return !times.empty() && times.back().second == 0;
}

Seq GroupLedger::expected_last(Person person) const {
    const auto times = memberships(person);
    if (times.empty()) return 0;
    return times.back().second == 0 ? head() : times.back().second;
}

Faults GroupLedger::audit(Person person, const StreamChecker& stream) const {
    Faults faults = stream.faults();
    std::vector<bool> visible(entries_.size(), false);
    for (const auto& [first, last] : memberships(person)) {
        const Seq end = last == 0 ? head() : last;
        for (Seq seq = first; seq <= end; ++seq) visible[seq] = true;
    }
    std::vector<bool> excused(entries_.size(), false);
    for (const auto& [first, last] : stream.waived()) {
        for (Seq seq = first; seq <= std::min(last, head()); ++seq) excused[seq] = true;
    }
    for (Seq seq = 1; seq < entries_.size(); ++seq) {
        const bool seen = stream.seen(seq);
        if (visible[seq] && !seen && !excused[seq]) ++faults.lost;
        if (!visible[seq] && seen) ++faults.outside;
    }
    return faults;
}

Faults GroupLedger::audit_log() const {
    Faults faults = faults_;
    for (Seq seq = 1; seq < entries_.size(); ++seq) {
        const auto& known = entries_[seq];
        if (!known.content) ++faults.lost;
        if (known.observed && !known.event && !known.accepted) ++faults.duplicates;
    }
    return faults;
}

}  // namespace banter::load
