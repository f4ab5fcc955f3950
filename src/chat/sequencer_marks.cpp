// The part of the Sequencer that moves marks and cursors: who acknowledges much is written and told
// of once in a tick.
#include <algorithm>
#include <utility>

#include "base/fault.hpp"
#include "chat/sequencer.hpp"

namespace banter::chat {

using domain::Marks;
using domain::Seq;

// Until it is looked up again who may be told of a mark.
constexpr auto tell_again_after = std::chrono::seconds(1);

void Sequencer::mark(const std::shared_ptr<ChatState>& chat, domain::UserId user, Marks marks,
                     base::Timestamp at, Done done) {
    auto& member = chat->members.at(user);
    const Marks merged = BANTER_FAULT(marks_go_back) ? marks : domain::merge(member.marks, marks);
    if (merged == member.marks && member.marks == member.durable) {
        done({});
        return;
    }
    Gathered* const place = place_for({user, {}, chat->chat.id});
    if (place == nullptr) {
        done(too_many_receipts());
        return;
    }
    if (merged != member.marks) {
        if (!std::exchange(member.marks_touched, true)) {
            place->moved.push_back({chat, user, member.marks, merged, at});
        }
        if (merged.delivered > member.marks.delivered) member.delivered_at = at;
        if (merged.read > member.marks.read) member.read_at = at;
        member.marks = merged;
        member.marks_at = at;
    }
    place->done.push_back(std::move(done));
    schedule_flush();
}

void Sequencer::move_cursor(const ports::CursorRow& cursor, bool mark_moves, Done done) {
    const CursorKey key{cursor.user, cursor.device, cursor.chat};
    // Never on the disk before the mark it stands for: a device that has it all would not
    // acknowledge again, and the mark would stay behind.
    const bool mark_held = mark_moves && written_.contains({cursor.user, {}, cursor.chat});
    Gathered* const place = mark_held ? place_for_held() : place_for(key);
    if (place == nullptr) {
        done(too_many_receipts());
        return;
    }
    auto& seq = place->cursors[key];
    seq = std::max(seq, cursor.delivered);
    place->done.push_back(std::move(done));
    schedule_flush();
}

base::Result<void> Sequencer::too_many_receipts() const {
    return base::fail_retry(base::ErrorCode::overloaded,
                            "Too many acknowledgements are waiting; send it again in a moment.",
                            std::chrono::seconds(1));
}

Seq Sequencer::uncommitted_cursor(domain::UserId user, domain::DeviceId device,
                                  domain::ChatId chat) const {
    Seq furthest;
    for (const auto* cursors : {&held_.cursors, &gathering_.cursors, &committing_cursors_}) {
        const auto found = cursors->find({user, device, chat});
        if (found != cursors->end()) furthest = std::max(furthest, found->second);
    }
    return furthest;
}

std::map<domain::ChatId, Seq> Sequencer::uncommitted_cursors(domain::UserId user,
                                                             domain::DeviceId device) const {
    std::map<domain::ChatId, Seq> furthest;
    for (const auto* cursors : {&held_.cursors, &gathering_.cursors, &committing_cursors_}) {
        for (auto at = cursors->lower_bound({user, device, domain::ChatId{}}); at != cursors->end();
             ++at) {
            const auto& [its_user, its_device, chat] = at->first;
            if (its_user != user || its_device != device) break;
            furthest[chat] = std::max(furthest[chat], at->second);
        }
    }
    return furthest;
}

// Where what moves now is gathered: for the next batch, or for the one at the end of the tick.
Sequencer::Gathered* Sequencer::place_for(const CursorKey& key) {
    return written_.contains(key) ? place_for_held() : &gathering_;
}

Sequencer::Gathered* Sequencer::place_for_held() {
    return held_.done.size() < limits_.max_waiting_receipts ? &held_ : nullptr;
}

void Sequencer::written(const CursorKey& key) {
    if (limits_.receipts_tick.count() == 0) return;
    written_.insert(key);
    if (std::exchange(ticking_, true)) return;
    tick_ = shard_.after(limits_.receipts_tick, [this] { end_tick(); });
}

// What was held goes into one batch, which begins the next tick.
void Sequencer::end_tick() {
    ticking_ = false;
    written_.clear();
    if (held_.empty()) return;
    Gathered held = std::exchange(held_, {});
    std::ranges::move(held.moved, std::back_inserter(gathering_.moved));
    std::ranges::move(held.done, std::back_inserter(gathering_.done));
    for (const auto& [key, seq] : held.cursors) {
        auto& cursor = gathering_.cursors[key];
        cursor = std::max(cursor, seq);
    }
    gathering_.overdue = true;
    schedule_flush();
}

void Sequencer::add_marks_rows(Gathered& gathered) {
    for (auto& moved : gathered.moved) {
        const domain::ChatId chat = moved.chat->chat.id;
        if (auto* member = moved.chat->member(moved.user)) {
            member->marks_touched = false;
            moved.after = member->marks;
            moved.at = std::max(moved.at, member->marks_at);
        } else {  // removed meanwhile: his marks are kept for when he comes back
            moved.after = domain::merge(moved.after, moved.chat->former[moved.user]);
        }
        written({moved.user, {}, chat});
        gathered.batch.marks.push_back({chat, moved.user, moved.after, moved.at});
        add_steps(gathered.batch, moved);
    }
}

void Sequencer::add_steps(ports::CommitBatch& batch, const MovedMarks& moved) {
    const domain::ChatId chat = moved.chat->chat.id;
    const auto* member = moved.chat->member(moved.user);
    // Who was removed meanwhile, and may be back, has lost when exactly each moved.
    const auto time_of = [&](const base::Timestamp MemberState::* which) {
        const bool known = member != nullptr && member->*which > base::Timestamp{};
        return known ? member->*which : moved.at;
    };
    if (moved.after.delivered > moved.before.delivered) {
        batch.steps.push_back({chat, moved.user, ports::StepKind::delivered, moved.after.delivered,
                               time_of(&MemberState::delivered_at)});
    }
    if (moved.after.read > moved.before.read) {
        batch.steps.push_back({chat, moved.user, ports::StepKind::read, moved.after.read,
                               time_of(&MemberState::read_at)});
    }
}

void Sequencer::add_cursor_rows(Gathered& gathered) {
    for (const auto& [key, seq] : gathered.cursors) {
        const auto& [user, device, chat] = key;
        written(key);
        gathered.batch.cursors.push_back({user, device, chat, seq});
    }
    committing_cursors_ = std::move(gathered.cursors);
}

// Who was removed meanwhile is told of to nobody.
void Sequencer::note_durable(Gathered& gathered) {
    for (auto& moved : gathered.moved) {
        auto* member = moved.chat->member(moved.user);
        if (member == nullptr) continue;
        member->durable = domain::merge(member->durable, moved.after);
        untold_.push_back(std::move(moved));
    }
}

// One after the other: whom a mark may be told to is looked up, and a later mark must not overtake
// an earlier one meanwhile (promise P5). When it cannot be looked up, all of them wait.
base::Task<void> Sequencer::tell_marks() {
    if (std::exchange(telling_, true)) co_return;
    while (!untold_.empty()) {
        const MovedMarks moved = untold_.front();
        // Of a chat that has moved whoever has it now tells.
        const auto partition = log_.partition_of(moved.chat->chat.id);
        const bool elsewhere = moved.chat->moved || !log_.owns(partition);
        const bool skipped =
            BANTER_FAULT(some_marks_untold) && moved.after.delivered.value % 4 == 0;
        if (elsewhere || skipped) {
            untold_.pop_front();
            continue;
        }
        const auto told = co_await fan_out_.marks(moved);
        if (!told) {
            join_untold();
            tell_again_ = shard_.after(tell_again_after, [this] {
                telling_ = false;
                base::spawn(tell_marks());
            });
            fan_out_.send();
            co_return;
        }
        untold_.pop_front();
    }
    telling_ = false;
    fan_out_.send();
}

// What waits is no more than one for each member and chat.
void Sequencer::join_untold() {
    std::map<std::pair<domain::ChatId, domain::UserId>, std::size_t> places;
    std::deque<MovedMarks> joined;
    for (auto& moved : untold_) {
        const auto [place, first] =
            places.try_emplace({moved.chat->chat.id, moved.user}, joined.size());
        if (first) {
            joined.push_back(std::move(moved));
            continue;
        }
        auto& before = joined[place->second];
        before.chat = moved.chat;
        before.after = domain::merge(before.after, moved.after);
        before.at = std::max(before.at, moved.at);
    }
    untold_ = std::move(joined);
}

}  // namespace banter::chat
