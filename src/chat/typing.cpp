#include "chat/typing.hpp"

namespace banter::chat {

TypingRelay::TypingRelay(base::Executor& shard, const ports::Clock& clock, Relay relay)
    : shard_(shard), clock_(clock), relay_(std::move(relay)) {}

void TypingRelay::started(domain::ChatId chat, domain::UserId user, domain::TypingKind kind) {
    const auto now = clock_.steady();
    const auto [found, fresh] = typing_.try_emplace(Key{chat, user});
    auto& typing = found->second;
    typing.expiry = shard_.after(renewal, [this, chat, user] { ended(chat, user); });
    const bool other = std::exchange(typing.kind, kind) != kind;
    if (!fresh && !other && now - typing.relayed < repeat) return;
    typing.relayed = now;
    relay_(chat, user, true, kind);
}

void TypingRelay::ended(domain::ChatId chat, domain::UserId user) {
    const auto typing = typing_.extract(Key{chat, user});
    if (typing) relay_(chat, user, false, typing.mapped().kind);
}

}  // namespace banter::chat
