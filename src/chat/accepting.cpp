// The part of ChatShard that takes sends in: what the log cannot tell goes along with them, and one
// chat's sends reach the log in the order in which they came, wherever the chat is meanwhile.
#include <algorithm>

#include "base/fault.hpp"
#include "chat/chat_shard.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::ChatId;

// Chats of other nodes whose kind is remembered; a rarely used one is looked up again.
constexpr std::size_t most_kinds = 65'536;

base::Problem too_many() {
    return {ErrorCode::overloaded, "Too many messages are waiting; send it again in a moment.",
            std::chrono::seconds(1)};
}

}  // namespace

void ChatShard::send(ports::SendCommand command) {
    if (!sequencer_.has_room() || accepting_count_ >= limits_.sequencer.max_pending) {
        if (BANTER_FAULT(overload_swallowed)) return;
        refuse(command, too_many());
        return;
    }
    const auto chat = command.chat;
    const auto loaded = chats_.find(chat);
    const bool waits = accepting_.contains(chat) || loaded == chats_.end() || !owns(chat);
    if (!waits) {
        append(loaded->second->blocked, std::move(command));
        return;
    }
    const auto [line, first] = accepting_.try_emplace(chat);
    line->second.push_back(std::move(command));
    ++accepting_count_;
    if (first) base::spawn(accept(chat));
}

Task<void> ChatShard::accept(ChatId chat) {
    const auto blocked = co_await blocked_in(chat);
    auto waiting = std::move(accepting_.extract(chat).mapped());
    accepting_count_ -= waiting.size();
    if (BANTER_FAULT(first_served_last)) std::ranges::rotate(waiting, waiting.begin() + 1);
    for (auto& command : waiting) {
        if (blocked) {
            append(*blocked, std::move(command));
        } else {
            refuse(command, blocked.error());
        }
    }
}

// Of a direct chat: one of the two has blocked the other.
Task<Result<bool>> ChatShard::blocked_in(ChatId chat) {
    if (owns(chat)) {
        const auto state = co_await load(chat);
        if (state) co_return (*state)->blocked;
        if (owns(chat)) co_return std::unexpected(state.error());
    }
    auto known = kinds_.find(chat);
    if (known == kinds_.end()) {
        const auto found = co_await ports_.directory.find(chat);
        if (!found) co_return std::unexpected(found.error());
        if (!*found) co_return std::unexpected(no_such_chat());
        const auto& members = (*found)->members;
        Kind kind;
        if ((*found)->chat.type == domain::ChatType::direct && members.size() == 2) {
            kind.direct = {members[0].user, members[1].user};
        }
        if (kinds_.size() >= most_kinds) kinds_.clear();
        known = kinds_.insert_or_assign(chat, kind).first;
    }
    const auto direct = known->second.direct;
    if (!direct) co_return false;
    co_return co_await ports_.relations.blocked_either_way(direct->first, direct->second);
}

void ChatShard::append(bool blocked, ports::SendCommand command) {
    if (BANTER_FAULT(membership_at_accept) && chats_.contains(command.chat) &&
        chats_.at(command.chat)->member(command.key.sender) == nullptr) {
        refuse(command, no_such_chat());
        return;
    }
    command.blocked = blocked;
    const auto ticket = command.ticket;
    const auto taken = ports_.log.append(std::move(command));
    if (taken) return;
    fan_out_.answer(ticket, std::unexpected(taken.error()));
    fan_out_.send();
}

void ChatShard::refuse(const ports::SendCommand& command, const base::Problem& problem) {
    fan_out_.answer(command.ticket, std::unexpected(problem));
    fan_out_.send();
}

}  // namespace banter::chat
