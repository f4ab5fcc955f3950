#include "client/http_client.hpp"

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

Result<std::string> HttpClient::call(std::string method, std::string target, std::string body) {
    HttpRequest request{.method = std::move(method),
                        .target = std::move(target),
                        .bearer = {},
                        .body = std::move(body)};
    auto response = tokens_ ? signed_exchange(request) : transport_.exchange(request);
    if (!response) return std::unexpected(response.error());
    if (response->status < 200 || response->status >= 300) {
        return std::unexpected(decode_problem(response->status, response->body));
    }
    return std::move(response->body);
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
                                             const domain::ClientId& client_id) {
    return decoded(call("POST", "/v1/chats", encode_group(title, members, client_id)), decode_chat);
}

Result<void> HttpClient::rename(const domain::ChatId& id, std::string_view title) {
    return done(call("PATCH", chat_path(id), encode_title(title)));
}

Result<std::vector<Member>> HttpClient::members(const domain::ChatId& id) {
    std::vector<Member> all;
    std::string after;
    do {
        auto page =
            decoded(call("GET", chat_path(id) + "/members" + page_query(after)), decode_members);
        if (!page) return std::unexpected(page.error());
        all.insert(all.end(), page->items.begin(), page->items.end());
        after = page->items.empty() ? std::string() : page->next;
    } while (!after.empty());
    return all;
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
    const auto target = chat_path(id) + "/messages/" + std::to_string(seq.value) + "/receipts";
    auto page = decoded(call("GET", target), decode_receipts);
    if (!page) return std::unexpected(page.error());
    return std::move(page->items);
}

}  // namespace banter::client
