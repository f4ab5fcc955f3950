#include "presence/typing.hpp"

#include <vector>

namespace banter::presence {

TypingRelay::TypingRelay(base::Executor& shard, const ports::Clock& clock, Relay relay)
    : shard_(shard), clock_(clock), relay_(std::move(relay)) {}

void TypingRelay::set(domain::ChatId chat, domain::UserId user, bool on) {
    const Key key{user, chat};
    const auto found = typing_.find(key);
    if (!on) {
        if (found == typing_.end()) return;
        typing_.erase(found);
        relay_(chat, user, false);
        return;
    }
    const auto now = clock_.steady();
    const bool fresh = found == typing_.end();
    auto& typing = typing_[key];
    typing.expiry = shard_.after(renewal, [this, chat, user] { set(chat, user, false); });
    if (!fresh && now - typing.relayed < repeat) return;
    typing.relayed = now;
    relay_(chat, user, true);
}

void TypingRelay::session_closed(domain::UserId user) {
    std::vector<domain::ChatId> chats;
    for (auto at = typing_.lower_bound({user, {}}); at != typing_.end() && at->first.first == user;
         ++at) {
        chats.push_back(at->first.second);
    }
    for (const auto& chat : chats)
        set(chat, user, false);
}

}  // namespace banter::presence
