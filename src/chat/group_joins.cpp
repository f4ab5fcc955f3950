// GroupChanges: coming in by a link, being let in.
#include <algorithm>

#include "chat/group_changes.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::ChatId;
using domain::Role;
using domain::UserId;

void tell_admins(FanOut& fan_out, const ChatState& state, const domain::JoinRequest& request) {
    std::vector<UserId> admins;
    for (const auto& [user, member] : state.members) {
        if (member.role != Role::member) admins.push_back(user);
    }
    fan_out.notice(std::move(admins),
                   protocol::encode_request({request.chat, request.user, "open", request.at}));
    fan_out.send();
}

}  // namespace

base::Problem too_many(std::size_t max) {
    return {ErrorCode::too_many_members,
            "A group has at most " + std::to_string(max) + " members.",
            {}};
}

base::Problem no_such_link() {
    return {ErrorCode::not_found, "This link is not good, or not any more; ask for a new one.", {}};
}

bool is_good(const domain::InviteLink& link, const ChatState& state, base::Timestamp now) {
    const auto* maker = state.member(link.created_by);
    return maker != nullptr && maker->role != Role::member && link.usable(now);
}

Task<Result<Joined>> GroupChanges::join(domain::InviteLink link, UserId user) {
    const auto loaded = co_await shard_.load(link.chat);
    if (!loaded) co_return std::unexpected(loaded.error());
    if ((*loaded)->member(user) != nullptr) co_return Joined::joined;
    const auto blocked =
        co_await shard_.ports().relations.blocked_either_way(link.created_by, user);
    if (!blocked) co_return std::unexpected(blocked.error());
    const auto turn = co_await acquire(link.chat);
    if (!turn) co_return std::unexpected(turn.error());
    const auto state = turn->chat();
    auto decided = decide_join(*state, link, user);
    if (!decided) co_return std::unexpected(decided.error());
    if (decided->empty()) co_return Joined::joined;
    if (*blocked) {
        co_return base::fail(ErrorCode::forbidden,
                             "Who made this link and you: one of you has blocked the other.");
    }
    if (state->chat.join_approval) co_return co_await ask(state, link, user);
    const auto applied = co_await apply(*state, std::move(*decided));
    if (applied) co_return Joined::joined;
    const bool spent = applied.error().code == ErrorCode::not_found;
    co_return std::unexpected(spent ? no_such_link() : applied.error());
}

GroupChanges::Decision GroupChanges::decide_join(const ChatState& state,
                                                 const domain::InviteLink& link, UserId user) {
    if (state.member(user) != nullptr) return Changes{};
    if (!is_good(link, state, shard_.ports().clock.now())) return std::unexpected(no_such_link());
    const std::size_t max = shard_.limits().max_members;
    if (state.members.size() >= max) return std::unexpected(too_many(max));
    auto change = addition(link.chat, user, {user});
    change.by_link = link.id;
    return Changes{std::move(change)};
}

// While it is this change's turn, so that nobody who is let in at the same time is left asking.
Task<Result<Joined>> GroupChanges::ask(std::shared_ptr<ChatState> state, domain::InviteLink link,
                                       UserId user) {
    const domain::JoinRequest request{link.chat, user, link.id, shard_.ports().clock.now()};
    const auto added = co_await shard_.ports().directory.add_request(request);
    if (!added) co_return std::unexpected(added.error());
    if (*added) tell_admins(shard_.fan_out(), *state, request);
    co_return Joined::requested;
}

Task<Result<void>> GroupChanges::accept(ChatId chat, UserId actor, UserId user) {
    const auto seen = co_await shard_.load_for(chat, actor);
    if (!seen) co_return std::unexpected(seen.error());
    const auto blocked = co_await shard_.ports().relations.blocked_either_way(actor, user);
    if (!blocked) co_return std::unexpected(blocked.error());
    bool let_in = false;
    Decide decide = [&](const ChatState& state) -> Decision {
        if (state.member(actor)->role == Role::member) {
            return base::fail(ErrorCode::forbidden, "Only the owner and admins let others in.");
        }
        if (state.member(user) != nullptr) return Changes{};
        if (*blocked) {
            return base::fail(ErrorCode::forbidden,
                              "This user cannot be let in: one of you has blocked the other.");
        }
        const std::size_t max = shard_.limits().max_members;
        if (state.members.size() >= max) return std::unexpected(too_many(max));
        auto change = addition(chat, actor, {user});
        change.by_request = true;
        let_in = true;
        return Changes{std::move(change)};
    };
    const auto changed = co_await change(chat, actor, std::move(decide));
    if (changed && let_in) {
        shard_.fan_out().notice(
            {user}, protocol::encode_request({chat, user, "accepted", shard_.ports().clock.now()}));
        shard_.fan_out().send();
    }
    co_return changed;
}

}  // namespace banter::chat
