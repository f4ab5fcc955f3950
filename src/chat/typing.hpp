#pragma once

#include <functional>
#include <map>

#include "base/executor.hpp"
#include "domain/ids.hpp"
#include "ports/clock.hpp"

namespace banter::presence {

// Who types where, among the sessions of one shard. Relays a start, at most every 3 s while it
// goes on, and the end: said by the client, by the message that was typed, by the close of his
// session, or by 6 s without renewal. Belongs to its shard.
class TypingRelay {
public:
    using Relay = std::function<void(domain::ChatId, domain::UserId, bool on)>;

    static constexpr std::chrono::milliseconds renewal{6000};
    static constexpr std::chrono::milliseconds repeat{3000};

    TypingRelay(base::Executor& shard, const ports::Clock& clock, Relay relay);

    void set(domain::ChatId chat, domain::UserId user, bool on);
    void message_sent(domain::ChatId chat, domain::UserId user) { set(chat, user, false); }
    void session_closed(domain::UserId user);

private:
    struct Typing {
        base::Steady relayed;
        base::Timer expiry;
    };
    using Key = std::pair<domain::UserId, domain::ChatId>;

    base::Executor& shard_;
    const ports::Clock& clock_;
    Relay relay_;
    std::map<Key, Typing> typing_;
};

}  // namespace banter::presence
