#pragma once

#include "chat/chat_service.hpp"

// How ChatService asks whoever has a chat: the templates, for its own sources.
namespace banter::chat {

// So long a partition may be without a consumer, or its consumer out of sight, until the caller is
// told to ask again.
inline constexpr auto asking_time = std::chrono::seconds(5);
inline constexpr int most_tries = 100;  // with a pause between two of them

template <class C>
base::Task<base::Result<typename C::Answer>> ChatService::ask(C call) {
    using Result = base::Result<typename C::Answer>;
    const auto partition = ports_.log.partition_of(call.chat);
    const auto self = ports_.log.node();
    if (!ports_.log.replays()) co_return co_await ask_here(std::move(call));
    Result refused = base::fail_retry(base::ErrorCode::overloaded,
                                      "This chat is moving to another server; try again in a "
                                      "moment.",
                                      std::chrono::milliseconds(500));
    const auto end = ports_.clock.steady() + asking_time;
    for (int tries = 0; tries < most_tries && ports_.clock.steady() < end; ++tries) {
        const auto owner = ports_.log.owner(partition).node;
        if (owner == self && ports_.log.owns(partition)) {
            co_return co_await ask_here(std::move(call));
        }
        if (owner && owner != self && ports_.bus != nullptr) {
            Call question(call);
            const auto reply = co_await ask_there(owner, std::move(question));
            if (reply) {
                if (const auto* answer = std::get_if<Result>(&*reply)) co_return *answer;
            } else {
                refused = std::unexpected(reply.error());
                if (!C::repeatable) co_return refused;
            }
        }
        co_await pause();
    }
    co_return refused;
}

template <class C>
base::Task<base::Result<typename C::Answer>> ChatService::ask_here(C call) {
    const auto owner = home(call.chat);
    auto work = [call = std::move(call), target = chat_shards_[owner].get()] {
        return call.on(*target);
    };
    return base::await_on(shards_[owner], std::move(work));
}

}  // namespace banter::chat
