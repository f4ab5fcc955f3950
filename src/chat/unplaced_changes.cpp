// The part of ChatShard that gives changes their place in the log, and those that an engine's
// failure left in the outbox theirs later.
#include "base/log.hpp"
#include "chat/chat_shard.hpp"

namespace banter::chat {
namespace {

using base::Result;
using base::Task;
using domain::ChatId;
using domain::Seq;

// Until a change that could not get its place tries again.
constexpr auto retry_time = std::chrono::seconds(1);

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
    const auto written = co_await ports_.directory.sequenced(control, seq);
    // Not written: the outbox keeps it, and when it is tried again only this is made up for.
    if (!written) {
        base::log::error("control.write_back_failed",
                         {{"chat", to_string(control.chat)}, {"detail", written.error().detail}});
        settle_later(control.chat);
    }
    answer_sequencing(control.id, seq);
}

void ChatShard::answer_sequencing(domain::ClientId control, const Result<Seq>& result) {
    std::vector<base::Completion<Result<Seq>>> waiting;
    const auto [first, last] = sequencing_.equal_range(control);
    for (auto at = first; at != last; ++at)
        waiting.push_back(at->second);
    sequencing_.erase(first, last);
    for (const auto& done : waiting)
        done(result);
}

Task<Result<void>> ChatShard::settle(ChatId chat) {
    if (!unplaced_.contains(chat)) co_return Result<void>{};
    const auto outbox = co_await ports_.directory.outbox();
    if (!outbox) co_return std::unexpected(outbox.error());
    unplaced_.erase(chat);
    for (const auto& control : *outbox) {
        if (control.chat != chat) continue;
        const auto durable = co_await sequence(control);
        if (!durable) co_return std::unexpected(durable.error());
    }
    if (unplaced_.contains(chat)) {  // placed, but the directory could not be told
        co_return base::fail_retry(base::ErrorCode::overloaded,
                                   "An earlier change of the chat still waits for the disk.",
                                   retry_time);
    }
    co_return Result<void>{};
}

void ChatShard::settle_later(ChatId chat) {
    unplaced_.insert(chat);
    if (std::exchange(retrying_, true)) return;
    retry_ = base::Executor::current().after(retry_time, [this] { retry_unplaced(); });
}

void ChatShard::retry_unplaced() {
    retrying_ = false;
    const auto chats = unplaced_;
    for (const auto chat : chats)
        base::spawn(settle_in_turn(chat));
}

Task<void> ChatShard::settle_in_turn(ChatId chat) {
    const auto loaded = co_await load(chat);
    if (!loaded) {
        if (loaded.error().code == base::ErrorCode::not_found) {
            unplaced_.erase(chat);  // it was not created after all
        } else {
            settle_later(chat);
        }
        co_return;
    }
    const auto state = *loaded;
    co_await state->changes->acquire();
    const auto settled = co_await settle(chat);
    state->changes->release();
    if (!settled) settle_later(chat);
}

}  // namespace banter::chat
