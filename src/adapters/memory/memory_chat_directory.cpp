#include "adapters/memory/memory_chat_directory.hpp"

#include <algorithm>

namespace banter::adapters::memory {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::ChatId;
using domain::Member;
using domain::Seq;
using domain::UserId;

}  // namespace

std::vector<Member> MemoryChatDirectory::StoredChat::members() const {
    std::vector<Member> members;
    for (const auto& row : rows) {
        if (!row.left_at) members.push_back(row.member);
    }
    return members;
}

std::vector<Member> MemoryChatDirectory::StoredChat::leaving() const {
    std::vector<Member> leaving;
    for (const auto& row : rows) {
        if (row.left_at && !row.left_seq) leaving.push_back(row.member);
    }
    return leaving;
}

const MemoryChatDirectory::Row* MemoryChatDirectory::StoredChat::leaving(UserId user) const {
    const auto found = std::ranges::find_if(rows, [&](const Row& row) {
        return row.left_at && !row.left_seq && row.member.user == user;
    });
    return found == rows.end() ? nullptr : &*found;
}

MemoryChatDirectory::Row* MemoryChatDirectory::StoredChat::current(UserId user) {
    for (auto& row : rows) {
        if (!row.left_at && row.member.user == user) return &row;
    }
    return nullptr;
}

void MemoryChatDirectory::StoredChat::set_roles(const ports::ControlMessage& control) {
    const auto role = control.event.role.value_or(domain::Role::member);
    if (role == domain::Role::owner) {
        if (auto* const row = current(control.actor)) row->member.role = domain::Role::admin;
    }
    for (const auto user : control.event.users) {
        if (auto* const row = current(user)) row->member.role = role;
    }
}

void MemoryChatDirectory::StoredChat::add(const Member& member,
                                          std::optional<domain::ClientId> control) {
    if (current(member.user) != nullptr) return;
    Row row;
    row.member = member;
    row.joined_by = control;
    row.joined = !control;
    if (control) row.member.joined_seq = {};
    rows.push_back(row);
}

const MemoryChatDirectory::StoredChat* MemoryChatDirectory::find_existing(
    const ports::NewChat& chat) const {
    if (const auto found = chats_.find(chat.chat.id); found != chats_.end()) return &found->second;
    if (!chat.client_id) return nullptr;
    for (const auto& [id, stored] : chats_) {
        if (stored.creator == chat.creator && stored.client_id == chat.client_id) return &stored;
    }
    return nullptr;
}

Task<Result<ports::ChatDirectory::Created>> MemoryChatDirectory::create(ports::NewChat chat) {
    const std::lock_guard lock(mutex_);
    if (const auto* const existing = find_existing(chat)) {
        co_return Created{existing->chat.id, false};
    }
    auto& stored = chats_[chat.chat.id];
    stored.chat = chat.chat;
    stored.creator = chat.creator;
    stored.client_id = chat.client_id;
    std::optional<domain::ClientId> control;
    if (chat.control) control = chat.control->id;
    for (const auto& member : chat.members)
        stored.add(member, control);
    if (chat.control) outbox_.push_back(*chat.control);
    co_return Created{chat.chat.id, true};
}

Task<Result<std::optional<ports::ChatWithMembers>>> MemoryChatDirectory::find(ChatId chat) {
    const std::lock_guard lock(mutex_);
    const auto found = chats_.find(chat);
    if (found == chats_.end()) co_return std::nullopt;
    const auto& stored = found->second;
    ports::ChatWithMembers with{
        stored.chat, stored.members(), stored.leaving(), {}, stored.version};
    for (const auto& control : outbox_) {
        if (control.chat == chat) with.outbox.push_back(control);
    }
    co_return with;
}

Task<Result<std::vector<ports::Membership>>> MemoryChatDirectory::memberships(UserId user) {
    const std::lock_guard lock(mutex_);
    std::vector<ports::Membership> memberships;
    for (auto& [id, stored] : chats_) {
        const Row* row = stored.current(user);
        if (row == nullptr) row = stored.leaving(user);
        if (row == nullptr) continue;
        const auto members = stored.members();
        ports::Membership membership{stored.chat, row->member, members.size(), {}};
        if (stored.chat.type == domain::ChatType::direct) {
            for (const auto& member : members) {
                if (member.user != user) membership.other = member.user;
            }
        }
        memberships.push_back(std::move(membership));
    }
    co_return memberships;
}

