#pragma once

#include <map>
#include <mutex>

#include "adapters/memory/memory_chat_directory.hpp"
#include "ports/clock.hpp"
#include "ports/personal_states.hpp"

namespace banter::adapters::memory {

// ports::PersonalStates in a plain map, for tests. Answers at once. Any thread. Who is a member of
// what is asked of `chats`.
class MemoryPersonalStates : public ports::PersonalStates {
public:
    template <class T>
    using Answer = base::Task<base::Result<T>>;

    MemoryPersonalStates(MemoryChatDirectory& chats, const ports::Clock& clock)
        : chats_(chats), clock_(clock) {}

    Answer<Applied> apply(domain::UserId user, domain::ChatId chat,
                          domain::PersonalStateChange change) override;
    Answer<std::vector<ports::PersonalStateRow>> find(domain::UserId user,
                                                      std::vector<domain::ChatId> chats) override;
    Answer<std::vector<ports::PersonalStateRow>> changed_since(domain::UserId user,
                                                               base::Timestamp since) override;

private:
    MemoryChatDirectory& chats_;
    const ports::Clock& clock_;
    std::mutex mutex_;
    std::map<std::pair<domain::UserId, domain::ChatId>, ports::PersonalStateRow> rows_;
};

}  // namespace banter::adapters::memory
