// Chats, and who is in them.
#include <array>

#include "gateway/endpoints/common.hpp"
#include "protocol/client_frame.hpp"
#include "protocol/server_frame.hpp"

namespace banter::gateway {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using chat::ChatSummary;
using domain::ChatId;
using domain::UserId;
using protocol::JsonObject;

constexpr std::size_t max_listed_members = 10'000;  // more than any group; a bound on the work

void write_chat(JsonObject& object, const ChatSummary& summary, const std::string& title,
                const ports::PersonalStateRow& kept) {
    const auto& view = summary.view;
    const auto number = [](domain::Seq seq) { return static_cast<std::int64_t>(seq.value); };
    object.text("chat", to_string(view.chat.id)).text("type", protocol::name_of(view.chat.type));
    object.text("title", title);
    if (view.other) object.text("user", to_string(view.other));
    object.number("head", number(view.head)).number("first_seq", number(view.first_seq));
    object.number("delivered", number(view.marks.delivered));
    object.number("read", number(view.marks.read));
    object.number("unread", static_cast<std::int64_t>(summary.unread));
    object.text("preview", view.preview).text("at", base::format_rfc3339(view.at));
    object.text("role", protocol::name_of(view.role));
    object.number("members", static_cast<std::int64_t>(view.members));
    object.text("history", protocol::name_of(view.chat.history));
    object.text("description", view.chat.description);
    protocol::write_picture(object, view.chat.id, view.chat.picture);
    protocol::write_permissions(object, view.chat.permissions);
    object.flag("join_approval", view.chat.join_approval);
    object.text("created_at", base::format_rfc3339(view.chat.created_at));
    JsonObject state(object.open("state"));
    protocol::write_state(state, kept.state, kept.at);
}

// A direct chat is called what the other one is called.
Task<Result<std::string>> chat_json(Api& api, ChatSummary summary, ports::PersonalStateRow kept) {
    std::string title = summary.view.chat.title;
    if (summary.view.other) {
        const auto other = co_await api.services().accounts.find(summary.view.other);
        if (!other && other.error().code != ErrorCode::not_found) {
            co_return std::unexpected(other.error());
        }
        if (other) title = other->display_name;
    }
    std::string out;
    {
        JsonObject object(out);
        write_chat(object, summary, title, kept);
    }
    co_return out;
}

}  // namespace

Task<HttpResponse> answer_chat(Api& api, UserId user, ChatId chat, int status) {
    const auto summary = co_await api.services().chats.summary(chat, user);
    if (!summary) co_return HttpResponse::problem(summary.error());
    const std::vector<ChatId> ids{chat};
    const auto kept = co_await api.services().chats.states(user, ids);
    if (!kept) co_return HttpResponse::problem(kept.error());
    auto json = co_await chat_json(api, *summary, kept->front());
    if (!json) co_return HttpResponse::problem(json.error());
    co_return HttpResponse::json(status, std::move(*json));
}

