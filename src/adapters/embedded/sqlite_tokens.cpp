// The part of SqliteUserDirectory that keeps devices and tokens.
#include "adapters/embedded/sqlite_user_directory.hpp"

namespace banter::adapters::embedded {
namespace {

using base::ErrorCode;
using base::Result;
using base::Timestamp;
using domain::DeviceId;
using domain::UserId;
using ports::NewTokens;
using ports::Rotation;
using ports::TokenHash;
using ports::TokenHolder;
using ports::TokenKind;

// The number of a pair: 63 bits of its refresh token's hash, which no other pair has.
std::int64_t pair_of(const TokenHash& refresh) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i)
        number = number << 8 | refresh[i];
    return static_cast<std::int64_t>(number >> 1);
}

void insert_token(SqliteConnection& connection, const TokenHash& hash, DeviceId device,
                  TokenKind kind, std::int64_t pair, std::optional<std::int64_t> replaces,
                  Timestamp expires_at) {
    connection
        .prepare(
            "INSERT INTO tokens (hash, device_id, kind, pair, replaces, expires_at) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .bind(hash, device, kind, pair, replaces, expires_at)
        .run();
}

void insert_tokens(SqliteConnection& connection, DeviceId device, const NewTokens& tokens,
                   std::optional<std::int64_t> replaces) {
    const auto pair = pair_of(tokens.refresh);
    insert_token(connection, tokens.access, device, TokenKind::access, pair, replaces,
                 tokens.access_expires_at);
    insert_token(connection, tokens.refresh, device, TokenKind::refresh, pair, replaces,
                 tokens.refresh_expires_at);
    if (tokens.cookie) {
        insert_token(connection, *tokens.cookie, device, TokenKind::cookie, pair, std::nullopt,
                     tokens.refresh_expires_at);
    }
    connection
        .prepare("UPDATE devices SET family = ?2, family_expires_at = ?3 WHERE device_id = ?1")
        .bind(device, tokens.family, tokens.refresh_expires_at)
        .run();
}

// A token that is good, and the pair it replaces if nobody has used its own pair yet.
struct LiveToken {
    TokenHolder holder;
    std::int64_t pair = 0;
    std::optional<std::int64_t> replaces;
};

std::optional<LiveToken> find_live(SqliteConnection& connection, const TokenHash& hash,
                                   Timestamp now) {
    auto row = connection.prepare(
        "SELECT d.user_id, t.device_id, t.kind, t.expires_at, t.pair, t.replaces "
        "FROM tokens t JOIN devices d USING (device_id) "
        "WHERE t.hash = ?1 AND t.ended = 0 AND t.expires_at > ?2");
    if (!row.bind(hash, now).step()) return std::nullopt;
    LiveToken token;
    token.holder.user = row.get<UserId>();
    token.holder.device = row.get<DeviceId>();
    token.holder.kind = row.get<TokenKind>();
    token.holder.expires_at = row.get<Timestamp>();
    token.pair = row.get<std::int64_t>();
    token.replaces = row.get<std::optional<std::int64_t>>();
    return token;
}

// A token of the pair is used for the first time: the refresh token that the pair was given for is
// spent, and what else was given for it ends.
void settle(SqliteConnection& connection, const LiveToken& token) {
    if (!token.replaces) return;
    const auto device = token.holder.device;
    connection.prepare("DELETE FROM tokens WHERE device_id = ?1 AND pair = ?2 AND kind = ?3")
        .bind(device, *token.replaces, TokenKind::refresh)
        .run();
    connection
        .prepare(
            "UPDATE tokens SET ended = 1 WHERE device_id = ?1 AND replaces = ?2 "
            "AND pair <> ?3")
        .bind(device, *token.replaces, token.pair)
        .run();
    connection.prepare("UPDATE tokens SET replaces = NULL WHERE device_id = ?1 AND pair = ?2")
        .bind(device, token.pair)
        .run();
}

// Keeps room for one more unused pair given for `pair`.
void end_oldest_unused(SqliteConnection& connection, DeviceId device, std::int64_t pair) {
    connection
        .prepare(
            "DELETE FROM tokens WHERE device_id = ?1 AND replaces = ?2 AND ended = 0 "
            "AND pair NOT IN (SELECT pair FROM tokens WHERE device_id = ?1 "
            "AND replaces = ?2 AND kind = ?3 AND ended = 0 "
            "ORDER BY expires_at DESC LIMIT ?4)")
        .bind(device, pair, TokenKind::refresh, ports::max_unused_pairs - 1)
        .run();
}

bool is_known(SqliteConnection& connection, const TokenHash& hash) {
    auto row = connection.prepare("SELECT 1 FROM tokens WHERE hash = ?1");
    return row.bind(hash).step();
}

// A refresh token that is not kept, but belongs to a living family: it has been spent. Whoever
// brings it has read it somewhere, so nobody goes on with the device.
Rotation revoke_family(SqliteConnection& connection, const TokenHash& family, Timestamp now) {
    auto row = connection.prepare(
        "DELETE FROM devices WHERE family = ?1 AND family_expires_at > ?2 "
        "RETURNING user_id, device_id");
    if (!row.bind(family, now).step()) return {};
    Rotation rotation;
    rotation.outcome = Rotation::Outcome::reused;
    rotation.user = row.get<UserId>();
    rotation.device = row.get<DeviceId>();
    row.step();
    return rotation;
}

domain::Device read_device(Statement& row) {
    domain::Device device;
    device.id = row.get<DeviceId>();
    device.user = row.get<UserId>();
    device.name = row.get<std::string>();
    device.created_at = row.get<Timestamp>();
    device.last_seen = row.get<Timestamp>();
    return device;
}

std::unexpected<base::Problem> no_such_device() {
    return base::fail(ErrorCode::not_found, "There is no such device.");
}

}  // namespace

