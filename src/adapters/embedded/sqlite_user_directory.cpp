// Users, what they are to each other, and the ways in. Devices and tokens: sqlite_tokens.cpp.
#include "adapters/embedded/sqlite_user_directory.hpp"

#include <algorithm>
#include <sodium/utils.h>

namespace banter::adapters::embedded {
namespace {

using base::ErrorCode;
using base::Result;
using base::Timestamp;
using domain::User;
using domain::UserId;
using ports::TokenHash;

#define USER_COLUMNS                                                                          \
    "u.user_id, u.username, u.display_name, u.show_last_seen, u.show_read_receipts, u.role, " \
    "u.created_at"

constexpr std::string_view user_by_id = "SELECT " USER_COLUMNS " FROM users u WHERE u.user_id = ?1";

User read_user(Statement& row) {
    User user;
    user.id = row.get<UserId>();
    user.username = row.get<std::string>();
    user.display_name = row.get<std::string>();
    user.privacy.last_seen = row.get<domain::Audience>();
    user.privacy.read_receipts = row.get<domain::Audience>();
    user.role = row.get<domain::ServerRole>();
    user.created_at = row.get<Timestamp>();
    return user;
}

// Usernames are ASCII.
std::string lower_case(std::string text) {
    for (char& character : text) {
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character + 32);
    }
    return text;
}

std::optional<User> load_user(SqliteConnection& connection, UserId id) {
    auto row = connection.prepare(user_by_id);
    if (!row.bind(id).step()) return std::nullopt;
    return read_user(row);
}

std::unexpected<base::Problem> no_such_user() {
    return base::fail(ErrorCode::not_found, "There is no such user.");
}

// Spends the claim; false: it is not the server's.
bool spend_claim(SqliteConnection& connection, const TokenHash& claim) {
    auto row = connection.prepare("SELECT hash FROM server_claim WHERE only = 1");
    if (!row.step()) return false;
    const auto hash = row.get<TokenHash>();
    if (sodium_memcmp(hash.data(), claim.data(), hash.size()) != 0) return false;
    connection.run("DELETE FROM server_claim");
    return true;
}

bool spend_invite(SqliteConnection& connection, const TokenHash& invite, Timestamp now) {
    connection.prepare("DELETE FROM invites WHERE hash = ?1 AND expires_at > ?2")
        .bind(invite, now)
        .run();
    return connection.changes() == 1;
}

void insert_user(SqliteConnection& connection, const ports::NewUser& created) {
    const User& user = created.user;
    connection
        .prepare(
            "INSERT INTO users (user_id, username, username_key, display_name, "
            "display_name_key, role, show_last_seen, show_read_receipts, created_at) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        .bind(user.id, user.username, lower_case(user.username), user.display_name,
              created.display_name_key, user.role, user.privacy.last_seen,
              user.privacy.read_receipts, user.created_at)
        .run();
    connection.prepare("INSERT INTO credentials (user_id, password_hash) VALUES (?1, ?2)")
        .bind(user.id, created.password_hash)
        .run();
}

// Where the page starts, as a bound of a range over lower-case usernames.
std::string cursor_of(const ports::PageRequest& page) {
    if (page.before) return *page.before;
    return page.after.value_or("");
}

// Greater than every text that begins with `prefix`: no byte of UTF-8 is F8 or more.
std::string end_of_prefix(const std::string& prefix) {
    return prefix + "\xF8";
}

// A place in the results of a search: the key that matched, and whose it is.
struct SearchCursor {
    std::string key;
    std::string username;  // lower case
};

// No username has a slash.
std::string format(const SearchCursor& cursor) {
    return cursor.key + '/' + cursor.username;
}

SearchCursor parse_search_cursor(const std::string& text) {
    const auto slash = text.rfind('/');
    if (slash == std::string::npos) return {text, {}};
    return {text.substr(0, slash), text.substr(slash + 1)};
}

// The part of an index that a page of a search is in, both ends inclusive.
struct SearchRange {
    SearchCursor cursor;
    std::string low;
    std::string high;
};

SearchRange range_of(const std::string& prefix, const ports::PageRequest& page) {
    SearchRange range{{}, prefix, end_of_prefix(prefix)};
    range.cursor = parse_search_cursor(cursor_of(page));
    if (page.before) {
        range.high = std::min(range.high, range.cursor.key);
    } else {
        range.low = std::max(range.low, range.cursor.key);
    }
    return range;
}

// Each half reads no more of its index than the page needs, however many users match. ?1 and ?2:
// the prefix and its end; ?3 and ?4: the range; ?5 and ?6: the cursor; ?7: how many.
#define SEARCH_BY_USERNAME(BEYOND, ORDER)                                \
    "SELECT * FROM (SELECT " USER_COLUMNS                                \
    ", u.username_key AS key, u.username_key AS name FROM users u "      \
    "WHERE u.username_key BETWEEN ?3 AND ?4 AND (u.username_key " BEYOND \
    " ?5 OR u.username_key " BEYOND " ?6) ORDER BY u.username_key " ORDER " LIMIT ?7)"
#define SEARCH_BY_DISPLAY_NAME(BEYOND, ORDER)                           \
    "SELECT * FROM (SELECT " USER_COLUMNS                               \
    ", u.display_name_key AS key, u.username_key AS name FROM users u " \
    "WHERE ?1 <> '' AND u.display_name_key BETWEEN ?3 AND ?4 "          \
    "AND (u.display_name_key " BEYOND " ?5 OR u.username_key " BEYOND   \
    " ?6) "                                                             \
    "AND NOT (u.username_key >= ?1 AND u.username_key < ?2) "           \
    "ORDER BY u.display_name_key " ORDER ", u.username_key " ORDER " LIMIT ?7)"

constexpr std::string_view search_forwards = SEARCH_BY_USERNAME(
    ">", "ASC") " UNION ALL " SEARCH_BY_DISPLAY_NAME(">", "ASC") " ORDER BY key, name LIMIT ?7";
constexpr std::string_view search_backwards =
    SEARCH_BY_USERNAME("<", "DESC") " UNION ALL " SEARCH_BY_DISPLAY_NAME(
        "<", "DESC") " ORDER BY key DESC, name DESC LIMIT ?7";

ports::Page<User> read_page(Statement& rows, const ports::PageRequest& page) {
    std::vector<User> users;
    while (rows.step())
        users.push_back(read_user(rows));
    return ports::make_page(std::move(users), page,
                            [](const User& user) { return lower_case(user.username); });
}

}  // namespace

