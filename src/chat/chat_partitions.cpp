// The part of ChatShard that follows the log: partitions that come and go, and what got lost on its
// way there.
#include <algorithm>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "chat/chat_shard.hpp"

namespace banter::chat {
namespace {

// So long after a partition has moved its former consumer may still be writing.
constexpr auto late_writes = std::chrono::seconds(10);

using base::Task;
using domain::ChatId;

}  // namespace

void ChatShard::assigned(std::int32_t partition, std::uint64_t generation) {
    forget_of(partition);  // what was known of an earlier time here
    sequencer_.progress().assigned(partition, generation);
    settling_[partition].end = executor_.after(
        late_writes, [this, partition] { base::spawn(take_late_marks(partition)); });
    base::log::info("partition.assigned", {{"partition", partition}});
    base::spawn(settle_outbox());
}

// Whoever had the partition before may write marks for as long as an engine takes at most; nobody
// acknowledges them, so nobody repeats them.
Task<void> ChatShard::take_late_marks(std::int32_t partition) {
    auto settling = settling_.extract(partition);
    if (!settling) co_return;
    for (const auto chat : settling.mapped().chats) {
        const auto rows = co_await ports_.receipts.marks(chat);
        const auto found = chats_.find(chat);
        if (!rows || found == chats_.end()) continue;
        const auto state = found->second;
        for (const auto& row : *rows) {
            const auto* const member = state->member(row.user);
            if (member == nullptr || domain::merge(member->marks, row.marks) == member->marks)
                continue;
            sequencer_.mark(state, row.user, row.marks, row.at, [](const base::Result<void>&) {});
        }
    }
}

void ChatShard::revoked(std::int32_t partition) {
    settling_.erase(partition);
    sequencer_.progress().revoked(partition);
    base::log::info("partition.revoked", {{"partition", partition}});
    forget_of(partition);
}

// Whoever follows these chats takes them up where they are now.
void ChatShard::forget_of(std::int32_t partition) {
    const auto concerned = [&](ChatId chat) { return ports_.log.partition_of(chat) == partition; };
    std::unordered_map<ChatId, std::shared_ptr<ChatState>> forgotten;
    for (auto& [chat, state] : chats_) {
        if (concerned(chat)) forgotten.emplace(chat, state);
    }
    for (auto& [chat, state] : forgotten) {
        state->stale = state->moved = true;
        chats_.erase(chat);
        keep_anchor(chat, state->anchor);
    }
    for (auto& [chat, anchor] : anchors_) {
        if (concerned(chat)) anchor->followers = nobody();
    }
    std::erase_if(unplaced_, [&](const auto& entry) { return concerned(entry.first); });
    give_up_changes(concerned);
}

void ChatShard::forget_follower(ports::NodeId node) {
    for (const auto& [chat, state] : chats_)
        state->anchor->followers.remove_all_of(node);
    for (const auto& [chat, anchor] : anchors_)
        anchor->followers.remove_all_of(node);
}

void ChatShard::forget_policies() {
    executor_.post([this] { fan_out_.forget_policies(); });
}

// Changes that whoever had a chat before, or has lost it meanwhile, could not give their place.
Task<void> ChatShard::settle_outbox() {
    const auto outbox = co_await ports_.directory.outbox();
    if (!outbox) co_return;  // it is looked at again before long
    for (const auto& control : *outbox) {
        const bool known = unplaced_.contains(control.chat);
        if (!known && has_partition_of(control.chat)) settle_later(control.chat);
    }
}

void ChatShard::append_failed(const ports::ControlMessage& control, const base::Problem& problem) {
    answer_sequencing(control.id, problem);
}

}  // namespace banter::chat