base::Task<Result<void>> SqliteUserDirectory::create_device(domain::Device device,
                                                            NewTokens tokens) {
    auto work = [device = std::move(device), tokens](SqliteConnection& connection) -> Result<void> {
        auto user = connection.prepare("SELECT 1 FROM users WHERE user_id = ?1");
        if (!user.bind(device.user).step()) {
            return base::fail(ErrorCode::not_found, "There is no such user.");
        }
        connection
            .prepare(
                "INSERT INTO devices (device_id, user_id, name, created_at, last_seen) "
                "VALUES (?1, ?2, ?3, ?4, ?5)")
            .bind(device.id, device.user, device.name, device.created_at, device.last_seen)
            .run();
        insert_tokens(connection, device.id, tokens, std::nullopt);
        return {};
    };
    return database_.write(std::move(work));
}

base::Task<Result<void>> SqliteUserDirectory::reopen_device(UserId user, DeviceId device,
                                                            std::string name, NewTokens tokens) {
    auto work = [=, name = std::move(name)](SqliteConnection& connection) -> Result<void> {
        connection.prepare("UPDATE devices SET name = ?3 WHERE user_id = ?1 AND device_id = ?2")
            .bind(user, device, name)
            .run();
        if (connection.changes() == 0) return no_such_device();
        connection.prepare("DELETE FROM tokens WHERE device_id = ?1 AND kind <> ?2")
            .bind(device, TokenKind::access)
            .run();
        insert_tokens(connection, device, tokens, std::nullopt);
        return {};
    };
    return database_.write(std::move(work));
}

base::Task<Result<std::vector<domain::Device>>> SqliteUserDirectory::devices(UserId user) {
    auto work = [user](SqliteConnection& connection) -> Result<std::vector<domain::Device>> {
        auto rows = connection.prepare(
            "SELECT device_id, user_id, name, created_at, last_seen FROM devices "
            "WHERE user_id = ?1 ORDER BY created_at, device_id");
        rows.bind(user);
        std::vector<domain::Device> devices;
        while (rows.step())
            devices.push_back(read_device(rows));
        return devices;
    };
    return database_.read(std::move(work));
}

base::Task<Result<std::optional<domain::Device>>> SqliteUserDirectory::find_device(
    UserId user, DeviceId device) {
    auto work = [user,
                 device](SqliteConnection& connection) -> Result<std::optional<domain::Device>> {
        auto row = connection.prepare(
            "SELECT device_id, user_id, name, created_at, last_seen FROM devices "
            "WHERE user_id = ?1 AND device_id = ?2");
        if (!row.bind(user, device).step()) return std::nullopt;
        return read_device(row);
    };
    return database_.read(std::move(work));
}