Task<Result<std::vector<ports::EndedMembership>>> MemoryChatDirectory::ended_memberships(
    UserId user) {
    const std::lock_guard lock(mutex_);
    std::vector<ports::EndedMembership> ended;
    for (auto& [id, stored] : chats_) {
        const auto last =
            std::find_if(stored.rows.rbegin(), stored.rows.rend(),
                         [&](const Row& row) { return row.member.user == user && row.joined; });
        if (last == stored.rows.rend() || !last->left_seq) continue;
        ended.push_back(
            {id, stored.chat.history, last->member.joined_seq, *last->left_seq, *last->left_at});
    }
    co_return ended;
}

Result<void> MemoryChatDirectory::check(const ports::MemberChange& change, StoredChat& stored) {
    const bool is_new =
        !change.added.empty() && stored.current(change.added.front().user) == nullptr;
    if (change.by_link && is_new) {
        const auto* const used = link(*change.by_link);
        const bool usable =
            used != nullptr && used->link.chat == stored.chat.id && used->link.usable(clock_.now());
        if (!usable) return base::fail(ErrorCode::not_found, "There is no such link (any more).");
    }
    if (change.by_request) {
        const bool waits = std::ranges::any_of(stored.requests, [&](const auto& request) {
            return request.user == change.added.front().user;
        });
        if (!waits) return base::fail(ErrorCode::not_found, "There is no such request.");
    }
    return {};
}

void MemoryChatDirectory::count_uses(const ports::MemberChange& change, StoredChat& stored) {
    for (const auto& member : change.added) {
        const auto request =
            std::ranges::find(stored.requests, member.user, &domain::JoinRequest::user);
        auto used = change.by_link;
        if (change.by_request) used = request->link;
        if (request != stored.requests.end()) stored.requests.erase(request);
        if (!used || stored.current(member.user) != nullptr) continue;
        auto* const counted = link(*used);
        if (counted != nullptr && counted->link.usable(clock_.now())) ++counted->link.uses;
    }
}

MemoryChatDirectory::StoredLink* MemoryChatDirectory::link(domain::LinkId id) {
    const auto found =
        std::ranges::find_if(links_, [&](const auto& stored) { return stored.link.id == id; });
    return found == links_.end() ? nullptr : &*found;
}

Task<Result<void>> MemoryChatDirectory::change(ports::MemberChange change) {
    const std::lock_guard lock(mutex_);
    const auto& control = change.control;
    const auto found = chats_.find(control.chat);
    if (found == chats_.end()) {
        co_return base::fail(ErrorCode::not_found, "There is no such chat.");
    }
    auto& stored = found->second;
    if (change.version && *change.version != stored.version) {
        co_return base::fail(ErrorCode::conflict, "The chat has changed meanwhile.");
    }
    if (auto allowed = check(change, stored); !allowed) co_return allowed;
    ++stored.version;
    count_uses(change, stored);
    for (const auto user : change.removed) {
        if (auto* const row = stored.current(user)) {
            row->left_at = clock_.now();
            row->left_by = control.id;
        }
    }
    for (const auto& member : change.added)
        stored.add(member, control.id);
    if (change.title) stored.chat.title = *change.title;
    if (change.description) stored.chat.description = *change.description;
    if (change.picture) {
        stored.chat.picture = change.picture->version;
        stored.picture.reset();
        if (change.picture->version != 0) stored.picture = change.picture->picture;
    }
    outbox_.push_back(control);
    co_return Result<void>{};
}

Task<Result<void>> MemoryChatDirectory::sequenced(ports::ControlMessage control, Seq seq) {
    const std::lock_guard lock(mutex_);
    if (const auto found = chats_.find(control.chat); found != chats_.end()) {
        for (auto& row : found->second.rows) {
            if (row.joined_by == control.id && !row.joined) {
                row.member.joined_seq = seq;
                row.joined = true;
            }
            if (row.left_by == control.id && !row.left_seq) row.left_seq = seq;
        }
        const auto waits =
            std::ranges::find(outbox_, control.id, &ports::ControlMessage::id) != outbox_.end();
        if (waits && control.event.change == domain::Change::permissions) {
            found->second.chat.permissions = control.event.permissions;
            found->second.chat.join_approval = control.event.join_approval;
        }
        if (waits && control.event.change == domain::Change::role) found->second.set_roles(control);
    }
    std::erase_if(outbox_, [&](const auto& waiting) { return waiting.id == control.id; });
    co_return Result<void>{};
}

