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

MemoryChatDirectory::Row* MemoryChatDirectory::StoredChat::current(UserId user) {
    for (auto& row : rows) {
        if (!row.left_at && row.member.user == user) return &row;
    }
    return nullptr;
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
    co_return ports::ChatWithMembers{found->second.chat, found->second.members()};
}

Task<Result<std::vector<ports::Membership>>> MemoryChatDirectory::memberships(UserId user) {
    const std::lock_guard lock(mutex_);
    std::vector<ports::Membership> memberships;
    for (auto& [id, stored] : chats_) {
        const auto* const row = stored.current(user);
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
        if (stored.current(user) != nullptr) continue;
        const auto last = std::find_if(stored.rows.rbegin(), stored.rows.rend(),
                                       [&](const Row& row) { return row.member.user == user; });
        if (last == stored.rows.rend() || !last->joined || !last->left_seq) continue;
        ended.push_back({id, last->member.joined_seq, *last->left_seq, *last->left_at});
    }
    co_return ended;
}

Task<Result<void>> MemoryChatDirectory::change(ports::MemberChange change) {
    const std::lock_guard lock(mutex_);
    const auto& control = change.control;
    const auto found = chats_.find(control.chat);
    if (found == chats_.end()) {
        co_return base::fail(ErrorCode::not_found, "There is no such chat.");
    }
    auto& stored = found->second;
    for (const auto user : change.removed) {
        if (auto* const row = stored.current(user)) {
            row->left_at = clock_.now();
            row->left_by = control.id;
        }
    }
    for (const auto& member : change.added)
        stored.add(member, control.id);
    for (const auto& [user, role] : change.roles) {
        if (auto* const row = stored.current(user)) row->member.role = role;
    }
    if (change.title) stored.chat.title = *change.title;
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

}  // namespace banter::adapters::memory
