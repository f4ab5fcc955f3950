// The part of ChatShard that gives changes their place in the log, and those that an engine's
// failure left in the outbox theirs later.
#include <algorithm>
#include <utility>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "chat/chat_shard.hpp"

namespace banter::chat {
namespace {

using base::Result;
using base::Task;
using domain::ChatId;
using domain::Seq;

// Until a change that could not get its place tries again: twice as long each time.
constexpr std::chrono::milliseconds first_retry = std::chrono::seconds(1);
constexpr std::chrono::milliseconds last_retry = std::chrono::minutes(1);

std::unexpected<base::Problem> not_stored() {
    return base::fail_retry(base::ErrorCode::overloaded,
                            "The change could not be stored; it will be tried again.",
                            std::chrono::seconds(5));
}

std::unexpected<base::Problem> changed_elsewhere() {
    return base::fail_retry(base::ErrorCode::overloaded,
                            "The chat is being changed elsewhere; try again.",
                            std::chrono::seconds(1));
}

}  // namespace

Task<Result<Seq>> ChatShard::sequence(ports::ControlMessage control) {
    base::CallbackAwaiter<Result<Seq>> durable([&](base::Completion<Result<Seq>> done) {
        sequencing_.emplace(control.id, Sequencing{control.chat, done});
        const auto appended = ports_.log.append_control(control);
        if (!appended) answer_sequencing(control.id, appended.error());
        // It has moved meanwhile: whoever has it gives the change its place, and tells nobody here.
        const auto partition = ports_.log.partition_of(control.chat);
        if (!sequencer_.progress().has(partition)) {
            answer_sequencing(control.id, not_stored().error());
        }
    });
    const auto result = co_await durable;
    if (!result) settle_later(control.chat);
    co_return result;
}

Task<void> ChatShard::write_back(ports::ControlMessage control, Seq seq, ports::Delivery delivery) {
    const auto waiting = take_sequencing(control.id);
    const auto written = co_await ports_.directory.sequenced(control, seq);
    // Not written: the outbox keeps it, and when it is tried again only this is made up for.
    if (!written) {
        base::log::error("control.write_back_failed",
                         {{"chat", to_string(control.chat)}, {"detail", written.error().detail}});
        settle_later(control.chat);
    }
    // Else whoever has the chat now may not know of it yet.
    const bool told = sequencer_.may_tell(delivery);
    for (const auto& done : waiting)
        done(told ? Result<Seq>(seq) : Result<Seq>(not_stored()));
}

void ChatShard::answer_sequencing(domain::ClientId control, const base::Problem& problem) {
    for (const auto& done : take_sequencing(control))
        done(std::unexpected(problem));
}

void ChatShard::give_up_changes(const std::function<bool(ChatId)>& concerned) {
    Sequenced waiting;
    std::erase_if(sequencing_, [&](const auto& entry) {
        if (!concerned(entry.second.chat)) return false;
        waiting.push_back(entry.second.done);
        return true;
    });
    for (const auto& done : waiting)
        done(not_stored());
}

ChatShard::Sequenced ChatShard::take_sequencing(domain::ClientId control) {
    Sequenced waiting;
    const auto [first, last] = sequencing_.equal_range(control);
    for (auto at = first; at != last; ++at)
        waiting.push_back(at->second.done);
    sequencing_.erase(first, last);
    return waiting;
}

Task<Result<void>> ChatShard::settle(ChatId chat) {
    const auto unplaced = unplaced_.find(chat);
    if (unplaced == unplaced_.end()) co_return Result<void>{};
    unplaced->second.open = false;
    const auto found = co_await ports_.directory.find(chat);
    if (!found) {
        settle_later(chat);
        co_return std::unexpected(found.error());
    }
    const auto outbox = *found ? (*found)->outbox : std::vector<ports::ControlMessage>{};
    for (const auto& control : outbox) {
        const auto durable = co_await sequence(control);
        if (!durable) co_return std::unexpected(durable.error());
    }
    const auto left = unplaced_.find(chat);
    if (left != unplaced_.end() &&
        left->second.open) {  // placed, but the directory could not be told
        co_return base::fail_retry(base::ErrorCode::overloaded,
                                   "An earlier change of the chat still waits for the disk.",
                                   first_retry);
    }
    unplaced_.erase(chat);
    co_return Result<void>{};
}

Task<Result<void>> ChatShard::settle_in_turn(ChatId chat) {
    const auto loaded = co_await load(chat);
    if (!loaded) {
        settle_if_unsure(chat, loaded.error());
        co_return std::unexpected(loaded.error());
    }
    co_await (*loaded)->anchor->changes.acquire();
    const Turn turn(*loaded);
    unplaced_.try_emplace(chat);
    co_return co_await settle(chat);
}

// Whoever had the chat before may have changed it a moment ago, and whoever has it by now may do
// so: that the directory still has this version fences both out. Asked for in this order: the
// version with what waits in the outbox, and how far the log is; what does not wait has its place
// by then, and the directory knows it, so that nothing is written back there after what follows it.
Task<Result<std::optional<std::uint64_t>>> ChatShard::version_of(std::shared_ptr<ChatState> state) {
    if (!ports_.log.replays() || BANTER_FAULT(changes_not_fenced)) co_return std::nullopt;
    const ChatId chat = state->chat.id;
    auto found = co_await ports_.directory.find(chat);
    if (found && *found && !(*found)->outbox.empty()) {
        unplaced_.try_emplace(chat);
        const auto settled = co_await settle(chat);
        if (!settled) co_return std::unexpected(settled.error());
        found = co_await ports_.directory.find(chat);
    }
    if (!found) co_return std::unexpected(found.error());
    if (!*found || !(*found)->outbox.empty()) co_return changed_elsewhere();
    const auto head = co_await ports_.store.head(chat);
    if (!head) co_return std::unexpected(head.error());
    if (*head && (*head)->seq > state->head) co_return changed_elsewhere();
    co_return (*found)->version;
}

void ChatShard::settle_if_unsure(ChatId chat, const base::Problem& problem) {
    if (problem.code == base::ErrorCode::overloaded) settle_later(chat);
}

void ChatShard::settle_later(ChatId chat) {
    auto& unplaced = unplaced_[chat];
    unplaced.open = true;
    if (std::exchange(unplaced.retrying, true)) return;
    unplaced.delay = std::clamp(2 * unplaced.delay, first_retry, last_retry);
    unplaced.retry =
        executor_.after(unplaced.delay, [this, chat] { base::spawn(settle_again(chat)); });
}

Task<void> ChatShard::settle_again(ChatId chat) {
    const auto settled = co_await settle_in_turn(chat);
    const auto left = unplaced_.find(chat);
    if (left == unplaced_.end()) co_return;
    left->second.retrying = false;
    const bool gone = !settled && settled.error().code == base::ErrorCode::not_found;
    if (gone || !sequencer_.progress().has(ports_.log.partition_of(chat))) {
        unplaced_.erase(left);  // it was not created after all, or is another node's now
    } else if (!settled) {
        settle_later(chat);
    }
}

}  // namespace banter::chat
