#include "gateway/endpoints/common.hpp"

namespace banter::gateway {

base::Result<protocol::JsonDocument> json_body(const HttpRequest& request) {
    const auto& type = request.content_type;
    const bool json = type.empty() || type.starts_with("application/json");
    if (!json) {
        return base::fail(base::ErrorCode::unsupported_media_type,
                          "Send the body as application/json.");
    }
    return protocol::JsonDocument::parse(request.body);
}

HttpResponse no_content_or_problem(const base::Result<void>& result) {
    return result ? HttpResponse::empty(204) : HttpResponse::problem(result.error());
}

void write_user(protocol::JsonObject& object, const domain::User& user) {
    object.text("user", to_string(user.id)).text("username", user.username);
    object.text("display_name", user.display_name);
}

HttpResponse users_page(const ports::Page<domain::User>& page) {
    std::string items;
    protocol::append_json_array(items, page.items, [](std::string& out, const auto& user) {
        protocol::JsonObject object(out);
        write_user(object, user);
    });
    return HttpResponse::json(200, page_json(items, page.next, page.previous));
}

HttpResponse invite_answer(Api& api, const accounts::NewInvite& invite) {
    return json_object(201, [&](protocol::JsonObject& object) {
        object.text("invite", invite.token);
        object.text("url", api.services().public_url + "/#invite=" + invite.token);
        object.text("expires_at", base::format_rfc3339(invite.expires_at));
    });
}

}  // namespace banter::gateway