namespace {

Result<chat::NewGroup> new_group(UserId creator, protocol::Fields& fields) {
    chat::NewGroup group;
    group.creator = creator;
    group.title = fields.text("title");
    group.members = fields.users("members", max_listed_members);
    group.client_id = fields.optional_id<domain::ClientId>("client_id");
    if (const auto history = fields.optional_text("history")) {
        const auto mode = protocol::parse_history_mode(*history);
        if (!mode) fields.note("history", "must be 'from_join' or 'shared'");
        group.history = mode.value_or(group.history);
    }
    if (fields.problem()) return std::unexpected(*fields.problem());
    return group;
}

Task<HttpResponse> post_chat(Api& api, Call call) {
    const auto body = json_body(call.request);
    if (!body) co_return HttpResponse::problem(body.error());
    auto fields = body->fields();
    const auto type = fields.text("type");
    auto& chats = api.services().chats;
    const auto user = call.identity.user;
    Result<ports::ChatDirectory::Created> created;
    if (type == "direct") {
        const auto other = fields.id<UserId>("user");
        if (fields.problem()) co_return HttpResponse::problem(*fields.problem());
        created = co_await chats.open_direct(user, other);
    } else if (type == "group") {
        auto group = new_group(user, fields);
        if (!group) co_return HttpResponse::problem(group.error());
        created = co_await chats.create_group(std::move(*group));
    } else {
        fields.note("type", "must be 'direct' or 'group'");
        co_return HttpResponse::problem(*fields.problem());
    }
    if (!created) co_return HttpResponse::problem(created.error());
    co_return co_await answer_chat(api, user, created->chat, created->created ? 201 : 200);
}

// The newest first; a chat that moves up while one pages is met again, never missed.
std::string activity_key(const chat::ChatService::Activity& one) {
    const auto milliseconds = static_cast<std::uint64_t>(one.at.time_since_epoch().count());
    return sortable(~milliseconds) + ":" + to_string(one.chat);
}

Task<HttpResponse> get_chats(Api& api, Call call) {
    const auto page = page_query(call.request);
    if (!page) co_return HttpResponse::problem(page.error());
    const auto user = call.identity.user;
    auto activity = co_await api.services().chats.activity(user);
    if (!activity) co_return HttpResponse::problem(activity.error());
    std::ranges::sort(*activity, {}, activity_key);
    auto part = cut_page(*activity, *page, activity_key);
    std::vector<ChatId> ids;
    for (const auto& one : part.items)
        ids.push_back(one.chat);
    const auto kept = co_await api.services().chats.states(user, ids);
    if (!kept) co_return HttpResponse::problem(kept.error());
    std::vector<std::string> items;
    for (const auto& row : *kept) {
        const auto summary = co_await api.services().chats.summary(row.chat, user);
        if (!summary && summary.error().code == ErrorCode::not_found) continue;  // just left
        if (!summary) co_return HttpResponse::problem(summary.error());
        auto json = co_await chat_json(api, *summary, row);
        if (!json) co_return HttpResponse::problem(json.error());
        items.push_back(std::move(*json));
    }
    std::string array;
    protocol::append_json_array(array, items,
                                [](std::string& out, const auto& item) { out += item; });
    co_return HttpResponse::json(200, page_json(array, part.next, part.previous));
}

Task<HttpResponse> get_chat(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    co_return co_await answer_chat(api, call.identity.user, *chat, 200);
}

std::optional<domain::Allowed> allowed(protocol::Fields& fields, std::string_view name) {
    const auto given = fields.optional_text(name);
    if (!given) return std::nullopt;
    const auto parsed = protocol::parse_allowed(*given);
    if (!parsed) fields.note(name, "must be 'members' or 'admins'");
    return parsed;
}

Result<chat::GroupEdit> group_edit(protocol::Fields fields) {
    chat::GroupEdit edit;
    edit.title = fields.optional_text("title");
    edit.description = fields.optional_text("description");
    edit.join_approval = fields.optional_flag("join_approval");
    if (auto permissions = fields.optional_object("permissions")) {
        edit.send = allowed(*permissions, "send");
        edit.edit = allowed(*permissions, "edit");
        if (permissions->problem()) return std::unexpected(*permissions->problem());
    }
    if (fields.problem()) return std::unexpected(*fields.problem());
    return edit;
}

Task<HttpResponse> patch_chat(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto body = json_body(call.request);
    if (!body) co_return HttpResponse::problem(body.error());
    auto edit = group_edit(body->fields());
    if (!edit) co_return HttpResponse::problem(edit.error());
    const auto edited =
        co_await api.services().chats.edit(*chat, call.identity.user, std::move(*edit));
    if (!edited) co_return HttpResponse::problem(edited.error());
    co_return co_await answer_chat(api, call.identity.user, *chat, 200);
}

Task<HttpResponse> patch_state(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto body = json_body(call.request);
    if (!body) co_return HttpResponse::problem(body.error());
    auto fields = body->fields();
    auto change = protocol::read_state_change(fields);
    if (fields.problem()) co_return HttpResponse::problem(*fields.problem());
    chat::ChatService::StateOrigin nobody;
    const auto row = co_await api.services().chats.change_state(
        *chat, call.identity.user, std::move(change), std::move(nobody));
    co_return answer_or_problem(row, [](const auto& kept) {
        return json_object(200, [&](JsonObject& object) {
            object.text("chat", to_string(kept.chat));
            protocol::write_state(object, kept.state, kept.at);
        });
    });
}

Task<HttpResponse> members_page(Api& api, const Call& call, ChatId chat) {
    const auto page = page_query(call.request);
    if (!page) co_return HttpResponse::problem(page.error());
    auto members = co_await api.services().chats.members(chat, call.identity.user);
    if (!members) co_return HttpResponse::problem(members.error());
    const auto key = [](const chat::MemberView& one) { return sortable(one.user); };
    std::ranges::sort(*members, {}, key);
    co_return HttpResponse::json(
        200, page_of(*members, *page, key, [](std::string& out, const auto& one) {
            JsonObject object(out);
            object.text("user", to_string(one.user)).text("role", protocol::name_of(one.role));
            object.text("joined_at", base::format_rfc3339(one.joined_at));
            object.number("joined_seq", static_cast<std::int64_t>(one.joined_seq.value));
            object.number("delivered", static_cast<std::int64_t>(one.delivered.value));
            if (one.read) {
                object.number("read", static_cast<std::int64_t>(one.read->value));
            } else {
                object.null("read");
            }
        }));
}

Task<HttpResponse> get_members(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    co_return co_await members_page(api, call, *chat);
}

Task<HttpResponse> post_members(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto body = json_body(call.request);
    if (!body) co_return HttpResponse::problem(body.error());
    auto fields = body->fields();
    auto users = fields.users("members", max_listed_members);
    if (users.empty()) fields.note("members", "must name at least one user");
    if (fields.problem()) co_return HttpResponse::problem(*fields.problem());
    const auto added =
        co_await api.services().chats.add(*chat, call.identity.user, std::move(users));
    if (!added) co_return HttpResponse::problem(added.error());
    co_return json_object(200, [&](JsonObject& object) {
        protocol::append_json_array(object.open("added"), *added, [](std::string& out, UserId one) {
            protocol::append_json_string(out, to_string(one));
        });
    });
}

Task<HttpResponse> delete_member(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto user = call.id<UserId>(1);
    if (!user) co_return HttpResponse::problem(user.error());
    const auto removed = co_await api.services().chats.remove(*chat, call.identity.user, *user);
    co_return no_content_or_problem(removed);
}

Task<HttpResponse> put_role(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto user = call.id<UserId>(1);
    if (!user) co_return HttpResponse::problem(user.error());
    const auto body = json_body(call.request);
    if (!body) co_return HttpResponse::problem(body.error());
    auto fields = body->fields();
    const auto role = protocol::parse_role(fields.text("role"));
    if (!role) fields.note("role", "must be 'member', 'admin' or 'owner'");
    if (fields.problem()) co_return HttpResponse::problem(*fields.problem());
    const auto set =
        co_await api.services().chats.set_role(*chat, call.identity.user, *user, *role);
    co_return no_content_or_problem(set);
}

constexpr std::array<Endpoint, 9> endpoints = {{
    {Method::post, "/v1/chats", Access::signed_in, post_chat,
     "Open a direct chat (again: the same one) or make a group",
     "200:Chat 201:Chat too_many_members not_found",
     "{type:'direct' user:id}|{type:'group' title:title members?:[id] history?:HistoryMode"
     " client_id?:uuid}"},
    {Method::get, "/v1/chats", Access::signed_in, get_chats,
     "The user's chats, the most recently active first", "200:Page<Chat>", parameters("...Paging")},
    {Method::get, "/v1/chats/{chat}", Access::signed_in, get_chat, "One chat", "200:Chat"},
    {Method::patch, "/v1/chats/{chat}", Access::signed_in, patch_chat,
     "Change a group: title, description, what members may do, whether links need approval",
     "200:Chat",
     "{title?:title description?:description permissions?:{send?:Allowed edit?:Allowed}"
     " join_approval?:flag}"},
    {Method::patch, "/v1/chats/{chat}/state", Access::signed_in, patch_state,
     "Mute, pin or archive a chat, or keep a draft: for the user alone, on all devices",
     "200:{chat:uuid ...Personal at:time}", "{...StateChange}"},
    {Method::get, "/v1/chats/{chat}/members", Access::signed_in, get_members,
     "Who is in the chat, and how far each has received and read", "200:Page<Member>",
     parameters("...Paging")},
    {Method::post, "/v1/chats/{chat}/members", Access::signed_in, post_members,
     "Add members to a group; answers those who were not in it",
     "200:{added:[id]} too_many_members", "{members:[id]}"},
    {Method::delete_, "/v1/chats/{chat}/members/{user}", Access::signed_in, delete_member,
     "Remove a member, or leave", "204 conflict"},
    {Method::put, "/v1/chats/{chat}/members/{user}/role", Access::signed_in, put_role,
     "Make a member, an admin or the owner of a member", "204 conflict", "{role:Role}"},
}};

}  // namespace

std::span<const Endpoint> chat_endpoints() {
    return endpoints;
}

}  // namespace banter::gateway
