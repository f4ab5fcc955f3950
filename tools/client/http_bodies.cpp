#include "client/http_bodies.hpp"

#include <boost/json.hpp>

#include "client/json_reading.hpp"
#include "protocol/json_parser.hpp"
#include "protocol/json_writer.hpp"

namespace banter::client {
namespace {

namespace json = boost::json;
using protocol::Fields;
using protocol::JsonObject;

template <class Write>
std::string write_object(Write write) {
    std::string out;
    {
        JsonObject object(out);
        write(object);
    }
    return out;
}

void write_users(JsonObject& object, std::span<const domain::UserId> users) {
    protocol::append_json_array(object.open("members"), users,
                                [](std::string& out, domain::UserId user) {
                                    protocol::append_json_string(out, to_string(user));
                                });
}

template <class T>
Result<T> read_object(const json::object& object, T (*read)(Fields&, const json::object&)) {
    Fields fields(object);
    T value = read(fields, object);
    if (fields.problem()) return std::unexpected(unintelligible(*fields.problem()));
    return value;
}

template <class T>
Result<T> decode(std::string_view body, T (*read)(Fields&, const json::object&)) {
    const auto document = protocol::parse_json_object(body, {});
    if (!document) return std::unexpected(unintelligible(document.error()));
    return read_object(document->get_object(), read);
}

// The place of a neighbouring page: a string, or for messages a number; null at an end.
std::string read_place(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr) return {};
    if (const auto* text = value->if_string()) return {text->data(), text->size()};
    if (const auto* number = value->if_int64()) return std::to_string(*number);
    return {};
}

template <class T>
Result<Page<T>> decode_page(std::string_view body, T (*read)(Fields&, const json::object&)) {
    const auto document = protocol::parse_json_object(body, {});
    if (!document) return std::unexpected(unintelligible(document.error()));
    const auto& object = document->get_object();
    const auto* items = object.if_contains("items");
    if (items == nullptr || !items->is_array()) {
        return fail(Error::Kind::unintelligible, "The server's list has no items.");
    }
    Page<T> page;
    for (const auto& item : items->get_array()) {
        if (!item.is_object()) {
            return fail(Error::Kind::unintelligible, "The server's list holds no objects.");
        }
        auto value = read_object(item.get_object(), read);
        if (!value) return std::unexpected(value.error());
        page.items.push_back(std::move(*value));
    }
    page.next = read_place(object, "next");
    page.previous = read_place(object, "previous");
    return page;
}

User read_user(Fields& fields, const json::object&) {
    User user;
    user.id = fields.id<domain::UserId>("user");
    user.username = fields.text("username");
    user.display_name = fields.optional_text("display_name").value_or(user.username);
    user.role = fields.optional_text("role").value_or("");
    if (auto privacy = fields.optional_object("privacy")) {
        user.last_seen_audience = privacy->optional_text("last_seen").value_or("");
        user.read_receipts_audience = privacy->optional_text("read_receipts").value_or("");
    }
    return user;
}

Tokens read_tokens(Fields& fields, const json::object&) {
    Tokens tokens;
    tokens.access = fields.text("access_token");
    tokens.refresh = fields.text("refresh_token");
    tokens.expires_at = read_time(fields, "expires_at");
    return tokens;
}

// `user` is the id, or the user as an object.
SignIn read_sign_in(Fields& fields, const json::object& object) {
    SignIn sign_in;
    const auto* user = object.if_contains("user");
    if (user != nullptr && user->is_object()) {
        Fields inner(user->get_object());
        sign_in.user = read_user(inner, user->get_object());
        if (inner.problem()) fields.note("user", "is not a user");
    } else {
        sign_in.user.id = fields.id<domain::UserId>("user");
    }
    sign_in.device = fields.id<domain::DeviceId>("device");
    sign_in.tokens = read_tokens(fields, object);
    return sign_in;
}

Presence read_presence_object(Fields& fields, const json::object&) {
    return read_presence(fields);
}

ChatSummary read_chat(Fields& fields, const json::object&) {
    ChatSummary chat;
    chat.id = fields.id<domain::ChatId>("chat");
    chat.type = fields.text("type");
    chat.title = fields.optional_text("title").value_or("");
    chat.other = fields.optional_id<domain::UserId>("user").value_or(domain::UserId{});
    chat.head = read_optional_seq(fields, "head").value_or(domain::Seq{});
    chat.first_seq = read_optional_seq(fields, "first_seq").value_or(domain::Seq{1});
    chat.read = read_optional_seq(fields, "read").value_or(domain::Seq{});
    chat.unread = fields.optional_number("unread").value_or(0);
    chat.role = fields.optional_text("role").value_or("");
    chat.preview = fields.optional_text("preview").value_or("");
    chat.at = read_optional_time(fields, "at").value_or(base::Timestamp{});
    chat.members = fields.optional_number("members").value_or(0);
    chat.description = fields.optional_text("description").value_or("");
    chat.has_picture = fields.optional_text("picture").has_value();
    if (auto permissions = fields.optional_object("permissions")) {
        chat.send_scope = permissions->optional_text("send").value_or(chat.send_scope);
        chat.edit_scope = permissions->optional_text("edit").value_or(chat.edit_scope);
    }
    chat.join_approval = fields.optional_flag("join_approval").value_or(false);
    chat.history = fields.optional_text("history").value_or("");
    if (auto state = fields.optional_object("state")) {
        chat.kept = read_kept_state(*state);
        if (state->problem()) fields.note("state", "is not a state");
    }
    return chat;
}

InviteLink read_link(Fields& fields, const json::object&) {
    InviteLink link;
    link.id = fields.text("link");
    link.url = fields.optional_text("url").value_or("");
    link.expires_at = read_time(fields, "expires_at");
    link.max_uses = fields.optional_number("max_uses");
    link.uses = fields.optional_number("uses").value_or(0);
    link.created_by = fields.optional_id<domain::UserId>("created_by").value_or(domain::UserId{});
    return link;
}

LinkPreview read_link_preview(Fields& fields, const json::object&) {
    LinkPreview preview;
    preview.chat = fields.id<domain::ChatId>("chat");
    preview.title = fields.optional_text("title").value_or("");
    preview.description = fields.optional_text("description").value_or("");
    preview.members = fields.optional_number("members").value_or(0);
    preview.join_approval = fields.optional_flag("join_approval").value_or(false);
    return preview;
}

// The chat, or {status:"requested"}.
Followed read_followed(Fields& fields, const json::object& object) {
    if (!object.contains("chat")) return {};
    return {.chat = read_chat(fields, object)};
}

JoinRequest read_join_request(Fields& fields, const json::object&) {
    JoinRequest request;
    request.user = fields.id<domain::UserId>("user");
    request.username = fields.optional_text("username").value_or("");
    request.display_name = fields.optional_text("display_name").value_or(request.username);
    request.at = read_optional_time(fields, "at").value_or(base::Timestamp{});
    return request;
}

Member read_member(Fields& fields, const json::object&) {
    Member member;
    member.user = fields.id<domain::UserId>("user");
    member.role = fields.optional_text("role").value_or("member");
    member.joined_at = read_optional_time(fields, "joined_at").value_or(base::Timestamp{});
    member.delivered = read_optional_seq(fields, "delivered").value_or(domain::Seq{});
    member.read = read_optional_seq(fields, "read").value_or(domain::Seq{});
    return member;
}

Message read_message_object(Fields& fields, const json::object&) {
    return read_message(fields);
}

MessageReceipt read_message_receipt(Fields& fields, const json::object&) {
    MessageReceipt receipt;
    receipt.user = fields.id<domain::UserId>("user");
    receipt.delivered_at = read_optional_time(fields, "delivered_at");
    receipt.read_at = read_optional_time(fields, "read_at");
    return receipt;
}

}  // namespace

