#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/http_transport.hpp"
#include "client/server_frame.hpp"
#include "client/tokens.hpp"
#include "client/types.hpp"
#include "domain/message.hpp"

namespace banter::client {

struct NewUser {
    std::string username;
    std::string password;
    std::string display_name;
    std::string invite;  // where the server asks for one
    std::string claim;   // the one-time token that makes this user the server's operator
};

struct Credentials {
    std::string username;
    std::string password;
    std::string device_name;
    domain::DeviceId device;  // to sign in again as this device; zero: a new one
};

struct SignIn {
    User user;
    domain::DeviceId device;
    Tokens tokens;
};

struct LinkOptions {
    std::optional<std::chrono::seconds> expires_in = {};  // 60 s to 30 days; none: 7 days
    std::optional<std::uint64_t> max_uses = {};           // 1 to 1,000; none: any number
};

// What a page of history is to hold. Neither: the newest messages.
struct HistoryQuery {
    std::optional<domain::Seq> before = {};  // newest first
    std::optional<domain::Seq> after = {};   // oldest first
    std::size_t limit = 50;                  // 1–200
};

// The HTTP API of protocol.md, one method an endpoint. Blocking, with a deadline on every step; one
// thread at a time, except cancel(). With a TokenKeeper it signs its requests and refreshes spent
// tokens by itself. What the server refuses is an Error of kind `refused` with its code.
class HttpClient {
public:
    explicit HttpClient(ServerAddress address);
    HttpClient(ServerAddress address, TokenKeeper& tokens);

    Result<User> sign_up(const NewUser& user);
    Result<SignIn> sign_in(const Credentials& credentials);
    Result<void> sign_out();

    Result<User> me();
    Result<User> user(domain::UserId id);
    Result<std::vector<User>> users(std::string_view query);
    Result<Presence> presence(domain::UserId id);
    // `name`: last_seen, read_receipts; `audience`: everyone, contacts, nobody.
    Result<User> set_privacy(std::string_view name, std::string_view audience);

    Result<std::vector<User>> contacts();
    Result<void> add_contact(domain::UserId id);
    Result<void> remove_contact(domain::UserId id);
    Result<std::vector<User>> blocks();
    Result<void> block(domain::UserId id);
    Result<void> unblock(domain::UserId id);
    Result<void> report(const Report& report);

    // `after`: Page::next of the page before; empty: the first page.
    Result<Page<ChatSummary>> chats(std::string_view after = {});
    Result<ChatSummary> chat(const domain::ChatId& id);
    Result<ChatSummary> open_direct_chat(domain::UserId with);
    // The same `client_id` again gives the same group.
    Result<ChatSummary> create_group(std::string_view title,
                                     std::span<const domain::UserId> members,
                                     const domain::ClientId& client_id,
                                     bool shares_history = false);
    Result<void> change_group(const domain::ChatId& id, const GroupChange& change);
    // `content_type`: image/png, image/jpeg, image/webp.
    Result<void> set_picture(const domain::ChatId& id, std::string picture,
                             std::string_view content_type);
    Result<void> remove_picture(const domain::ChatId& id);
    Result<void> keep(const domain::ChatId& id, const KeptChange& change);

    Result<std::vector<Member>> members(const domain::ChatId& id);
    Result<void> add_members(const domain::ChatId& id, std::span<const domain::UserId> members);
    // The user himself: leaves.
    Result<void> remove_member(const domain::ChatId& id, domain::UserId user);
    Result<void> set_role(const domain::ChatId& id, domain::UserId user, std::string_view role);

    Result<InviteLink> make_link(const domain::ChatId& id, const LinkOptions& options);
    Result<std::vector<InviteLink>> links(const domain::ChatId& id);
    Result<void> revoke_link(const domain::ChatId& id, std::string_view link);
    Result<LinkPreview> link_preview(std::string_view token);
    Result<Followed> follow_link(std::string_view token);
    Result<std::vector<JoinRequest>> requests(const domain::ChatId& id);
    Result<void> accept(const domain::ChatId& id, domain::UserId user);
    // The user himself: withdraws his own request.
    Result<void> refuse(const domain::ChatId& id, domain::UserId user);

    Result<Page<Message>> history(const domain::ChatId& id, const HistoryQuery& query = {});
    // Durable when it returns. After a failure that leaves it open whether the message arrived, the
    // same call with the same `client_id` finds out: it never makes a second message.
    Result<Sent> send(const domain::ChatId& id, const domain::ClientId& client_id,
                      const domain::Content& content);
    Result<std::vector<MessageReceipt>> receipts(const domain::ChatId& id, domain::Seq seq);

    // Any thread: the request under way and every later one fail with `cancelled`.
    void cancel() { transport_.cancel(); }

private:
    Result<std::string> call(std::string method, std::string target, std::string body = {},
                             std::string_view content_type = "application/json");
    // All pages of a list.
    template <class T>
    Result<std::vector<T>> every(const std::string& target,
                                 Result<Page<T>> (*decode)(std::string_view));
    Result<HttpResponse> signed_exchange(HttpRequest& request);

    HttpTransport transport_;
    TokenKeeper* tokens_ = nullptr;
};

}  // namespace banter::client
