#include "adapters/memory/memory_personal_states.hpp"

#include <algorithm>

namespace banter::adapters::memory {

using base::Result;
using base::Task;
using domain::ChatId;
using domain::UserId;
using ports::PersonalStateRow;

Task<Result<ports::PersonalStates::Applied>> MemoryPersonalStates::apply(
    UserId user, ChatId chat, domain::PersonalStateChange change) {
    if (!chats_.is_member(chat, user)) {
        co_return base::fail(base::ErrorCode::not_found,
                             "There is no such chat, or you are not in it.");
    }
    const std::lock_guard lock(mutex_);
    const auto found = rows_.find({user, chat});
    PersonalStateRow row = found != rows_.end() ? found->second : PersonalStateRow{chat, {}, {}};
    auto next = domain::apply(row.state, change);
    if (next == row.state) co_return Applied{row, false};
    row.state = std::move(next);
    row.at = std::max(clock_.now(), row.at + std::chrono::milliseconds(1));
    rows_[{user, chat}] = row;
    co_return Applied{row, true};
}

Task<Result<std::vector<PersonalStateRow>>> MemoryPersonalStates::find(UserId user,
                                                                       std::vector<ChatId> chats) {
    const std::lock_guard lock(mutex_);
    std::vector<PersonalStateRow> rows;
    for (const auto& chat : chats) {
        const auto found = rows_.find({user, chat});
        rows.push_back(found != rows_.end() ? found->second : PersonalStateRow{chat, {}, {}});
    }
    co_return rows;
}

Task<Result<std::vector<PersonalStateRow>>> MemoryPersonalStates::changed_since(
    UserId user, base::Timestamp since) {
    const std::lock_guard lock(mutex_);
    std::vector<PersonalStateRow> rows;
    for (const auto& [key, row] : rows_) {
        if (key.first == user && row.at >= since && chats_.is_member(row.chat, user)) {
            rows.push_back(row);
        }
    }
    co_return rows;
}

}  // namespace banter::adapters::memory
