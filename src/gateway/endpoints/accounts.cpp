// Users, signing in and out, profiles, invites.
#include <array>

#include "gateway/endpoints/common.hpp"

namespace banter::gateway {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::UserId;
using protocol::JsonObject;

void write_own_profile(JsonObject& object, const domain::User& user) {
    write_user(object, user);
    object.text("role", protocol::name_of(user.role));
    object.text("created_at", base::format_rfc3339(user.created_at));
    JsonObject privacy(object.open("privacy"));
    privacy.text("last_seen", protocol::name_of(user.privacy.last_seen));
    privacy.text("read_receipts", protocol::name_of(user.privacy.read_receipts));
}

HttpResponse own_profile(int status, const domain::User& user) {
    return json_object(status, [&](JsonObject& object) { write_own_profile(object, user); });
}

Task<HttpResponse> post_user(Api& api, Call call) {
    const auto body = json_body(call.request);
    if (!body) co_return HttpResponse::problem(body.error());
    auto fields = body->fields();
    accounts::SignUp request;
    request.username = fields.text("username");
    request.password = fields.text("password");
    request.display_name = fields.optional_text("display_name").value_or(request.username);
    request.claim = fields.optional_text("claim");
    request.invite = fields.optional_text("invite");
    if (fields.problem()) co_return HttpResponse::problem(*fields.problem());
    const auto user = co_await api.services().accounts.sign_up(std::move(request));
    co_return answer_or_problem(user,
                                [](const auto& created) { return own_profile(201, created); });
}

std::string session_cookie(const std::string& value, std::chrono::seconds ttl) {
    return "__Host-banter=" + value +
           "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(ttl.count());
}

HttpResponse session_answer(const accounts::Session& session, int status) {
    auto response = json_object(status, [&](JsonObject& object) {
        object.text("user", to_string(session.user)).text("device", to_string(session.device));
        object.text("access_token", session.access_token);
        object.text("refresh_token", session.refresh_token);
        object.text("expires_at", base::format_rfc3339(session.expires_at));
    });
    response.headers.emplace_back("Cache-Control", "no-store");  // RFC 6749 §5.1
    if (session.cookie) {
        response.headers.emplace_back("Set-Cookie",
                                      session_cookie(*session.cookie, session.cookie_ttl));
    }
    return response;
}

Task<HttpResponse> post_session(Api& api, Call call) {
    const auto body = json_body(call.request);
    if (!body) co_return HttpResponse::problem(body.error());
    auto fields = body->fields();
    accounts::SignIn request;
    request.username = fields.text("username");
    request.password = fields.text("password");
    request.device_name = fields.optional_text("device_name").value_or("unnamed device");
    request.device = fields.optional_id<domain::DeviceId>("device");
    request.address = call.request.peer;
    request.cookie = call.request.has_origin;
    if (fields.problem()) co_return HttpResponse::problem(*fields.problem());
    const auto session = co_await api.services().accounts.sign_in(std::move(request));
    co_return answer_or_problem(session,
                                [](const auto& opened) { return session_answer(opened, 201); });
}

Task<HttpResponse> post_refresh(Api& api, Call call) {
    const auto body = json_body(call.request);
    if (!body) co_return HttpResponse::problem(body.error());
    auto fields = body->fields();
    auto token = fields.text("refresh_token");
    if (fields.problem()) co_return HttpResponse::problem(*fields.problem());
    const auto session = co_await api.services().accounts.refresh(std::move(token));
    co_return answer_or_problem(session,
                                [](const auto& opened) { return session_answer(opened, 200); });
}

Task<HttpResponse> delete_session(Api& api, Call call) {
    const auto ended = co_await api.services().accounts.sign_out(call.identity);
    auto response = no_content_or_problem(ended);
    if (ended && call.request.has_origin) {
        response.headers.emplace_back("Set-Cookie", session_cookie("", std::chrono::seconds(0)));
    }
    co_return response;
}

Task<HttpResponse> get_me(Api& api, Call call) {
    const auto user = co_await api.services().accounts.find(call.identity.user);
    co_return answer_or_problem(user, [](const auto& found) { return own_profile(200, found); });
}

std::optional<domain::Audience> audience_of(protocol::Fields& fields, std::string_view name) {
    const auto text = fields.optional_text(name);
    if (!text) return std::nullopt;
    const auto audience = protocol::parse_audience(*text);
    if (!audience) fields.note(name, "must be 'everyone', 'contacts' or 'nobody'");
    return audience;
}

Task<HttpResponse> patch_me(Api& api, Call call) {
    const auto body = json_body(call.request);
    if (!body) co_return HttpResponse::problem(body.error());
    auto fields = body->fields();
    accounts::ProfileChange change;
    change.display_name = fields.optional_text("display_name");
    if (auto privacy = fields.optional_object("privacy")) {
        change.last_seen = audience_of(*privacy, "last_seen");
        change.read_receipts = audience_of(*privacy, "read_receipts");
        if (privacy->problem()) co_return HttpResponse::problem(*privacy->problem());
    }
    if (fields.problem()) co_return HttpResponse::problem(*fields.problem());
    const auto user =
        co_await api.services().accounts.update_profile(call.identity.user, std::move(change));
    co_return answer_or_problem(user,
                                [](const auto& changed) { return own_profile(200, changed); });
}

Task<HttpResponse> get_users(Api& api, Call call) {
    auto page = page_query(call.request);
    if (!page) co_return HttpResponse::problem(page.error());
    const auto query = call.request.query.find("query");
    const auto text = query == call.request.query.end() ? std::string() : query->second;
    const auto found = co_await api.services().accounts.search(text, std::move(*page));
    co_return answer_or_problem(found, [](const auto& users) { return users_page(users); });
}

Task<HttpResponse> get_user(Api& api, Call call) {
    const auto id = call.id<UserId>(0);
    if (!id) co_return HttpResponse::problem(id.error());
    const auto user = co_await api.services().accounts.find(*id);
    co_return answer_or_problem(user, [](const auto& found) {
        return json_object(200, [&](JsonObject& object) { write_user(object, found); });
    });
}

Task<HttpResponse> post_invite(Api& api, Call call) {
    const auto invite = co_await api.services().accounts.create_invite(call.identity.user);
    co_return answer_or_problem(invite, [&](const auto& made) { return invite_answer(api, made); });
}

constexpr std::array<Endpoint, 9> endpoints = {{
    {Method::post, "/v1/users", Access::anyone, post_user, "Sign up", "201:Me conflict",
     "{username:username password:password display_name?:name claim?:token invite?:token}"},
    {Method::get, "/v1/users", Access::signed_in, get_users,
     "Users whose username or display name begins with ?query=", "200:Page<User>",
     parameters("query?:text ...Paging")},
    {Method::get, "/v1/users/{user}", Access::signed_in, get_user, "One user", "200:User"},
    {Method::post, "/v1/sessions", Access::anyone, post_session,
     "Sign in on a device; device: again as that one",
     "201:Session unauthorized not_found rate_limited",
     "{username:username password:password device_name?:name device?:id}"},
    {Method::post, "/v1/sessions/refresh", Access::anyone, post_refresh,
     "Exchange a refresh token for a new pair", "200:Session unauthorized",
     "{refresh_token:token}"},
    {Method::delete_, "/v1/sessions/current", Access::signed_in, delete_session, "Sign out", "204"},
    {Method::get, "/v1/me", Access::signed_in, get_me, "The user's own profile", "200:Me"},
    {Method::patch, "/v1/me", Access::signed_in, patch_me, "Change name or privacy", "200:Me",
     "{display_name?:name privacy?:{last_seen?:Audience read_receipts?:Audience}}"},
    {Method::post, "/v1/invites", Access::signed_in, post_invite,
     "A link with which one person can sign up (operators)", "201:Invite"},
}};

}  // namespace

std::span<const Endpoint> account_endpoints() {
    return endpoints;
}

}  // namespace banter::gateway
