#include "chat/group_changes.hpp"

#include <algorithm>

namespace banter::chat {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::Change;
using domain::ChatId;
using domain::Role;
using domain::UserId;

base::Problem not_a_member() {
    return {ErrorCode::not_found, "This user is not in the chat.", {}};
}

void sort_unique(std::vector<UserId>& users) {
    std::ranges::sort(users);
    users.erase(std::unique(users.begin(), users.end()), users.end());
}

// Whether `actor` may remove `target`, who is another.
std::optional<base::Problem> check_remove(const MemberState& actor, const MemberState& target) {
    if (actor.role == Role::member) {
        return base::Problem{ErrorCode::forbidden, "Only the owner and admins remove members.", {}};
    }
    if (actor.role == Role::admin && target.role != Role::member) {
        return base::Problem{
            ErrorCode::forbidden, "An admin cannot remove an admin or the owner.", {}};
    }
    return std::nullopt;
}

}  // namespace

ports::ControlMessage GroupChanges::control(ChatId chat, UserId actor, domain::Event event) {
    return {domain::ClientId{shard_.ports().random.uuid()}, chat, actor, std::move(event)};
}

// Everyone to be added must exist and neither have blocked the one who adds nor be blocked by him.
Task<Result<void>> GroupChanges::check_users(UserId actor, std::vector<UserId> users) {
    const auto known = co_await shard_.ports().relations.users(users);
    if (!known) co_return std::unexpected(known.error());
    if (known->size() != users.size()) {
        co_return base::fail(ErrorCode::not_found, "One of these users does not exist.");
    }
    const auto blocked = co_await shard_.ports().relations.blocked_among(actor, std::move(users));
    if (!blocked) co_return std::unexpected(blocked.error());
    if (!blocked->empty()) {
        co_return base::fail(ErrorCode::forbidden,
                             "One of these users cannot be added: one of you has blocked the "
                             "other.");
    }
    co_return Result<void>{};
}

Task<Result<ports::ChatDirectory::Created>> GroupChanges::create(ChatId id, NewGroup group) {
    if (const auto problem = check_title(group.title)) co_return std::unexpected(*problem);
    auto users = group.members;
    users.push_back(group.creator);
    sort_unique(users);
    if (users.size() > shard_.limits().max_members) {
        co_return std::unexpected(too_many(shard_.limits().max_members));
    }
    const auto allowed = co_await check_users(group.creator, users);
    if (!allowed) co_return std::unexpected(allowed.error());

    const auto now = shard_.ports().clock.now();
    ports::NewChat chat;
    chat.chat = {id, domain::ChatType::group, group.title, group.history, now};
    for (const auto user : users) {
        chat.members.push_back({user, user == group.creator ? Role::owner : Role::member, {}, now});
    }
    domain::Event event{Change::created, users, group.title, {}};
    chat.control = control(id, group.creator, std::move(event));
    chat.client_id = group.client_id;
    chat.creator = group.creator;
    const auto first_event = *chat.control;
    const auto created = co_await shard_.ports().directory.create(std::move(chat));
    if (!created) shard_.settle_if_unsure(id, created.error());
    if (!created || !created->created) co_return created;
    const auto placed = co_await shard_.sequence(first_event);
    if (!placed) co_return std::unexpected(placed.error());
    co_return created;
}

Task<Result<ports::ChatDirectory::Created>> GroupChanges::open_direct(UserId user, UserId other) {
    if (user == other) {
        co_return base::fail(ErrorCode::invalid, "A direct chat is with somebody else.");
    }
    std::vector<UserId> both{user, other};
    const auto known = co_await shard_.ports().relations.users(both);
    if (!known) co_return std::unexpected(known.error());
    if (known->size() != 2) co_return base::fail(ErrorCode::not_found, "There is no such user.");
    const auto now = shard_.ports().clock.now();
    ports::NewChat chat;
    chat.chat.id = domain::direct_chat_id(user, other);
    chat.chat.created_at = now;
    chat.members = {{user, Role::member, {}, now}, {other, Role::member, {}, now}};
    chat.creator = user;
    const auto id = chat.chat.id;
    const auto created = co_await shard_.ports().directory.create(std::move(chat));
    if (created && created->created) {
        shard_.fan_out().joined(id, both);
        shard_.fan_out().send();
    }
    co_return created;
}

Task<Result<Turn>> GroupChanges::acquire(ChatId chat) {
    while (true) {
        const auto loaded = co_await shard_.load(chat);
        if (!loaded) co_return std::unexpected(loaded.error());
        const auto state = *loaded;
        co_await state->anchor->changes.acquire();
        Turn turn(state);
        const auto settled = co_await shard_.settle(chat);
        if (!settled) co_return std::unexpected(settled.error());
        const auto version = co_await shard_.version_of(state);
        if (!version) co_return std::unexpected(version.error());
        if (state->stale) continue;
        version_ = *version;
        co_return turn;
    }
}

