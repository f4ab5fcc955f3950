#include "adapters/embedded/sqlite_chat_directory.hpp"

#include <sqlite3.h>

namespace banter::adapters::embedded {
namespace {

using base::ErrorCode;
using base::Result;
using base::Timestamp;
using domain::Chat;
using domain::ChatId;
using domain::ClientId;
using domain::Member;
using domain::Seq;
using domain::UserId;
using ports::ControlMessage;

#define CHAT_COLUMNS                                                                  \
    "c.chat_id, c.type, c.title, c.history, c.created_at, c.description, c.picture, " \
    "c.send_by, c.edit_by, c.join_approval"
#define MEMBER_COLUMNS "m.user_id, m.role, m.joined_seq, m.joined_at"

Chat read_chat(Statement& row) {
    Chat chat;
    chat.id = row.get<ChatId>();
    chat.type = row.get<domain::ChatType>();
    chat.title = row.get<std::string>();
    chat.history = row.get<domain::HistoryMode>();
    chat.created_at = row.get<Timestamp>();
    chat.description = row.get<std::string>();
    chat.picture = row.get<std::uint64_t>();
    chat.permissions.send = row.get<domain::Allowed>();
    chat.permissions.edit = row.get<domain::Allowed>();
    chat.join_approval = row.get<bool>();
    return chat;
}

Member read_member(Statement& row) {
    Member member;
    member.user = row.get<UserId>();
    member.role = row.get<domain::Role>();
    member.joined_seq = row.get<std::optional<Seq>>().value_or(Seq{});
    member.joined_at = row.get<Timestamp>();
    return member;
}

std::vector<std::uint8_t> pack(const std::vector<UserId>& users) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(users.size() * 8);
    for (const auto user : users) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes.push_back(static_cast<std::uint8_t>(user.value >> shift));
        }
    }
    return bytes;
}

std::vector<UserId> unpack(std::span<const std::uint8_t> bytes) {
    if (bytes.size() % 8 != 0) throw SqliteError(SQLITE_CORRUPT, "a list of users is cut off");
    std::vector<UserId> users(bytes.size() / 8);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        users[i / 8].value = users[i / 8].value << 8 | bytes[i];
    }
    return users;
}

// False: he is a member already.
bool insert_member(SqliteConnection& connection, ChatId chat, const Member& member,
                   std::optional<ClientId> control) {
    // Without a control message there is nothing to wait for.
    const auto joined_seq = control ? std::nullopt : std::optional(member.joined_seq);
    connection
        .prepare(
            "INSERT INTO members (chat_id, user_id, role, joined_at, joined_by, joined_seq) "
            "SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM members "
            "WHERE chat_id = ?1 AND user_id = ?2 AND left_at IS NULL)")
        .bind(chat, member.user, member.role, member.joined_at, control, joined_seq)
        .run();
    return connection.changes() > 0;
}

void insert_control(SqliteConnection& connection, const ControlMessage& control) {
    const auto& event = control.event;
    connection
        .prepare(
            "INSERT INTO outbox (control_id, chat_id, actor_id, change, users, title, role, "
            "description, picture, send_by, edit_by, join_approval) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")
        .bind(control.id, control.chat, control.actor, event.change, pack(event.users), event.title,
              event.role, event.description, event.picture, event.permissions.send,
              event.permissions.edit, event.join_approval)
        .run();
}

#define OUTBOX_ROWS                                                                            \
    "SELECT control_id, chat_id, actor_id, change, users, title, role, description, picture, " \
    "send_by, edit_by, join_approval FROM outbox"

std::vector<ControlMessage> read_outbox(Statement& rows) {
    std::vector<ControlMessage> waiting;
    while (rows.step()) {
        ControlMessage control;
        control.id = rows.get<ClientId>();
        control.chat = rows.get<ChatId>();
        control.actor = rows.get<UserId>();
        control.event.change = rows.get<domain::Change>();
        control.event.users = unpack(rows.get<std::span<const std::uint8_t>>());
        control.event.title = rows.get<std::string>();
        control.event.role = rows.get<std::optional<domain::Role>>();
        control.event.description = rows.get<std::string>();
        control.event.picture = rows.get<std::uint64_t>();
        control.event.permissions.send = rows.get<domain::Allowed>();
        control.event.permissions.edit = rows.get<domain::Allowed>();
        control.event.join_approval = rows.get<bool>();
        waiting.push_back(std::move(control));
    }
    return waiting;
}

