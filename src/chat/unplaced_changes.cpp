// The part of ChatShard that gives changes their place in the log, and those that an engine's
// failure left in the outbox theirs later.
#include <algorithm>
#include <utility>

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

}  // namespace

Task<Result<Seq>> ChatShard::sequence(ports::ControlMessage control) {
    base::CallbackAwaiter<Result<Seq>> durable([&](base::Completion<Result<Seq>> done) {
        sequencing_.emplace(control.id, done);
        const auto appended = ports_.log.append_control(control);
        if (!appended && sequencing_.erase(control.id) > 0) {
            done(std::unexpected(appended.error()));
        }
    });
    const auto result = co_await durable;
    if (!result) settle_later(control.chat);
    co_return result;
}

Task<void> ChatShard::write_back(ports::ControlMessage control, Seq seq) {
    const auto waiting = take_sequencing(control.id);
    const auto written = co_await ports_.directory.sequenced(control, seq);
    // Not written: the outbox keeps it, and when it is tried again only this is made up for.
    if (!written) {
        base::log::error("control.write_back_failed",
                         {{"chat", to_string(control.chat)}, {"detail", written.error().detail}});
        settle_later(control.chat);
    }
    for (const auto& done : waiting)
        done(seq);
}

ChatShard::Sequenced ChatShard::take_sequencing(domain::ClientId control) {
    Sequenced waiting;
    const auto [first, last] = sequencing_.equal_range(control);
    for (auto at = first; at != last; ++at)
        waiting.push_back(at->second);
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

void ChatShard::settle_if_unsure(ChatId chat, const base::Problem& problem) {
    if (problem.code == base::ErrorCode::overloaded) settle_later(chat);
}

void ChatShard::settle_later(ChatId chat) {
    auto& unplaced = unplaced_[chat];
    unplaced.open = true;
    if (std::exchange(unplaced.retrying, true)) return;
    unplaced.delay = std::clamp(2 * unplaced.delay, first_retry, last_retry);
    unplaced.retry = base::Executor::current().after(
        unplaced.delay, [this, chat] { base::spawn(settle_again(chat)); });
}

Task<void> ChatShard::settle_again(ChatId chat) {
    const auto settled = co_await settle_in_turn(chat);
    const auto left = unplaced_.find(chat);
    if (left == unplaced_.end()) co_return;
    left->second.retrying = false;
    if (!settled && settled.error().code == base::ErrorCode::not_found) {
        unplaced_.erase(left);  // it was not created after all
    } else if (!settled) {
        settle_later(chat);
    }
}

}  // namespace banter::chat
