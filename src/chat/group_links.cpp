#include "chat/group_links.hpp"

#include <array>
#include <sodium.h>

#include "chat/group_changes.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::ChatId;
using domain::InviteLink;
using domain::Role;
using domain::UserId;

constexpr std::string_view token_prefix = "bnl_";
constexpr int base64url = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

}  // namespace

std::string new_link_token(ports::Random& random) {
    std::array<std::uint8_t, 32> secret{};
    random.fill(secret);
    std::array<char, sodium_base64_ENCODED_LEN(32, base64url)> text{};
    sodium_bin2base64(text.data(), text.size(), secret.data(), secret.size(), base64url);
    return std::string(token_prefix) + text.data();
}

// The text is hashed, prefix and all, so a secret is good for one kind only.
ports::TokenHash hash_link_token(std::string_view token) {
    ports::TokenHash hash{};
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(token.data()), token.size(), nullptr,
                       0);
    return hash;
}

Task<Result<void>> GroupLinks::check_admin(ChatId chat, UserId actor) {
    const auto state = co_await shard_.load_for(chat, actor);
    if (!state) co_return std::unexpected(state.error());
    if ((*state)->chat.type == domain::ChatType::direct) {
        co_return base::fail(ErrorCode::forbidden, "A direct chat takes nobody in.");
    }
    if ((*state)->member(actor)->role == Role::member) {
        co_return base::fail(ErrorCode::forbidden, "Only the owner and admins invite to a group.");
    }
    co_return Result<void>{};
}

Task<Result<NewLink>> GroupLinks::create(ChatId chat, UserId actor, LinkTerms terms) {
    const auto allowed = co_await check_admin(chat, actor);
    if (!allowed) co_return std::unexpected(allowed.error());
    const auto& ports = shard_.ports();
    NewLink made;
    made.link.id = domain::LinkId{ports.random.uuid()};
    made.link.chat = chat;
    made.link.created_by = actor;
    made.link.created_at = ports.clock.now();
    made.link.expires_at = made.link.created_at + terms.lasts;
    made.link.max_uses = terms.max_uses;
    made.token = new_link_token(ports.random);
    const auto stored =
        co_await ports.directory.create_link(made.link, hash_link_token(made.token));
    if (!stored) co_return std::unexpected(stored.error());
    co_return made;
}

Task<Result<std::vector<InviteLink>>> GroupLinks::list(ChatId chat, UserId actor) {
    const auto allowed = co_await check_admin(chat, actor);
    if (!allowed) co_return std::unexpected(allowed.error());
    co_return co_await shard_.ports().directory.links(chat);
}

Task<Result<void>> GroupLinks::remove(ChatId chat, UserId actor, domain::LinkId link) {
    const auto allowed = co_await check_admin(chat, actor);
    if (!allowed) co_return std::unexpected(allowed.error());
    co_return co_await shard_.ports().directory.remove_link(chat, link);
}

Task<Result<ChatView>> GroupLinks::look(InviteLink link) {
    const auto state = co_await shard_.load(link.chat);
    if (!state) co_return std::unexpected(state.error());
    if (!is_good(link, **state, shard_.ports().clock.now())) {
        co_return std::unexpected(no_such_link());
    }
    ChatView view;
    view.chat = (*state)->chat;
    view.members = (*state)->members.size();
    co_return view;
}

Task<Result<std::vector<domain::JoinRequest>>> GroupLinks::requests(ChatId chat, UserId actor) {
    const auto allowed = co_await check_admin(chat, actor);
    if (!allowed) co_return std::unexpected(allowed.error());
    co_return co_await shard_.ports().directory.requests(chat);
}

Task<Result<void>> GroupLinks::refuse(ChatId chat, UserId actor, UserId user) {
    if (actor != user) {
        const auto allowed = co_await check_admin(chat, actor);
        if (!allowed) co_return std::unexpected(allowed.error());
    }
    const auto removed = co_await shard_.ports().directory.remove_request(chat, user);
    if (!removed) co_return std::unexpected(removed.error());
    const auto now = shard_.ports().clock.now();
    shard_.fan_out().notice({user}, protocol::encode_request({chat, user, "refused", now}));
    shard_.fan_out().send();
    co_return Result<void>{};
}

Task<Result<domain::Picture>> GroupLinks::picture(ChatId chat, UserId viewer) {
    const auto state = co_await shard_.load_for(chat, viewer);
    if (!state) co_return std::unexpected(state.error());
    auto picture = co_await shard_.ports().directory.picture(chat);
    if (!picture) co_return std::unexpected(picture.error());
    if (!*picture) co_return base::fail(ErrorCode::not_found, "This chat has no picture.");
    co_return std::move(**picture);
}

}  // namespace banter::chat
