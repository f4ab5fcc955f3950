#include "adapters/embedded/sqlite_migrations.hpp"

#include <array>
#include <string>

#include "adapters/embedded/data_directory.hpp"

namespace banter::adapters::embedded {
namespace {

// Times are milliseconds since 1970, UUIDs 16 bytes, token hashes 32 bytes. Enumerations are the
// numbers of domain/user.hpp, domain/chat.hpp, domain/message.hpp and ports/user_directory.hpp.
constexpr std::string_view version_1 = R"sql(
CREATE TABLE users (
    user_id            INTEGER PRIMARY KEY,
    username           TEXT NOT NULL,
    username_key       TEXT NOT NULL UNIQUE,
    display_name       TEXT NOT NULL,
    display_name_key   TEXT NOT NULL,
    role               INTEGER NOT NULL,
    show_last_seen     INTEGER NOT NULL,
    show_read_receipts INTEGER NOT NULL,
    created_at         INTEGER NOT NULL,
    last_seen          INTEGER
) STRICT;
CREATE INDEX users_by_display_name ON users (display_name_key, username_key);

CREATE TABLE credentials (
    user_id       INTEGER PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    password_hash TEXT NOT NULL
) STRICT;

CREATE TABLE devices (
    device_id  INTEGER PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    family     BLOB UNIQUE,       -- of the refresh tokens of its sign-in; NULL: logged out
    family_expires_at INTEGER     -- when the newest of them does
) STRICT;
CREATE INDEX devices_by_user ON devices (user_id, created_at);

CREATE TABLE tokens (
    hash       BLOB PRIMARY KEY,
    device_id  INTEGER NOT NULL REFERENCES devices ON DELETE CASCADE,
    kind       INTEGER NOT NULL,
    pair       INTEGER NOT NULL,  -- the access and refresh token given together
    replaces   INTEGER,           -- the pair that ends when a token of this one is first used
    ended      INTEGER NOT NULL DEFAULT 0,  -- never used, and another took its place
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_device ON tokens (device_id, pair);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

CREATE TABLE contacts (
    owner_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    user_id  INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (owner_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_by_user ON contacts (user_id);

CREATE TABLE blocks (
    owner_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    user_id  INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (owner_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_by_user ON blocks (user_id);

CREATE TABLE invites (
    hash       BLOB PRIMARY KEY,
    created_by INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invites_by_creator ON invites (created_by);

CREATE TABLE server_claim (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    hash BLOB NOT NULL
) STRICT;

CREATE TABLE chats (
    chat_id        BLOB PRIMARY KEY,
    type           INTEGER NOT NULL,
    title          TEXT NOT NULL,
    history        INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    creator_id     INTEGER NOT NULL,
    client_id      BLOB,              -- of the creator's request: a retry finds the chat
    member_version INTEGER NOT NULL,  -- one more with every change
    UNIQUE (creator_id, client_id)
) STRICT;

-- A membership that ends keeps its row; a user who comes back gets a new one.
CREATE TABLE members (
    member_id  INTEGER PRIMARY KEY,
    chat_id    BLOB NOT NULL REFERENCES chats ON DELETE CASCADE,
    user_id    INTEGER NOT NULL,
    role       INTEGER NOT NULL,
    joined_at  INTEGER NOT NULL,
    joined_by  BLOB,     -- the control message that brings joined_seq
    joined_seq INTEGER,  -- NULL: not sequenced yet
    left_at    INTEGER,  -- NULL: a member now
    left_by    BLOB,
    left_seq   INTEGER
) STRICT;
CREATE UNIQUE INDEX members_now ON members (chat_id, user_id) WHERE left_at IS NULL;
CREATE INDEX members_by_user ON members (user_id, chat_id);
CREATE INDEX members_by_join ON members (joined_by) WHERE joined_seq IS NULL;
CREATE INDEX members_by_leave ON members (left_by) WHERE left_seq IS NULL;

CREATE TABLE outbox (
    position   INTEGER PRIMARY KEY AUTOINCREMENT,
    control_id BLOB NOT NULL UNIQUE,
    chat_id    BLOB NOT NULL REFERENCES chats ON DELETE CASCADE,
    actor_id   INTEGER NOT NULL,
    change     INTEGER NOT NULL,
    users      BLOB NOT NULL,  -- 8 bytes each, big-endian
    title      TEXT NOT NULL,
    role       INTEGER
) STRICT;
CREATE INDEX outbox_by_chat ON outbox (chat_id);
)sql";

// What each user keeps of a chat for himself; also of chats that he has left.
constexpr std::string_view version_2 = R"sql(
CREATE TABLE personal_states (
    user_id     INTEGER NOT NULL,
    chat_id     BLOB NOT NULL,
    muted_until INTEGER,
    pinned      INTEGER NOT NULL,
    archived    INTEGER NOT NULL,
    draft       TEXT NOT NULL,
    changed_at  INTEGER NOT NULL,
    PRIMARY KEY (user_id, chat_id)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::string_view version_3 = R"sql(
ALTER TABLE chats ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE chats ADD COLUMN picture INTEGER NOT NULL DEFAULT 0;  -- its version; 0: none
ALTER TABLE chats ADD COLUMN send_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chats ADD COLUMN edit_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chats ADD COLUMN join_approval INTEGER NOT NULL DEFAULT 0;

ALTER TABLE outbox ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN picture INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN send_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN edit_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN join_approval INTEGER NOT NULL DEFAULT 0;

CREATE TABLE chat_pictures (
    chat_id BLOB PRIMARY KEY REFERENCES chats ON DELETE CASCADE,
    type    INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT;

CREATE TABLE links (
    position   INTEGER PRIMARY KEY AUTOINCREMENT,
    link_id    BLOB NOT NULL UNIQUE,
    hash       BLOB NOT NULL UNIQUE,
    chat_id    BLOB NOT NULL REFERENCES chats ON DELETE CASCADE,
    created_by INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    max_uses   INTEGER,           -- NULL: no limit
    uses       INTEGER NOT NULL
) STRICT;
CREATE INDEX links_by_chat ON links (chat_id, expires_at);

CREATE TABLE join_requests (
    position     INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id      BLOB NOT NULL REFERENCES chats ON DELETE CASCADE,
    user_id      INTEGER NOT NULL,
    link_id      BLOB NOT NULL,  -- also of a link that is gone meanwhile
    requested_at INTEGER NOT NULL,
    UNIQUE (chat_id, user_id)
) STRICT;
)sql";

// What users report to the operators, with the messages as they were then.
constexpr std::string_view version_4 = R"sql(
CREATE TABLE reports (
    report_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at  INTEGER NOT NULL,
    reporter_id INTEGER NOT NULL,
    chat_id     BLOB NOT NULL,
    user_id     INTEGER,           -- whom it is about
    reason      INTEGER NOT NULL,  -- domain/report.hpp
    text        TEXT NOT NULL,
    client_id   BLOB,              -- of the reporter's request: a retry finds the report
    closed_at   INTEGER,           -- NULL: open
    closed_by   INTEGER,           -- NULL: the command line
    note        TEXT NOT NULL,
    UNIQUE (reporter_id, client_id)
) STRICT;
CREATE INDEX reports_open ON reports (report_id) WHERE closed_at IS NULL;

CREATE TABLE report_evidence (
    report_id INTEGER NOT NULL REFERENCES reports ON DELETE CASCADE,
    seq       INTEGER NOT NULL,
    message   TEXT NOT NULL,
    PRIMARY KEY (report_id, seq)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array migrations{version_1, version_2, version_3, version_4};

std::int64_t version_of(SqliteConnection& connection) {
    auto statement = connection.prepare("PRAGMA user_version");
    statement.step();
    return statement.get<std::int64_t>();
}

}  // namespace

std::span<const std::string_view> sqlite_migrations() {
    return migrations;
}

void migrate(SqliteConnection& connection, std::span<const std::string_view> migrations) {
    const auto known = static_cast<std::int64_t>(migrations.size());
    const std::int64_t version = version_of(connection);
    if (version > known) {
        throw DataDirectoryError(
            DataDirectoryFault::newer,
            "The data directory was written by a newer version of Banter (its schema is " +
                std::to_string(version) + ", this program knows " + std::to_string(known) +
                "): run that version or a later one.");
    }
    for (std::int64_t next = version; next < known; ++next) {
        connection.run_script("BEGIN IMMEDIATE;" +
                              std::string(migrations[static_cast<std::size_t>(next)]) +
                              "PRAGMA user_version = " + std::to_string(next + 1) + "; COMMIT;");
    }
}

}  // namespace banter::adapters::embedded