std::optional<ChatId> find_existing(SqliteConnection& connection, const ports::NewChat& chat) {
    auto by_id = connection.prepare("SELECT chat_id FROM chats WHERE chat_id = ?1");
    if (by_id.bind(chat.chat.id).step()) return by_id.get<ChatId>();
    if (!chat.client_id) return std::nullopt;
    auto by_request =
        connection.prepare("SELECT chat_id FROM chats WHERE creator_id = ?1 AND client_id = ?2");
    if (by_request.bind(chat.creator, *chat.client_id).step()) return by_request.get<ChatId>();
    return std::nullopt;
}

void insert_chat(SqliteConnection& connection, const ports::NewChat& created) {
    const Chat& chat = created.chat;
    connection
        .prepare(
            "INSERT INTO chats (chat_id, type, title, history, created_at, creator_id, "
            "client_id, member_version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)")
        .bind(chat.id, chat.type, chat.title, chat.history, chat.created_at, created.creator,
              created.client_id)
        .run();
    std::optional<ClientId> control;
    if (created.control) control = created.control->id;
    for (const auto& member : created.members) {
        insert_member(connection, chat.id, member, control);
    }
    if (created.control) insert_control(connection, *created.control);
}

// Counts a use of the link, if it can be used. False: it cannot.
bool count_use(SqliteConnection& connection, ChatId chat, domain::LinkId link, Timestamp now) {
    connection
        .prepare(
            "UPDATE links SET uses = uses + 1 WHERE link_id = ?1 AND chat_id = ?2 "
            "AND expires_at > ?3 AND (max_uses IS NULL OR uses < max_uses)")
        .bind(link, chat, now)
        .run();
    return connection.changes() > 0;
}

// The link of the user's request, which is over.
std::optional<domain::LinkId> take_request(SqliteConnection& connection, ChatId chat, UserId user) {
    auto row = connection.prepare(
        "DELETE FROM join_requests WHERE chat_id = ?1 AND user_id = ?2 RETURNING link_id");
    std::optional<domain::LinkId> link;
    row.bind(chat, user);
    while (row.step())
        link = row.get<domain::LinkId>();
    return link;
}

Result<void> add_members(SqliteConnection& connection, const ports::MemberChange& change,
                         Timestamp now) {
    const ChatId chat = change.control.chat;
    for (const auto& member : change.added) {
        const auto requested = take_request(connection, chat, member.user);
        if (change.by_request && !requested) {
            return base::fail(ErrorCode::not_found, "There is no such request.");
        }
        if (!insert_member(connection, chat, member, change.control.id)) continue;
        if (change.by_link && !count_use(connection, chat, *change.by_link, now)) {
            return base::fail(ErrorCode::not_found, "There is no such link (any more).");
        }
        if (change.by_request) count_use(connection, chat, *requested, now);
    }
    return {};
}

