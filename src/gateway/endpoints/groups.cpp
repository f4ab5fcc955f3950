// Groups: pictures, invite links, requests to be let in.
#include <array>
#include <unordered_map>

#include "gateway/endpoints/common.hpp"
#include "protocol/server_frame.hpp"

namespace banter::gateway {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::ChatId;
using domain::UserId;
using protocol::JsonObject;

constexpr std::size_t max_picture_bytes = 256 * 1024;
constexpr std::uint64_t shortest_link_s = 60;
constexpr std::uint64_t longest_link_s = 30 * 24 * 3600;
constexpr std::uint64_t default_link_s = 7 * 24 * 3600;
constexpr std::uint64_t most_uses = 1000;

// Each in the order of domain::PictureType.
constexpr std::array<std::string_view, 3> picture_types = {"image/png", "image/jpeg", "image/webp"};

Result<domain::Picture> picture_of(HttpRequest& request) {
    const auto type = domain::picture_type(request.body);
    const bool known =
        type && request.content_type == picture_types[static_cast<std::size_t>(*type)];
    if (!known) {
        return base::fail(ErrorCode::unsupported_media_type,
                          "Send the picture as image/png, image/jpeg or image/webp, whichever it "
                          "is.");
    }
    if (request.body.size() > max_picture_bytes) {
        return base::fail(ErrorCode::too_large, "A picture has at most 256 KiB; make it smaller.");
    }
    return domain::Picture{*type, std::move(request.body)};
}

Task<HttpResponse> put_picture(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    auto picture = picture_of(call.request);
    if (!picture) co_return HttpResponse::problem(picture.error());
    const auto user = call.identity.user;
    const auto set = co_await api.services().chats.set_picture(*chat, user, std::move(*picture));
    if (!set) co_return HttpResponse::problem(set.error());
    co_return co_await answer_chat(api, user, *chat, 200);
}

Task<HttpResponse> delete_picture(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    std::optional<domain::Picture> none;
    co_return no_content_or_problem(
        co_await api.services().chats.set_picture(*chat, call.identity.user, std::move(none)));
}

// A path with a version always means the same picture.
Task<HttpResponse> get_picture(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    auto picture = co_await api.services().chats.picture(*chat, call.identity.user);
    if (!picture) co_return HttpResponse::problem(picture.error());
    const auto version = std::to_string(domain::picture_version(picture->bytes));
    const auto asked = call.request.query.find("v");
    const bool same = asked != call.request.query.end() && asked->second == version;
    HttpResponse response;
    response.content_type = picture_types[static_cast<std::size_t>(picture->type)];
    response.headers.emplace_back("ETag", '"' + version + '"');
    response.headers.emplace_back(
        "Cache-Control", same ? "private, max-age=31536000, immutable" : "private, no-cache");
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'");
    if (call.request.if_none_match == '"' + version + '"') {
        response.status = 304;
    } else {
        response.body = std::move(picture->bytes);
    }
    co_return response;
}

void write_link(JsonObject& object, const domain::InviteLink& link) {
    object.text("link", to_string(link.id));
    object.text("expires_at", base::format_rfc3339(link.expires_at));
    if (link.max_uses) {
        object.number("max_uses", *link.max_uses);
    } else {
        object.null("max_uses");
    }
    object.number("uses", link.uses).text("created_by", to_string(link.created_by));
    object.text("created_at", base::format_rfc3339(link.created_at));
}

std::optional<std::uint64_t> bounded(protocol::Fields& fields, std::string_view name,
                                     std::uint64_t least, std::uint64_t most) {
    const auto given = fields.optional_number(name);
    if (given && (*given < least || *given > most)) {
        fields.note(name, "must be from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return given;
}

Task<HttpResponse> post_link(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto body = json_body(call.request);
    if (!body) co_return HttpResponse::problem(body.error());
    auto fields = body->fields();
    chat::LinkTerms terms;
    terms.lasts = std::chrono::seconds(
        bounded(fields, "expires_in_s", shortest_link_s, longest_link_s).value_or(default_link_s));
    if (const auto uses = bounded(fields, "max_uses", 1, most_uses)) {
        terms.max_uses = static_cast<std::uint32_t>(*uses);
    }
    if (fields.problem()) co_return HttpResponse::problem(*fields.problem());
    const auto made = co_await api.services().chats.create_link(*chat, call.identity.user, terms);
    if (!made) co_return HttpResponse::problem(made.error());
    auto response = json_object(201, [&](JsonObject& object) {
        write_link(object, made->link);
        object.text("token", made->token);
        object.text("url", api.services().public_url + "/#join=" + made->token);
    });
    response.headers.emplace_back("Cache-Control", "no-store");
    co_return response;
}

Task<HttpResponse> get_links(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto page = page_query(call.request);
    if (!page) co_return HttpResponse::problem(page.error());
    auto links = co_await api.services().chats.links(*chat, call.identity.user);
    if (!links) co_return HttpResponse::problem(links.error());
    const auto key = [](const domain::InviteLink& link) {
        return sortable_time(link.created_at) + ":" + to_string(link.id);
    };
    std::ranges::sort(*links, {}, key);
    co_return HttpResponse::json(
        200, page_of(*links, *page, key, [](std::string& out, const auto& link) {
            JsonObject object(out);
            write_link(object, link);
        }));
}

Task<HttpResponse> delete_link(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto link = call.id<domain::LinkId>(1);
    if (!link) co_return HttpResponse::problem(link.error());
    co_return no_content_or_problem(
        co_await api.services().chats.remove_link(*chat, call.identity.user, *link));
}

Task<HttpResponse> look_at_link(Api& api, Call call) {
    const auto view = co_await api.services().chats.look(call.params[0]);
    co_return answer_or_problem(view, [](const chat::ChatView& seen) {
        return json_object(200, [&](JsonObject& object) {
            object.text("chat", to_string(seen.chat.id)).text("title", seen.chat.title);
            object.text("description", seen.chat.description);
            object.number("members", static_cast<std::int64_t>(seen.members));
            object.flag("join_approval", seen.chat.join_approval);
        });
    });
}

Task<HttpResponse> join_by_link(Api& api, Call call) {
    const auto user = call.identity.user;
    const auto joined = co_await api.services().chats.join(call.params[0], user);
    if (!joined) co_return HttpResponse::problem(joined.error());
    if (joined->joined == chat::Joined::joined) {
        co_return co_await answer_chat(api, user, joined->chat, 200);
    }
    co_return json_object(202, [](JsonObject& object) { object.text("status", "requested"); });
}

// Who asks, by name; who is no user any more is left out.
Task<HttpResponse> get_requests(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto page = page_query(call.request);
    if (!page) co_return HttpResponse::problem(page.error());
    auto requests = co_await api.services().chats.requests(*chat, call.identity.user);
    if (!requests) co_return HttpResponse::problem(requests.error());
    std::vector<UserId> asking;
    for (const auto& request : *requests)
        asking.push_back(request.user);
    const auto users = co_await api.services().accounts.find(std::move(asking));
    if (!users) co_return HttpResponse::problem(users.error());
    std::unordered_map<UserId, domain::User> known;
    for (const auto& user : *users)
        known.emplace(user.id, user);
    std::erase_if(*requests, [&](const auto& one) { return !known.contains(one.user); });
    const auto key = [](const domain::JoinRequest& one) {
        return sortable_time(one.at) + ":" + sortable(one.user);
    };
    std::ranges::sort(*requests, {}, key);
    co_return HttpResponse::json(
        200, page_of(*requests, *page, key, [&](std::string& out, const auto& one) {
            JsonObject object(out);
            write_user(object, known.at(one.user));
            object.text("at", base::format_rfc3339(one.at));
        }));
}

Task<HttpResponse> put_request(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto user = call.id<UserId>(1);
    if (!user) co_return HttpResponse::problem(user.error());
    co_return no_content_or_problem(
        co_await api.services().chats.accept(*chat, call.identity.user, *user));
}

Task<HttpResponse> delete_request(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto user = call.id<UserId>(1);
    if (!user) co_return HttpResponse::problem(user.error());
    co_return no_content_or_problem(
        co_await api.services().chats.refuse(*chat, call.identity.user, *user));
}

constexpr std::array<Endpoint, 11> endpoints = {{
    {Method::put, "/v1/chats/{chat}/picture", Access::signed_in, put_picture,
     "Give a group a picture: PNG, JPEG or WebP of at most 256 KiB", "200:Chat",
     "(image/png)|(image/jpeg)|(image/webp)"},
    {Method::get, "/v1/chats/{chat}/picture", Access::signed_in, get_picture,
     "The picture of a group, for its members; v is part of its path",
     "200:(image/png)|(image/jpeg)|(image/webp) 304", parameters("v?:text")},
    {Method::delete_, "/v1/chats/{chat}/picture", Access::signed_in, delete_picture,
     "Remove the picture of a group", "204"},
    {Method::post, "/v1/chats/{chat}/links", Access::signed_in, post_link,
     "Make an invite link of a group; its token is told only now", "201:NewLink conflict",
     "{expires_in_s?:60..2592000 max_uses?:1..1000}"},
    {Method::get, "/v1/chats/{chat}/links", Access::signed_in, get_links,
     "The invite links of a group that have not expired", "200:Page<Link>",
     parameters("...Paging")},
    {Method::delete_, "/v1/chats/{chat}/links/{link}", Access::signed_in, delete_link,
     "Revoke an invite link", "204"},
    {Method::get, "/v1/links/{token}", Access::signed_in, look_at_link,
     "What group an invite link leads to",
     "200:{chat:uuid title:title description:description members:count join_approval:flag}"},
    {Method::post, "/v1/links/{token}", Access::signed_in, join_by_link,
     "Join a group by its invite link; 202 when its admins have to agree first",
     "200:Chat 202:{status:'requested'} conflict too_many_members"},
    {Method::get, "/v1/chats/{chat}/requests", Access::signed_in, get_requests,
     "Who asks to be let into a group, the oldest first", "200:Page<JoinRequest>",
     parameters("...Paging")},
    {Method::put, "/v1/chats/{chat}/requests/{user}", Access::signed_in, put_request,
     "Let a user in who asked", "204 too_many_members"},
    {Method::delete_, "/v1/chats/{chat}/requests/{user}", Access::signed_in, delete_request,
     "Refuse a request, or take one's own back", "204"},
}};

}  // namespace

std::span<const Endpoint> group_endpoints() {
    return endpoints;
}

}  // namespace banter::gateway
