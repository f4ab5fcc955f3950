#pragma once

#include <functional>
#include <map>

#include "base/executor.hpp"
#include "domain/ids.hpp"
#include "domain/typing.hpp"
#include "ports/clock.hpp"

namespace banter::chat {

// Who types in the chats of one shard, whichever device he types on. Relays a start or another
// kind at once, a renewal at most every 3 s, and the end: said by the client, by the message that
// was typed, by the close of the session, or by 6 s without renewal. Belongs to its shard.
class TypingRelay {
public:
    using Relay = std::function<void(domain::ChatId, domain::UserId, bool on, domain::TypingKind)>;

    static constexpr std::chrono::milliseconds renewal{6000};
    static constexpr std::chrono::milliseconds repeat{3000};

    TypingRelay(base::Executor& shard, const ports::Clock& clock, Relay relay);

    void started(domain::ChatId chat, domain::UserId user, domain::TypingKind kind);
    // Also when he did not type.
    void ended(domain::ChatId chat, domain::UserId user);

private:
    struct Typing {
        domain::TypingKind kind = domain::TypingKind::text;
        base::Steady relayed;
        base::Timer expiry;
    };
    using Key = std::pair<domain::ChatId, domain::UserId>;

    base::Executor& shard_;
    const ports::Clock& clock_;
    Relay relay_;
    std::map<Key, Typing> typing_;
};

}  // namespace banter::chat