std::string encode(const NewUser& user) {
    return write_object([&](JsonObject& object) {
        object.text("username", user.username).text("password", user.password);
        object.text("display_name", user.display_name);
        if (!user.invite.empty()) object.text("invite", user.invite);
        if (!user.claim.empty()) object.text("claim", user.claim);
    });
}

std::string encode(const Credentials& credentials) {
    return write_object([&](JsonObject& object) {
        object.text("username", credentials.username).text("password", credentials.password);
        object.text("device_name", credentials.device_name);
        if (credentials.device) object.text("device", to_string(credentials.device));
    });
}

std::string encode_refresh(std::string_view refresh_token) {
    return write_object([&](JsonObject& object) { object.text("refresh_token", refresh_token); });
}

std::string encode_direct_chat(domain::UserId with) {
    return write_object(
        [&](JsonObject& object) { object.text("type", "direct").text("user", to_string(with)); });
}

std::string encode_group(std::string_view title, std::span<const domain::UserId> members,
                         const domain::ClientId& client_id, bool shares_history) {
    return write_object([&](JsonObject& object) {
        object.text("type", "group").text("title", title);
        write_users(object, members);
        if (shares_history) object.text("history", "shared");
        object.text("client_id", to_string(client_id));
    });
}

std::string encode_members(std::span<const domain::UserId> members) {
    return write_object([&](JsonObject& object) { write_users(object, members); });
}

