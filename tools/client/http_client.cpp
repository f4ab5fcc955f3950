#include "client/http_client.hpp"

#include <algorithm>
#include <iterator>

#include "client/client_frame.hpp"
#include "client/http_bodies.hpp"

namespace banter::client {
namespace {

constexpr std::size_t items_per_page = 200;

std::string chat_path(const domain::ChatId& id) {
    return "/v1/chats/" + to_string(id);
}
std::string user_path(domain::UserId id) {
    return "/v1/users/" + to_string(id);
}

std::string page_query(std::string_view after) {
    auto query = "?limit=" + std::to_string(items_per_page);
    if (!after.empty()) query += "&after=" + percent_encode(after);
    return query;
}

// Decodes the body of an answer, if there is one.
template <class T>
Result<T> decoded(const Result<std::string>& body, Result<T> (*decode)(std::string_view)) {
    if (!body) return std::unexpected(body.error());
    return decode(*body);
}

Result<void> done(const Result<std::string>& body) {
    if (!body) return std::unexpected(body.error());
    return {};
}

}  // namespace

HttpClient::HttpClient(ServerAddress address) : transport_(std::move(address)) {}

HttpClient::HttpClient(ServerAddress address, TokenKeeper& tokens)
    : transport_(std::move(address)), tokens_(&tokens) {}

Result<HttpResponse> HttpClient::signed_exchange(HttpRequest& request) {
    auto tokens = tokens_->current();
    if (!tokens) return std::unexpected(tokens.error());
    request.bearer = tokens->access;
    auto response = transport_.exchange(request);
    if (!response || response->status != 401) return response;
    tokens = tokens_->refresh(tokens->access);
    if (!tokens) return std::unexpected(tokens.error());
    request.bearer = tokens->access;
    return transport_.exchange(request);
}

Result<std::string> HttpClient::call(std::string method, std::string target, std::string body,
                                     std::string_view content_type) {
    HttpRequest request{.method = std::move(method),
                        .target = std::move(target),
                        .bearer = {},
                        .body = std::move(body),
                        .content_type = std::string(content_type)};
    auto response = tokens_ ? signed_exchange(request) : transport_.exchange(request);
    if (!response) return std::unexpected(response.error());
    if (response->status < 200 || response->status >= 300) {
        return std::unexpected(decode_problem(response->status, response->body));
    }
    return std::move(response->body);
}

template <class T>
Result<std::vector<T>> HttpClient::every(const std::string& target,
                                         Result<Page<T>> (*decode)(std::string_view)) {
    std::vector<T> all;
    std::string after;
    do {
        auto page = decoded(call("GET", target + page_query(after)), decode);
        if (!page) return std::unexpected(page.error());
        std::ranges::move(page->items, std::back_inserter(all));
        after = page->items.empty() ? std::string() : page->next;
    } while (!after.empty());
    return all;
}

// ---- users and sessions

Result<User> HttpClient::sign_up(const NewUser& user) {
    return decoded(call("POST", "/v1/users", encode(user)), decode_user);
}

Result<SignIn> HttpClient::sign_in(const Credentials& credentials) {
    return decoded(call("POST", "/v1/sessions", encode(credentials)), decode_sign_in);
}

Result<void> HttpClient::sign_out() {
    return done(call("DELETE", "/v1/sessions/current"));
}

Result<User> HttpClient::me() {
    return decoded(call("GET", "/v1/me"), decode_user);
}

Result<User> HttpClient::user(domain::UserId id) {
    return decoded(call("GET", user_path(id)), decode_user);
}

Result<std::vector<User>> HttpClient::users(std::string_view query) {
    auto page = decoded(call("GET", "/v1/users?query=" + percent_encode(query)), decode_users);
    if (!page) return std::unexpected(page.error());
    return std::move(page->items);
}

Result<Presence> HttpClient::presence(domain::UserId id) {
    auto presence = decoded(call("GET", user_path(id) + "/presence"), decode_presence);
    if (presence) presence->user = id;
    return presence;
}

Result<User> HttpClient::set_privacy(std::string_view name, std::string_view audience) {
    return decoded(call("PATCH", "/v1/me", encode_privacy(name, audience)), decode_user);
}

Result<std::vector<User>> HttpClient::contacts() {
    return every("/v1/contacts", decode_users);
}

Result<void> HttpClient::add_contact(domain::UserId id) {
    return done(call("PUT", "/v1/contacts/" + to_string(id)));
}

Result<void> HttpClient::remove_contact(domain::UserId id) {
    return done(call("DELETE", "/v1/contacts/" + to_string(id)));
}

Result<std::vector<User>> HttpClient::blocks() {
    return every("/v1/blocks", decode_users);
}

Result<void> HttpClient::report(const Report& report) {
    return done(call("POST", "/v1/reports", encode(report)));
}

Result<void> HttpClient::block(domain::UserId id) {
    return done(call("PUT", "/v1/blocks/" + to_string(id)));
}

Result<void> HttpClient::unblock(domain::UserId id) {
    return done(call("DELETE", "/v1/blocks/" + to_string(id)));
}

// ---- chats and members

Result<Page<ChatSummary>> HttpClient::chats(std::string_view after) {
    return decoded(call("GET", "/v1/chats" + page_query(after)), decode_chats);
}

Result<ChatSummary> HttpClient::chat(const domain::ChatId& id) {
    return decoded(call("GET", chat_path(id)), decode_chat);
}

Result<ChatSummary> HttpClient::open_direct_chat(domain::UserId with) {
    return decoded(call("POST", "/v1/chats", encode_direct_chat(with)), decode_chat);
}

Result<ChatSummary> HttpClient::create_group(std::string_view title,
                                             std::span<const domain::UserId> members,
                                             const domain::ClientId& client_id,
                                             bool shares_history) {
    auto body = encode_group(title, members, client_id, shares_history);
    return decoded(call("POST", "/v1/chats", std::move(body)), decode_chat);
}

Result<void> HttpClient::change_group(const domain::ChatId& id, const GroupChange& change) {
    return done(call("PATCH", chat_path(id), encode(change)));
}

Result<void> HttpClient::set_picture(const domain::ChatId& id, std::string picture,
                                     std::string_view content_type) {
    return done(call("PUT", chat_path(id) + "/picture", std::move(picture), content_type));
}

Result<void> HttpClient::remove_picture(const domain::ChatId& id) {
    return done(call("DELETE", chat_path(id) + "/picture"));
}

Result<void> HttpClient::keep(const domain::ChatId& id, const KeptChange& change) {
    return done(call("PATCH", chat_path(id) + "/state", encode(change)));
}

Result<std::vector<Member>> HttpClient::members(const domain::ChatId& id) {
    return every(chat_path(id) + "/members", decode_members);
}

Result<void> HttpClient::add_members(const domain::ChatId& id,
                                     std::span<const domain::UserId> members) {
    return done(call("POST", chat_path(id) + "/members", encode_members(members)));
}

Result<void> HttpClient::remove_member(const domain::ChatId& id, domain::UserId user) {
    return done(call("DELETE", chat_path(id) + "/members/" + to_string(user)));
}

Result<void> HttpClient::set_role(const domain::ChatId& id, domain::UserId user,
                                  std::string_view role) {
    const auto target = chat_path(id) + "/members/" + to_string(user) + "/role";
    return done(call("PUT", target, encode_role(role)));
}

// ---- links and requests

Result<InviteLink> HttpClient::make_link(const domain::ChatId& id, const LinkOptions& options) {
    return decoded(call("POST", chat_path(id) + "/links", encode(options)), decode_link);
}

Result<std::vector<InviteLink>> HttpClient::links(const domain::ChatId& id) {
    return every(chat_path(id) + "/links", decode_links);
}

Result<void> HttpClient::revoke_link(const domain::ChatId& id, std::string_view link) {
    return done(call("DELETE", chat_path(id) + "/links/" + percent_encode(link)));
}

Result<LinkPreview> HttpClient::link_preview(std::string_view token) {
    return decoded(call("GET", "/v1/links/" + percent_encode(token)), decode_link_preview);
}

Result<Followed> HttpClient::follow_link(std::string_view token) {
    return decoded(call("POST", "/v1/links/" + percent_encode(token)), decode_followed);
}

Result<std::vector<JoinRequest>> HttpClient::requests(const domain::ChatId& id) {
    return every(chat_path(id) + "/requests", decode_requests);
}

Result<void> HttpClient::accept(const domain::ChatId& id, domain::UserId user) {
    return done(call("PUT", chat_path(id) + "/requests/" + to_string(user)));
}

Result<void> HttpClient::refuse(const domain::ChatId& id, domain::UserId user) {
    return done(call("DELETE", chat_path(id) + "/requests/" + to_string(user)));
}

// ---- messages

Result<Page<Message>> HttpClient::history(const domain::ChatId& id, const HistoryQuery& query) {
    auto target = chat_path(id) + "/messages?limit=" + std::to_string(query.limit);
    if (query.before) target += "&before=" + std::to_string(query.before->value);
    if (query.after) target += "&after=" + std::to_string(query.after->value);
    return decoded(call("GET", target), decode_messages);
}

Result<Sent> HttpClient::send(const domain::ChatId& id, const domain::ClientId& client_id,
                              const domain::Content& content) {
    auto body = encode_send(client_id, id, content);
    return decoded(call("POST", chat_path(id) + "/messages", std::move(body)), decode_sent);
}

Result<std::vector<MessageReceipt>> HttpClient::receipts(const domain::ChatId& id,
                                                         domain::Seq seq) {
    const auto message = chat_path(id) + "/messages/" + std::to_string(seq.value);
    return every(message + "/receipts", decode_receipts);
}

}  // namespace banter::client