Task<Result<std::vector<ports::ControlMessage>>> MemoryChatDirectory::outbox() {
    const std::lock_guard lock(mutex_);
    co_return outbox_;
}

bool MemoryChatDirectory::is_member(ChatId chat, UserId user) {
    const std::lock_guard lock(mutex_);
    const auto found = chats_.find(chat);
    return found != chats_.end() && found->second.current(user) != nullptr;
}

Task<Result<void>> MemoryChatDirectory::create_link(domain::InviteLink link,
                                                    ports::TokenHash hash) {
    const std::lock_guard lock(mutex_);
    std::erase_if(links_, [&](const auto& stored) {
        return stored.link.chat == link.chat && stored.link.expires_at <= clock_.now();
    });
    const auto count = std::ranges::count_if(
        links_, [&](const auto& stored) { return stored.link.chat == link.chat; });
    if (static_cast<std::size_t>(count) >= ports::max_links) {
        co_return base::fail(ErrorCode::conflict, "The group has too many links; revoke some.");
    }
    links_.push_back({hash, link});
    co_return Result<void>{};
}

Task<Result<std::optional<domain::InviteLink>>> MemoryChatDirectory::find_link(
    ports::TokenHash hash) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(links_, hash, &StoredLink::hash);
    if (found == links_.end()) co_return std::nullopt;
    co_return found->link;
}

Task<Result<std::vector<domain::InviteLink>>> MemoryChatDirectory::links(ChatId chat) {
    const std::lock_guard lock(mutex_);
    std::vector<domain::InviteLink> links;
    for (const auto& stored : links_) {
        const bool listed = stored.link.chat == chat && clock_.now() < stored.link.expires_at;
        if (listed) links.push_back(stored.link);
    }
    co_return links;
}

Task<Result<void>> MemoryChatDirectory::remove_link(ChatId chat, domain::LinkId link) {
    const std::lock_guard lock(mutex_);
    const auto removed = std::erase_if(links_, [&](const auto& stored) {
        return stored.link.chat == chat && stored.link.id == link;
    });
    if (removed == 0) co_return base::fail(ErrorCode::not_found, "There is no such link.");
    co_return Result<void>{};
}

Task<Result<bool>> MemoryChatDirectory::add_request(domain::JoinRequest request) {
    const std::lock_guard lock(mutex_);
    const auto found = chats_.find(request.chat);
    if (found == chats_.end()) {
        co_return base::fail(ErrorCode::not_found, "There is no such chat.");
    }
    auto& requests = found->second.requests;
    const auto there = std::ranges::find(requests, request.user, &domain::JoinRequest::user);
    if (there != requests.end()) co_return false;
    if (requests.size() >= ports::max_join_requests) {
        co_return base::fail(ErrorCode::conflict, "Too many others wait to be let in.");
    }
    requests.push_back(request);
    co_return true;
}

Task<Result<std::vector<domain::JoinRequest>>> MemoryChatDirectory::requests(ChatId chat) {
    const std::lock_guard lock(mutex_);
    const auto found = chats_.find(chat);
    if (found == chats_.end()) co_return std::vector<domain::JoinRequest>{};
    co_return found->second.requests;
}

Task<Result<void>> MemoryChatDirectory::remove_request(ChatId chat, UserId user) {
    const std::lock_guard lock(mutex_);
    const auto found = chats_.find(chat);
    const bool removed =
        found != chats_.end() && std::erase_if(found->second.requests, [&](const auto& request) {
                                     return request.user == user;
                                 }) > 0;
    if (!removed) co_return base::fail(ErrorCode::not_found, "There is no such request.");
    co_return Result<void>{};
}

Task<Result<std::optional<domain::Picture>>> MemoryChatDirectory::picture(ChatId chat) {
    const std::lock_guard lock(mutex_);
    const auto found = chats_.find(chat);
    if (found == chats_.end()) co_return std::nullopt;
    co_return found->second.picture;
}

}  // namespace banter::adapters::memory