// One change of the chat at a time, decided on what the changes before have led to.
Task<Result<void>> GroupChanges::change(ChatId chat, UserId actor, Decide decide) {
    const auto loaded = co_await shard_.load_for(chat, actor);
    if (!loaded) co_return std::unexpected(loaded.error());
    const auto turn = co_await acquire(chat);
    if (!turn) co_return std::unexpected(turn.error());
    const auto state = turn->chat();
    if (state->member(actor) == nullptr) co_return std::unexpected(no_such_chat());
    if (state->chat.type == domain::ChatType::direct) {
        co_return base::fail(ErrorCode::forbidden, "A direct chat cannot be changed.");
    }
    auto decided = decide(*state);
    if (!decided) co_return std::unexpected(decided.error());
    co_return co_await apply(*state, std::move(*decided));
}

Task<Result<void>> GroupChanges::apply(ChatState& state, Changes changes) {
    for (auto& change : changes) {
        const auto event = change.control;
        const auto added = change.added;
        change.version = version_;
        if (version_) ++*version_;
        auto stored = co_await shard_.ports().directory.change(std::move(change));
        if (!stored && stored.error().code == ErrorCode::conflict) {
            stored = base::fail_retry(ErrorCode::overloaded,
                                      "The chat is being changed elsewhere; try again.",
                                      std::chrono::seconds(1));
        }
        if (!stored) {
            shard_.settle_if_unsure(event.chat, stored.error());
            co_return std::unexpected(stored.error());
        }
        for (const auto& member : added)
            state.joining[member.user] = member.joined_at;
        const auto placed = co_await shard_.sequence(event);
        if (!placed) co_return std::unexpected(placed.error());
    }
    co_return Result<void>{};
}

ports::MemberChange GroupChanges::addition(ChatId chat, UserId actor, std::vector<UserId> users) {
    ports::MemberChange change;
    const auto now = shard_.ports().clock.now();
    for (const auto user : users)
        change.added.push_back({user, Role::member, {}, now});
    change.control = control(chat, actor, {Change::member_added, std::move(users), {}, {}});
    return change;
}

Task<Result<std::vector<UserId>>> GroupChanges::add(ChatId chat, UserId actor,
                                                    std::vector<UserId> users) {
    sort_unique(users);
    const auto seen = co_await shard_.load_for(chat, actor);
    if (!seen) co_return std::unexpected(seen.error());
    const auto allowed = co_await check_users(actor, users);
    if (!allowed) co_return std::unexpected(allowed.error());
    std::vector<UserId> added;
    Decide decide = [&](const ChatState& state) -> Decision {
        if (state.member(actor)->role == Role::member) {
            return base::fail(ErrorCode::forbidden, "Only the owner and admins add members.");
        }
        for (const auto user : users) {
            if (state.member(user) == nullptr) added.push_back(user);
        }
        if (added.empty()) return Changes{};
        const std::size_t max = shard_.limits().max_members;
        if (state.members.size() + added.size() > max) return std::unexpected(too_many(max));
        return Changes{addition(chat, actor, added)};
    };
    const auto changed = co_await change(chat, actor, std::move(decide));
    if (!changed) co_return std::unexpected(changed.error());
    co_return added;
}

Task<Result<void>> GroupChanges::remove(ChatId chat, UserId actor, UserId user) {
    Decide decide = [&](const ChatState& state) -> Decision {
        const auto* target = state.member(user);
        if (target == nullptr) return std::unexpected(not_a_member());
        if (actor == user) {
            if (target->role == Role::owner && state.members.size() > 1) {
                return base::fail(ErrorCode::conflict,
                                  "You own this group: make another member its owner first.");
            }
        } else if (const auto problem = check_remove(*state.member(actor), *target)) {
            return std::unexpected(*problem);
        }
        ports::MemberChange change;
        change.control = control(chat, actor, {Change::member_removed, {user}, {}, {}});
        change.removed = {user};
        return Changes{std::move(change)};
    };
    co_return co_await change(chat, actor, std::move(decide));
}

Task<Result<void>> GroupChanges::set_role(ChatId chat, UserId actor, UserId user, Role role) {
    Decide decide = [&](const ChatState& state) -> Decision {
        const auto* target = state.member(user);
        if (target == nullptr) return std::unexpected(not_a_member());
        if (state.member(actor)->role != Role::owner) {
            return base::fail(ErrorCode::forbidden, "Only the owner sets roles.");
        }
        if (target->role == role) return Changes{};
        if (actor == user) {
            return base::fail(ErrorCode::conflict,
                              "You own this group: make another member its owner first.");
        }
        ports::MemberChange change;
        change.control = control(chat, actor, {Change::role, {user}, {}, role});
        return Changes{std::move(change)};
    };
    co_return co_await change(chat, actor, std::move(decide));
}

}  // namespace banter::chat