void set_picture(SqliteConnection& connection, ChatId chat, const ports::NewPicture& picture) {
    connection.prepare("UPDATE chats SET picture = ?2 WHERE chat_id = ?1")
        .bind(chat, picture.version)
        .run();
    if (picture.version == 0) {
        connection.prepare("DELETE FROM chat_pictures WHERE chat_id = ?1").bind(chat).run();
        return;
    }
    const auto& bytes = picture.picture.bytes;
    const std::span content(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    connection
        .prepare(
            "INSERT OR REPLACE INTO chat_pictures (chat_id, type, content) VALUES (?1, ?2, ?3)")
        .bind(chat, picture.picture.type, content)
        .run();
}

// Of a change that waits in the outbox: one that has its place already must not set them again.
void set_roles(SqliteConnection& connection, const ControlMessage& control) {
    auto waiting = connection.prepare("SELECT 1 FROM outbox WHERE control_id = ?1");
    if (!waiting.bind(control.id).step()) return;
    const auto role = control.event.role.value_or(domain::Role::member);
    const auto set = [&](UserId user, domain::Role its) {
        connection
            .prepare(
                "UPDATE members SET role = ?3 "
                "WHERE chat_id = ?1 AND user_id = ?2 AND left_at IS NULL")
            .bind(control.chat, user, its)
            .run();
    };
    if (role == domain::Role::owner) set(control.actor, domain::Role::admin);
    for (const auto user : control.event.users)
        set(user, role);
}

// The change makes the next version of the chat.
Result<void> count_change(SqliteConnection& connection, const ports::MemberChange& change) {
    auto row = connection.prepare(
        "UPDATE chats SET member_version = member_version + 1 "
        "WHERE chat_id = ?1 RETURNING member_version - 1");
    row.bind(change.control.chat);
    std::optional<std::uint64_t> before;
    while (row.step())
        before = row.get<std::uint64_t>();
    if (!before) return base::fail(ErrorCode::not_found, "There is no such chat.");
    if (!change.version || *before == *change.version) return {};
    return base::fail(ErrorCode::conflict, "The chat has changed meanwhile.");
}

Result<void> apply(SqliteConnection& connection, const ports::MemberChange& change, Timestamp now) {
    const auto& control = change.control;
    for (const auto user : change.removed) {
        connection
            .prepare(
                "UPDATE members SET left_at = ?3, left_by = ?4 "
                "WHERE chat_id = ?1 AND user_id = ?2 AND left_at IS NULL")
            .bind(control.chat, user, now, control.id)
            .run();
    }
    if (auto added = add_members(connection, change, now); !added) return added;
    if (change.title) {
        connection.prepare("UPDATE chats SET title = ?2 WHERE chat_id = ?1")
            .bind(control.chat, *change.title)
            .run();
    }
    if (change.description) {
        connection.prepare("UPDATE chats SET description = ?2 WHERE chat_id = ?1")
            .bind(control.chat, *change.description)
            .run();
    }
    if (change.picture) set_picture(connection, control.chat, *change.picture);
    insert_control(connection, control);
    return {};
}

}  // namespace

base::Task<Result<ports::ChatDirectory::Created>> SqliteChatDirectory::create(ports::NewChat chat) {
    auto work = [chat = std::move(chat)](SqliteConnection& connection) -> Result<Created> {
        if (const auto existing = find_existing(connection, chat)) return Created{*existing, false};
        insert_chat(connection, chat);
        return Created{chat.chat.id, true};
    };
    return database_.write(std::move(work));
}

base::Task<Result<std::optional<ports::ChatWithMembers>>> SqliteChatDirectory::find(ChatId id) {
    auto work =
        [id](SqliteConnection& connection) -> Result<std::optional<ports::ChatWithMembers>> {
        auto row = connection.prepare("SELECT " CHAT_COLUMNS
                                      ", c.member_version FROM chats c WHERE c.chat_id = ?1");
        if (!row.bind(id).step()) return std::nullopt;
        ports::ChatWithMembers chat;
        // Before the rows: a change that leaves the outbox meanwhile is in them then.
        auto outbox = connection.prepare(OUTBOX_ROWS " WHERE chat_id = ?1 ORDER BY position");
        chat.outbox = read_outbox(outbox.bind(id));
        chat.chat = read_chat(row);
        chat.version = row.get<std::uint64_t>();
        auto members = connection.prepare("SELECT " MEMBER_COLUMNS
                                          " FROM members m WHERE m.chat_id = ?1 "
                                          "AND m.left_at IS NULL ORDER BY m.member_id");
        members.bind(id);
        while (members.step())
            chat.members.push_back(read_member(members));
        auto leaving = connection.prepare("SELECT " MEMBER_COLUMNS
                                          " FROM outbox o JOIN members m ON m.left_by = "
                                          "o.control_id WHERE o.chat_id = ?1 "
                                          "AND m.left_seq IS NULL ORDER BY m.member_id");
        leaving.bind(id);
        while (leaving.step())
            chat.leaving.push_back(read_member(leaving));
        return chat;
    };
    return database_.read(std::move(work));
}