base::Task<Result<User>> SqliteUserDirectory::create_user(ports::NewUser created, Timestamp now) {
    auto work = [created = std::move(created),
                 now](SqliteConnection& connection) mutable -> Result<User> {
        User& user = created.user;
        user.role = domain::ServerRole::user;
        if (created.claim) {
            if (!spend_claim(connection, *created.claim)) {
                return base::fail(ErrorCode::forbidden,
                                  "This claim link is not valid any more: use the one that the "
                                  "server printed when it last started.");
            }
            user.role = domain::ServerRole::operator_;
        }
        if (created.invite && !spend_invite(connection, *created.invite, now)) {
            return base::fail(ErrorCode::forbidden,
                              "This invitation has been used or has expired: ask for a new one.");
        }
        auto taken = connection.prepare("SELECT 1 FROM users WHERE username_key = ?1");
        if (taken.bind(lower_case(user.username)).step()) {
            return base::fail(ErrorCode::conflict, "This username is taken: choose another one.");
        }
        insert_user(connection, created);
        return user;
    };
    return database_.write(std::move(work));
}

base::Task<Result<std::optional<User>>> SqliteUserDirectory::find_user(UserId user) {
    auto work = [user](SqliteConnection& connection) -> Result<std::optional<User>> {
        return load_user(connection, user);
    };
    return database_.read(std::move(work));
}

base::Task<Result<std::vector<User>>> SqliteUserDirectory::find_users(std::vector<UserId> users) {
    std::ranges::sort(users);
    users.erase(std::unique(users.begin(), users.end()), users.end());
    auto work = [users =
                     std::move(users)](SqliteConnection& connection) -> Result<std::vector<User>> {
        std::vector<User> found;
        for (const auto id : users) {
            if (auto user = load_user(connection, id)) found.push_back(std::move(*user));
        }
        return found;
    };
    return database_.read(std::move(work));
}

base::Task<Result<std::optional<ports::Credentials>>> SqliteUserDirectory::credentials(
    std::string username) {
    auto work = [key = lower_case(std::move(username))](
                    SqliteConnection& connection) -> Result<std::optional<ports::Credentials>> {
        auto row = connection.prepare("SELECT " USER_COLUMNS
                                      ", c.password_hash FROM users u "
                                      "JOIN credentials c USING (user_id) "
                                      "WHERE u.username_key = ?1");
        if (!row.bind(key).step()) return std::nullopt;
        ports::Credentials credentials;
        credentials.user = read_user(row);
        credentials.password_hash = row.get<std::string>();
        return credentials;
    };
    return database_.read(std::move(work));
}

