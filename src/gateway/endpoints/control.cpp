// What the command line asks of a running server, over the control socket.
#include <array>

#include "gateway/endpoints/common.hpp"

namespace banter::gateway {
namespace {

using base::Task;
using protocol::JsonObject;

HttpResponse user_answer(int status, const domain::User& user) {
    return json_object(status, [&](JsonObject& object) {
        write_user(object, user);
        object.text("role", protocol::name_of(user.role));
        object.text("created_at", base::format_rfc3339(user.created_at));
    });
}

Task<HttpResponse> post_user(Api& api, Call call) {
    const auto body = json_body(call.request);
    if (!body) co_return HttpResponse::problem(body.error());
    auto fields = body->fields();
    accounts::SignUp request;
    request.username = fields.text("username");
    request.password = fields.text("password");
    request.display_name = fields.optional_text("display_name").value_or(request.username);
    if (fields.problem()) co_return HttpResponse::problem(*fields.problem());
    const auto user = co_await api.services().accounts.add_user(std::move(request));
    co_return answer_or_problem(user, [](const auto& made) { return user_answer(201, made); });
}

Task<HttpResponse> get_users(Api& api, Call call) {
    auto page = page_query(call.request);
    if (!page) co_return HttpResponse::problem(page.error());
    const auto found = co_await api.services().accounts.search("", std::move(*page));
    co_return answer_or_problem(found, [](const auto& users) { return users_page(users); });
}

Task<HttpResponse> put_password(Api& api, Call call) {
    const auto body = json_body(call.request);
    if (!body) co_return HttpResponse::problem(body.error());
    auto fields = body->fields();
    auto password = fields.text("password");
    if (fields.problem()) co_return HttpResponse::problem(*fields.problem());
    const auto user =
        co_await api.services().accounts.set_password(call.params[0], std::move(password));
    co_return answer_or_problem(user, [](const auto& found) { return user_answer(200, found); });
}

constexpr std::array<Endpoint, 3> endpoints = {{
    {Method::post, "/control/users", Access::control, post_user, "Add a user"},
    {Method::get, "/control/users", Access::control, get_users, "List the users"},
    {Method::put, "/control/users/{username}/password", Access::control, put_password,
     "Set a password; signs the user out everywhere"},
}};

}  // namespace

std::span<const Endpoint> control_endpoints() {
    return endpoints;
}

}  // namespace banter::gateway