base::Task<Result<std::vector<ports::Membership>>> SqliteChatDirectory::memberships(UserId user) {
    auto work = [user](SqliteConnection& connection) -> Result<std::vector<ports::Membership>> {
        auto rows = connection.prepare(
            "SELECT " CHAT_COLUMNS ", " MEMBER_COLUMNS
            ", (SELECT count(*) FROM members n WHERE n.chat_id = c.chat_id "
            "AND n.left_at IS NULL), (SELECT n.user_id FROM members n WHERE c.type = ?2 "
            "AND n.chat_id = c.chat_id AND n.user_id <> ?1 AND n.left_at IS NULL) "
            "FROM members m JOIN chats c USING (chat_id) "
            "WHERE m.user_id = ?1 AND (m.left_at IS NULL OR (m.left_seq IS NULL AND NOT EXISTS "
            "(SELECT 1 FROM members n WHERE n.chat_id = m.chat_id AND n.user_id = ?1 "
            "AND n.member_id > m.member_id)))");
        rows.bind(user, domain::ChatType::direct);
        std::vector<ports::Membership> memberships;
        while (rows.step()) {
            ports::Membership membership;
            membership.chat = read_chat(rows);
            membership.member = read_member(rows);
            membership.members = rows.get<std::size_t>();
            membership.other = rows.get<std::optional<UserId>>().value_or(UserId{});
            memberships.push_back(std::move(membership));
        }
        return memberships;
    };
    return database_.read(std::move(work));
}

base::Task<Result<std::vector<ports::EndedMembership>>> SqliteChatDirectory::ended_memberships(
    UserId user) {
    auto work =
        [user](SqliteConnection& connection) -> Result<std::vector<ports::EndedMembership>> {
        auto rows = connection.prepare(
            "SELECT m.chat_id, c.history, m.joined_seq, m.left_seq, m.left_at "
            "FROM members m JOIN chats c USING (chat_id) "
            "WHERE m.member_id IN (SELECT max(n.member_id) FROM members n WHERE n.user_id = ?1 "
            "AND n.joined_seq IS NOT NULL GROUP BY n.chat_id) AND m.left_seq IS NOT NULL");
        rows.bind(user);
        std::vector<ports::EndedMembership> ended;
        while (rows.step()) {
            ports::EndedMembership membership;
            membership.chat = rows.get<ChatId>();
            membership.history = rows.get<domain::HistoryMode>();
            membership.joined_seq = rows.get<Seq>();
            membership.left_seq = rows.get<Seq>();
            membership.left_at = rows.get<Timestamp>();
            ended.push_back(membership);
        }
        return ended;
    };
    return database_.read(std::move(work));
}

base::Task<Result<void>> SqliteChatDirectory::change(ports::MemberChange change) {
    auto work = [change = std::move(change),
                 now = clock_.now()](SqliteConnection& connection) -> Result<void> {
        if (auto counted = count_change(connection, change); !counted) return counted;
        return apply(connection, change, now);
    };
    return database_.write(std::move(work));
}

// Memberships are found by the control message that made or ended them, so a repeat finds nothing,
// and a later membership of the same user is another row.
base::Task<Result<void>> SqliteChatDirectory::sequenced(ControlMessage control, Seq seq) {
    auto work = [control = std::move(control), seq](SqliteConnection& connection) -> Result<void> {
        const auto id = control.id;
        if (control.event.change == domain::Change::role) set_roles(connection, control);
        connection
            .prepare(
                "UPDATE chats SET send_by = o.send_by, edit_by = o.edit_by, "
                "join_approval = o.join_approval FROM outbox o "
                "WHERE o.control_id = ?1 AND o.change = ?2 AND chats.chat_id = o.chat_id")
            .bind(id, domain::Change::permissions)
            .run();
        connection
            .prepare(
                "UPDATE members SET joined_seq = ?2 WHERE joined_by = ?1 "
                "AND joined_seq IS NULL")
            .bind(id, seq)
            .run();
        connection
            .prepare("UPDATE members SET left_seq = ?2 WHERE left_by = ?1 AND left_seq IS NULL")
            .bind(id, seq)
            .run();
        connection.prepare("DELETE FROM outbox WHERE control_id = ?1").bind(id).run();
        return {};
    };
    return database_.write(std::move(work));
}

base::Task<Result<std::vector<ControlMessage>>> SqliteChatDirectory::outbox() {
    auto work = [](SqliteConnection& connection) -> Result<std::vector<ControlMessage>> {
        auto rows = connection.prepare(OUTBOX_ROWS " ORDER BY position");
        return read_outbox(rows);
    };
    return database_.read(std::move(work));
}

}  // namespace banter::adapters::embedded