base::Task<Result<ports::Page<User>>> SqliteUserDirectory::search_users(std::string prefix,
                                                                        ports::PageRequest page) {
    auto work = [prefix = std::move(prefix), page = std::move(page)](
                    SqliteConnection& connection) -> Result<ports::Page<User>> {
        const auto range = range_of(prefix, page);
        auto rows = connection.prepare(page.before ? search_backwards : search_forwards);
        rows.bind(prefix, end_of_prefix(prefix), range.low, range.high, range.cursor.key,
                  range.cursor.username, page.limit + 1);
        std::vector<ports::Placed<User>> found;
        while (rows.step()) {
            auto user = read_user(rows);
            SearchCursor cursor{rows.get<std::string>(), rows.get<std::string>()};
            found.push_back({std::move(user), format(cursor)});
        }
        return ports::make_page(std::move(found), page);
    };
    return database_.read(std::move(work));
}

base::Task<Result<User>> SqliteUserDirectory::update_user(UserId user, ports::UserUpdate update) {
    auto work = [user, update = std::move(update)](SqliteConnection& connection) -> Result<User> {
        if (update.display_name) {
            connection
                .prepare(
                    "UPDATE users SET display_name = ?2, display_name_key = ?3 "
                    "WHERE user_id = ?1")
                .bind(user, update.display_name->name, update.display_name->key)
                .run();
        }
        connection
            .prepare(
                "UPDATE users SET show_last_seen = coalesce(?2, show_last_seen), "
                "show_read_receipts = coalesce(?3, show_read_receipts) WHERE user_id = ?1")
            .bind(user, update.last_seen, update.read_receipts)
            .run();
        auto updated = load_user(connection, user);
        if (!updated) return no_such_user();
        return *updated;
    };
    return database_.write(std::move(work));
}

base::Task<Result<std::vector<domain::DeviceId>>> SqliteUserDirectory::set_password(
    UserId user, std::string password_hash) {
    auto work = [user, hash = std::move(password_hash)](
                    SqliteConnection& connection) -> Result<std::vector<domain::DeviceId>> {
        connection.prepare("UPDATE credentials SET password_hash = ?2 WHERE user_id = ?1")
            .bind(user, hash)
            .run();
        if (connection.changes() == 0) return no_such_user();
        std::vector<domain::DeviceId> removed;
        auto rows = connection.prepare(
            "DELETE FROM devices WHERE user_id = ?1 "
            "RETURNING device_id");
        rows.bind(user);
        while (rows.step())
            removed.push_back(rows.get<domain::DeviceId>());
        return removed;
    };
    return database_.write(std::move(work));
}

base::Task<Result<void>> SqliteUserDirectory::write_relation(std::string_view sql, UserId owner,
                                                             UserId other) {
    auto work = [=](SqliteConnection& connection) -> Result<void> {
        connection.prepare(sql).bind(owner, other).run();
        return {};
    };
    return database_.write(std::move(work));
}

base::Task<Result<void>> SqliteUserDirectory::add_relation(std::string_view sql, UserId owner,
                                                           UserId other) {
    auto work = [=](SqliteConnection& connection) -> Result<void> {
        const bool both = load_user(connection, owner) && load_user(connection, other);
        if (!both) return no_such_user();
        connection.prepare(sql).bind(owner, other).run();
        return {};
    };
    return database_.write(std::move(work));
}

base::Task<Result<void>> SqliteUserDirectory::add_contact(UserId owner, UserId other) {
    return add_relation("INSERT OR IGNORE INTO contacts (owner_id, user_id) VALUES (?1, ?2)", owner,
                        other);
}

base::Task<Result<void>> SqliteUserDirectory::remove_contact(UserId owner, UserId other) {
    return write_relation("DELETE FROM contacts WHERE owner_id = ?1 AND user_id = ?2", owner,
                          other);
}

base::Task<Result<void>> SqliteUserDirectory::add_block(UserId owner, UserId other) {
    return add_relation("INSERT OR IGNORE INTO blocks (owner_id, user_id) VALUES (?1, ?2)", owner,
                        other);
}

base::Task<Result<void>> SqliteUserDirectory::remove_block(UserId owner, UserId other) {
    return write_relation("DELETE FROM blocks WHERE owner_id = ?1 AND user_id = ?2", owner, other);
}

