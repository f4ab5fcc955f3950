// SqliteChatDirectory: invite links, requests to be let in, pictures.
#include "adapters/embedded/sqlite_chat_directory.hpp"

namespace banter::adapters::embedded {
namespace {

using base::ErrorCode;
using base::Result;
using base::Timestamp;
using domain::ChatId;
using domain::InviteLink;
using domain::JoinRequest;
using domain::LinkId;
using domain::UserId;

#define LINK_COLUMNS "link_id, chat_id, created_by, created_at, expires_at, max_uses, uses"

InviteLink read_link(Statement& row) {
    InviteLink link;
    link.id = row.get<LinkId>();
    link.chat = row.get<ChatId>();
    link.created_by = row.get<UserId>();
    link.created_at = row.get<Timestamp>();
    link.expires_at = row.get<Timestamp>();
    link.max_uses = row.get<std::optional<std::uint32_t>>();
    link.uses = row.get<std::uint32_t>();
    return link;
}

JoinRequest read_request(Statement& row) {
    JoinRequest request;
    request.chat = row.get<ChatId>();
    request.user = row.get<UserId>();
    request.link = row.get<LinkId>();
    request.at = row.get<Timestamp>();
    return request;
}

// `sql` counts the rows of one chat.
std::size_t count_of(SqliteConnection& connection, std::string_view sql, ChatId chat) {
    auto row = connection.prepare(sql);
    row.bind(chat).step();
    return row.get<std::size_t>();
}

}  // namespace

base::Task<Result<void>> SqliteChatDirectory::create_link(InviteLink link, ports::TokenHash hash) {
    auto work = [=, now = clock_.now()](SqliteConnection& connection) -> Result<void> {
        connection.prepare("DELETE FROM links WHERE chat_id = ?1 AND expires_at <= ?2")
            .bind(link.chat, now)
            .run();
        const auto count =
            count_of(connection, "SELECT count(*) FROM links WHERE chat_id = ?1", link.chat);
        if (count >= ports::max_links) {
            return base::fail(ErrorCode::conflict, "The group has too many links; revoke some.");
        }
        connection
            .prepare("INSERT INTO links (hash, " LINK_COLUMNS
                     ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
            .bind(hash, link.id, link.chat, link.created_by, link.created_at, link.expires_at,
                  link.max_uses, link.uses)
            .run();
        return {};
    };
    return database_.write(std::move(work));
}

base::Task<Result<std::optional<InviteLink>>> SqliteChatDirectory::find_link(
    ports::TokenHash hash) {
    auto work = [hash](SqliteConnection& connection) -> Result<std::optional<InviteLink>> {
        auto row = connection.prepare("SELECT " LINK_COLUMNS " FROM links WHERE hash = ?1");
        if (!row.bind(hash).step()) return std::nullopt;
        return read_link(row);
    };
    return database_.read(std::move(work));
}

base::Task<Result<std::vector<InviteLink>>> SqliteChatDirectory::links(ChatId chat) {
    auto work = [chat, now = clock_.now()](
                    SqliteConnection& connection) -> Result<std::vector<InviteLink>> {
        auto rows = connection.prepare(
            "SELECT " LINK_COLUMNS
            " FROM links WHERE chat_id = ?1 AND expires_at > ?2 ORDER BY position");
        rows.bind(chat, now);
        std::vector<InviteLink> links;
        while (rows.step())
            links.push_back(read_link(rows));
        return links;
    };
    return database_.read(std::move(work));
}

base::Task<Result<void>> SqliteChatDirectory::remove_link(ChatId chat, LinkId link) {
    auto work = [=](SqliteConnection& connection) -> Result<void> {
        connection.prepare("DELETE FROM links WHERE chat_id = ?1 AND link_id = ?2")
            .bind(chat, link)
            .run();
        if (connection.changes() > 0) return {};
        return base::fail(ErrorCode::not_found, "There is no such link.");
    };
    return database_.write(std::move(work));
}

base::Task<Result<bool>> SqliteChatDirectory::add_request(JoinRequest request) {
    auto work = [request](SqliteConnection& connection) -> Result<bool> {
        if (!connection.prepare("SELECT 1 FROM chats WHERE chat_id = ?1")
                 .bind(request.chat)
                 .step()) {
            return base::fail(ErrorCode::not_found, "There is no such chat.");
        }
        if (connection.prepare("SELECT 1 FROM join_requests WHERE chat_id = ?1 AND user_id = ?2")
                .bind(request.chat, request.user)
                .step()) {
            return false;
        }
        const auto count = count_of(
            connection, "SELECT count(*) FROM join_requests WHERE chat_id = ?1", request.chat);
        if (count >= ports::max_join_requests) {
            return base::fail(ErrorCode::conflict, "Too many others wait to be let in.");
        }
        connection
            .prepare(
                "INSERT INTO join_requests (chat_id, user_id, link_id, requested_at) "
                "VALUES (?1, ?2, ?3, ?4)")
            .bind(request.chat, request.user, request.link, request.at)
            .run();
        return true;
    };
    return database_.write(std::move(work));
}

base::Task<Result<std::vector<JoinRequest>>> SqliteChatDirectory::requests(ChatId chat) {
    auto work = [chat](SqliteConnection& connection) -> Result<std::vector<JoinRequest>> {
        auto rows = connection.prepare(
            "SELECT chat_id, user_id, link_id, requested_at FROM join_requests "
            "WHERE chat_id = ?1 ORDER BY position");
        rows.bind(chat);
        std::vector<JoinRequest> requests;
        while (rows.step())
            requests.push_back(read_request(rows));
        return requests;
    };
    return database_.read(std::move(work));
}

base::Task<Result<void>> SqliteChatDirectory::remove_request(ChatId chat, UserId user) {
    auto work = [=](SqliteConnection& connection) -> Result<void> {
        connection.prepare("DELETE FROM join_requests WHERE chat_id = ?1 AND user_id = ?2")
            .bind(chat, user)
            .run();
        if (connection.changes() > 0) return {};
        return base::fail(ErrorCode::not_found, "There is no such request.");
    };
    return database_.write(std::move(work));
}

base::Task<Result<std::optional<domain::Picture>>> SqliteChatDirectory::picture(ChatId chat) {
    auto work = [chat](SqliteConnection& connection) -> Result<std::optional<domain::Picture>> {
        auto row = connection.prepare("SELECT type, content FROM chat_pictures WHERE chat_id = ?1");
        if (!row.bind(chat).step()) return std::nullopt;
        domain::Picture picture;
        picture.type = row.get<domain::PictureType>();
        const auto content = row.get<std::span<const std::uint8_t>>();
        picture.bytes.assign(content.begin(), content.end());
        return picture;
    };
    return database_.read(std::move(work));
}

}  // namespace banter::adapters::embedded