std::string encode(const GroupChange& change) {
    return write_object([&](JsonObject& object) {
        if (change.title) object.text("title", *change.title);
        if (change.description) object.text("description", *change.description);
        if (change.send_scope || change.edit_scope) {
            JsonObject permissions(object.open("permissions"));
            if (change.send_scope) permissions.text("send", *change.send_scope);
            if (change.edit_scope) permissions.text("edit", *change.edit_scope);
        }
        if (change.join_approval) object.flag("join_approval", *change.join_approval);
    });
}

std::string encode(const KeptChange& change) {
    return write_object([&](JsonObject& object) {
        if (change.muted_until && *change.muted_until) {
            object.text("muted_until", base::format_rfc3339(**change.muted_until));
        } else if (change.muted_until) {
            object.null("muted_until");
        }
        if (change.pinned) object.flag("pinned", *change.pinned);
        if (change.archived) object.flag("archived", *change.archived);
    });
}

std::string encode(const LinkOptions& options) {
    return write_object([&](JsonObject& object) {
        if (options.expires_in) object.number("expires_in_s", options.expires_in->count());
        if (options.max_uses) {
            object.number("max_uses", static_cast<std::int64_t>(*options.max_uses));
        }
    });
}

std::string encode(const Report& report) {
    return write_object([&](JsonObject& object) {
        object.text("chat", to_string(report.chat)).text("reason", report.reason);
        if (!report.seqs.empty()) {
            protocol::append_json_array(
                object.open("seqs"), report.seqs,
                [](std::string& out, domain::Seq seq) { out += std::to_string(seq.value); });
        }
        if (report.user) object.text("user", to_string(report.user));
        if (!report.text.empty()) object.text("text", report.text);
    });
}

std::string encode_privacy(std::string_view name, std::string_view audience) {
    return write_object([&](JsonObject& object) {
        JsonObject privacy(object.open("privacy"));
        privacy.text(name, audience);
    });
}

std::string encode_role(std::string_view role) {
    return write_object([&](JsonObject& object) { object.text("role", role); });
}

Result<User> decode_user(std::string_view body) {
    return decode(body, read_user);
}
Result<SignIn> decode_sign_in(std::string_view body) {
    return decode(body, read_sign_in);
}
Result<Tokens> decode_tokens(std::string_view body) {
    return decode(body, read_tokens);
}
Result<Sent> decode_sent(std::string_view body) {
    return decode<Sent>(body,
                        [](Fields& fields, const json::object&) { return read_sent(fields); });
}
Result<Presence> decode_presence(std::string_view body) {
    return decode(body, read_presence_object);
}
Result<ChatSummary> decode_chat(std::string_view body) {
    return decode(body, read_chat);
}
Result<Page<User>> decode_users(std::string_view body) {
    return decode_page(body, read_user);
}
Result<Page<ChatSummary>> decode_chats(std::string_view body) {
    return decode_page(body, read_chat);
}
Result<Page<Member>> decode_members(std::string_view body) {
    return decode_page(body, read_member);
}
Result<Page<Message>> decode_messages(std::string_view body) {
    return decode_page(body, read_message_object);
}
Result<Page<MessageReceipt>> decode_receipts(std::string_view body) {
    return decode_page(body, read_message_receipt);
}

Result<InviteLink> decode_link(std::string_view body) {
    return decode(body, read_link);
}
Result<Page<InviteLink>> decode_links(std::string_view body) {
    return decode_page(body, read_link);
}
Result<LinkPreview> decode_link_preview(std::string_view body) {
    return decode(body, read_link_preview);
}
Result<Followed> decode_followed(std::string_view body) {
    return decode(body, read_followed);
}
Result<Page<JoinRequest>> decode_requests(std::string_view body) {
    return decode_page(body, read_join_request);
}

Error decode_problem(int status, std::string_view body) {
    const auto document = protocol::parse_json_object(body, {});
    if (!document) return problem_of_status(status);
    Fields fields(document->get_object());
    return read_problem(fields, status);
}

}  // namespace banter::client
