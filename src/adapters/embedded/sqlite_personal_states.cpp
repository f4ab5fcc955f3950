#include "adapters/embedded/sqlite_personal_states.hpp"

#include <algorithm>

namespace banter::adapters::embedded {
namespace {

using base::Result;
using base::Task;
using base::Timestamp;
using domain::ChatId;
using domain::UserId;
using ports::PersonalStateRow;

#define STATE_COLUMNS "s.chat_id, s.muted_until, s.pinned, s.archived, s.draft, s.changed_at"

PersonalStateRow read_row(Statement& row) {
    PersonalStateRow read;
    read.chat = row.get<ChatId>();
    read.state.muted_until = row.get<std::optional<Timestamp>>();
    read.state.pinned = row.get<bool>();
    read.state.archived = row.get<bool>();
    read.state.draft = row.get<std::string>();
    read.at = row.get<Timestamp>();
    return read;
}

PersonalStateRow find_one(SqliteConnection& connection, UserId user, ChatId chat) {
    auto row = connection.prepare("SELECT " STATE_COLUMNS
                                  " FROM personal_states s WHERE s.user_id = ?1 AND s.chat_id = "
                                  "?2");
    if (row.bind(user, chat).step()) return read_row(row);
    return {chat, {}, {}};
}

bool is_member(SqliteConnection& connection, UserId user, ChatId chat) {
    auto row = connection.prepare(
        "SELECT 1 FROM members WHERE chat_id = ?1 AND user_id = ?2 AND left_at IS NULL");
    return row.bind(chat, user).step();
}

void write(SqliteConnection& connection, UserId user, const PersonalStateRow& row) {
    const auto& state = row.state;
    connection
        .prepare(
            "INSERT INTO personal_states (user_id, chat_id, muted_until, pinned, archived, draft, "
            "changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET "
            "muted_until = ?3, pinned = ?4, archived = ?5, draft = ?6, changed_at = ?7")
        .bind(user, row.chat, state.muted_until, state.pinned, state.archived, state.draft, row.at)
        .run();
}

}  // namespace

Task<Result<ports::PersonalStates::Applied>> SqlitePersonalStates::apply(
    UserId user, ChatId chat, domain::PersonalStateChange change) {
    auto work = [user, chat, change = std::move(change),
                 now = clock_.now()](SqliteConnection& connection) -> Result<Applied> {
        if (!is_member(connection, user, chat)) {
            return base::fail(base::ErrorCode::not_found,
                              "There is no such chat, or you are not in it.");
        }
        auto row = find_one(connection, user, chat);
        auto next = domain::apply(row.state, change);
        if (next == row.state) return Applied{std::move(row), false};
        row.state = std::move(next);
        row.at = std::max(now, row.at + std::chrono::milliseconds(1));
        write(connection, user, row);
        return Applied{std::move(row), true};
    };
    return database_.write(std::move(work));
}

Task<Result<std::vector<PersonalStateRow>>> SqlitePersonalStates::find(UserId user,
                                                                       std::vector<ChatId> chats) {
    auto work = [user, chats = std::move(chats)](
                    SqliteConnection& connection) -> Result<std::vector<PersonalStateRow>> {
        std::vector<PersonalStateRow> rows;
        rows.reserve(chats.size());
        for (const auto& chat : chats)
            rows.push_back(find_one(connection, user, chat));
        return rows;
    };
    return database_.read(std::move(work));
}

Task<Result<std::vector<PersonalStateRow>>> SqlitePersonalStates::changed_since(UserId user,
                                                                                Timestamp since) {
    auto work = [user,
                 since](SqliteConnection& connection) -> Result<std::vector<PersonalStateRow>> {
        auto found = connection.prepare(
            "SELECT " STATE_COLUMNS
            " FROM personal_states s WHERE s.user_id = ?1 AND s.changed_at >= ?2 AND EXISTS "
            "(SELECT 1 FROM members m WHERE m.chat_id = s.chat_id AND m.user_id = ?1 AND "
            "m.left_at IS NULL)");
        found.bind(user, since);
        std::vector<PersonalStateRow> rows;
        while (found.step())
            rows.push_back(read_row(found));
        return rows;
    };
    return database_.read(std::move(work));
}

}  // namespace banter::adapters::embedded