base::Task<Result<void>> SqliteUserDirectory::remove_device(UserId user, DeviceId device) {
    auto work = [user, device](SqliteConnection& connection) -> Result<void> {
        connection.prepare("DELETE FROM devices WHERE user_id = ?1 AND device_id = ?2")
            .bind(user, device)
            .run();
        if (connection.changes() == 0) return no_such_device();
        return {};
    };
    return database_.write(std::move(work));
}

base::Task<Result<void>> SqliteUserDirectory::touch_device(UserId user, DeviceId device,
                                                           Timestamp at) {
    auto work = [=](SqliteConnection& connection) -> Result<void> {
        connection
            .prepare(
                "UPDATE devices SET last_seen = max(last_seen, ?3) "
                "WHERE user_id = ?1 AND device_id = ?2")
            .bind(user, device, at)
            .run();
        connection
            .prepare(
                "UPDATE users SET last_seen = max(coalesce(last_seen, 0), ?2) "
                "WHERE user_id = ?1")
            .bind(user, at)
            .run();
        return {};
    };
    return database_.write(std::move(work));
}

base::Task<Result<std::optional<Timestamp>>> SqliteUserDirectory::last_seen(UserId user) {
    auto work = [user](SqliteConnection& connection) -> Result<std::optional<Timestamp>> {
        auto row = connection.prepare("SELECT last_seen FROM users WHERE user_id = ?1");
        if (!row.bind(user).step()) return std::nullopt;
        return row.get<std::optional<Timestamp>>();
    };
    return database_.read(std::move(work));
}

// The reader finds most tokens; only the first use of a rotated pair has something to write.
base::Task<Result<std::optional<TokenHolder>>> SqliteUserDirectory::use_token(TokenHash hash,
                                                                              Timestamp now) {
    auto look = [hash, now](SqliteConnection& connection) -> Result<std::optional<LiveToken>> {
        return find_live(connection, hash, now);
    };
    const auto found = co_await database_.read(std::move(look));
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return std::nullopt;
    if (!(*found)->replaces) co_return (*found)->holder;
    auto work = [hash, now](SqliteConnection& connection) -> Result<std::optional<TokenHolder>> {
        const auto token = find_live(connection, hash, now);
        if (!token) return std::nullopt;
        settle(connection, *token);
        return token->holder;
    };
    co_return co_await database_.write(std::move(work));
}

base::Task<Result<Rotation>> SqliteUserDirectory::rotate(TokenHash refresh, TokenHash family,
                                                         NewTokens tokens, Timestamp now) {
    auto work = [=](SqliteConnection& connection) -> Result<Rotation> {
        const auto token = find_live(connection, refresh, now);
        if (!token) {
            if (is_known(connection, refresh)) return Rotation{};
            return revoke_family(connection, family, now);
        }
        if (token->holder.kind != TokenKind::refresh) return Rotation{};
        settle(connection, *token);
        end_oldest_unused(connection, token->holder.device, token->pair);
        insert_tokens(connection, token->holder.device, tokens, token->pair);
        return Rotation{Rotation::Outcome::rotated, token->holder.user, token->holder.device};
    };
    return database_.write(std::move(work));
}

base::Task<Result<void>> SqliteUserDirectory::remove_tokens(DeviceId device) {
    auto work = [device](SqliteConnection& connection) -> Result<void> {
        connection.prepare("DELETE FROM tokens WHERE device_id = ?1").bind(device).run();
        connection
            .prepare(
                "UPDATE devices SET family = NULL, family_expires_at = NULL "
                "WHERE device_id = ?1")
            .bind(device)
            .run();
        return {};
    };
    return database_.write(std::move(work));
}

base::Task<Result<std::size_t>> SqliteUserDirectory::purge_expired(Timestamp now) {
    auto work = [now](SqliteConnection& connection) -> Result<std::size_t> {
        connection
            .prepare(
                "DELETE FROM tokens WHERE expires_at <= ?1 AND (kind <> ?2 OR NOT EXISTS "
                "(SELECT 1 FROM devices d WHERE d.device_id = tokens.device_id "
                "AND d.family_expires_at > ?1))")
            .bind(now, TokenKind::refresh)
            .run();
        auto purged = connection.changes();
        connection.prepare("DELETE FROM invites WHERE expires_at <= ?1").bind(now).run();
        purged += connection.changes();
        return static_cast<std::size_t>(purged);
    };
    return database_.write(std::move(work));
}

}  // namespace banter::adapters::embedded