// The users that a relation holds of its owner.
base::Task<Result<ports::Page<User>>> SqliteUserDirectory::related(RelatedSql sql, UserId owner,
                                                                   ports::PageRequest page) {
    auto work = [sql, owner, page = std::move(page)](
                    SqliteConnection& connection) -> Result<ports::Page<User>> {
        auto rows = connection.prepare(page.before ? sql.backwards : sql.forwards);
        rows.bind(owner, cursor_of(page), page.limit + 1);
        return read_page(rows, page);
    };
    return database_.read(std::move(work));
}

#define RELATED_USERS(table) \
    "SELECT " USER_COLUMNS " FROM " table " r JOIN users u USING (user_id) WHERE r.owner_id = ?1 "
#define AFTER "AND u.username_key > ?2 ORDER BY u.username_key LIMIT ?3"
#define BEFORE "AND u.username_key < ?2 ORDER BY u.username_key DESC LIMIT ?3"

base::Task<Result<ports::Page<User>>> SqliteUserDirectory::contacts(UserId owner,
                                                                    ports::PageRequest page) {
    constexpr RelatedSql sql{RELATED_USERS("contacts") AFTER, RELATED_USERS("contacts") BEFORE};
    return related(sql, owner, std::move(page));
}

base::Task<Result<ports::Page<User>>> SqliteUserDirectory::blocks(UserId owner,
                                                                  ports::PageRequest page) {
    constexpr RelatedSql sql{RELATED_USERS("blocks") AFTER, RELATED_USERS("blocks") BEFORE};
    return related(sql, owner, std::move(page));
}

base::Task<Result<std::vector<UserId>>> SqliteUserDirectory::contact_ids(UserId owner) {
    auto work = [owner](SqliteConnection& connection) -> Result<std::vector<UserId>> {
        auto rows = connection.prepare("SELECT user_id FROM contacts WHERE owner_id = ?1");
        rows.bind(owner);
        std::vector<UserId> ids;
        while (rows.step())
            ids.push_back(rows.get<UserId>());
        return ids;
    };
    return database_.read(std::move(work));
}

base::Task<Result<ports::Relation>> SqliteUserDirectory::relation(UserId owner, UserId other) {
    auto work = [owner, other](SqliteConnection& connection) -> Result<ports::Relation> {
        auto row = connection.prepare(
            "SELECT EXISTS (SELECT 1 FROM contacts WHERE owner_id = ?1 AND user_id = ?2), "
            "EXISTS (SELECT 1 FROM blocks WHERE owner_id = ?1 AND user_id = ?2), "
            "EXISTS (SELECT 1 FROM blocks WHERE owner_id = ?2 AND user_id = ?1)");
        row.bind(owner, other).step();
        ports::Relation relation;
        relation.is_contact = row.get<bool>();
        relation.blocks = row.get<bool>();
        relation.blocked_by = row.get<bool>();
        return relation;
    };
    return database_.read(std::move(work));
}

base::Task<Result<void>> SqliteUserDirectory::create_invite(ports::Invite invite) {
    auto work = [invite](SqliteConnection& connection) -> Result<void> {
        if (!load_user(connection, invite.created_by)) return no_such_user();
        connection
            .prepare(
                "INSERT INTO invites (hash, created_by, created_at, expires_at) "
                "VALUES (?1, ?2, ?3, ?4)")
            .bind(invite.hash, invite.created_by, invite.created_at, invite.expires_at)
            .run();
        return {};
    };
    return database_.write(std::move(work));
}

base::Task<Result<bool>> SqliteUserDirectory::set_claim(TokenHash hash) {
    auto work = [hash](SqliteConnection& connection) -> Result<bool> {
        auto operators = connection.prepare("SELECT EXISTS (SELECT 1 FROM users WHERE role = ?1)");
        operators.bind(domain::ServerRole::operator_).step();
        if (operators.get<bool>()) return false;
        connection.prepare("INSERT OR REPLACE INTO server_claim (only, hash) VALUES (1, ?1)")
            .bind(hash)
            .run();
        return true;
    };
    return database_.write(std::move(work));
}

base::Task<Result<std::vector<UserId>>> SqliteUserDirectory::blocked_among(
    UserId user, std::vector<UserId> others) {
    auto work = [user, others = std::move(others)](
                    SqliteConnection& connection) -> Result<std::vector<UserId>> {
        std::vector<UserId> blocked;
        for (const auto other : others) {
            auto row = connection.prepare(
                "SELECT 1 FROM blocks WHERE (owner_id = ?1 AND user_id = ?2) "
                "OR (owner_id = ?2 AND user_id = ?1)");
            if (row.bind(user, other).step()) blocked.push_back(other);
        }
        return blocked;
    };
    return database_.read(std::move(work));
}

}  // namespace banter::adapters::embedded
