#include "client/json_reading.hpp"

#include "protocol/problem.hpp"

namespace banter::client {
namespace {

constexpr std::size_t any_number_of_users = 1'000'000;

base::ErrorCode code_of_status(int status) {
    switch (status) {
        case 401:
            return base::ErrorCode::unauthorized;
        case 403:
            return base::ErrorCode::forbidden;
        case 404:
            return base::ErrorCode::not_found;
        case 405:
            return base::ErrorCode::method_not_allowed;
        case 409:
            return base::ErrorCode::conflict;
        case 413:
            return base::ErrorCode::too_large;
        case 415:
            return base::ErrorCode::unsupported_media_type;
        case 422:
            return base::ErrorCode::too_many_members;
        case 429:
            return base::ErrorCode::rate_limited;
        default:
            return status >= 500 ? base::ErrorCode::overloaded : base::ErrorCode::invalid;
    }
}

}  // namespace

std::optional<base::Timestamp> read_optional_time(protocol::Fields& fields, std::string_view name) {
    const auto written = fields.optional_text(name);
    if (!written) return std::nullopt;
    const auto time = base::parse_rfc3339(*written);
    if (!time) fields.note(name, "must be a time of RFC 3339");
    return time;
}

base::Timestamp read_time(protocol::Fields& fields, std::string_view name) {
    const auto time = read_optional_time(fields, name);
    if (!time) fields.note(name, "is missing");
    return time.value_or(base::Timestamp{});
}

std::optional<domain::Seq> read_optional_seq(protocol::Fields& fields, std::string_view name) {
    const auto number = fields.optional_number(name);
    if (!number) return std::nullopt;
    return domain::Seq{*number};
}

domain::Seq read_seq(protocol::Fields& fields, std::string_view name) {
    return {fields.number(name)};
}

ChatEvent read_chat_event(protocol::Fields& fields) {
    ChatEvent event;
    event.change = fields.text("change");
    event.users = fields.users("users", any_number_of_users);
    event.title = fields.optional_text("title").value_or("");
    event.role = fields.optional_text("role").value_or("");
    event.description = fields.optional_text("description").value_or("");
    event.has_picture = fields.optional_text("picture").has_value();
    if (auto permissions = fields.optional_object("permissions")) {
        event.send_scope = permissions->optional_text("send").value_or("");
        event.edit_scope = permissions->optional_text("edit").value_or("");
    }
    event.join_approval = fields.optional_flag("join_approval");
    return event;
}

KeptState read_kept_state(protocol::Fields& fields) {
    KeptState kept;
    kept.muted_until = read_optional_time(fields, "muted_until");
    kept.pinned = fields.optional_flag("pinned").value_or(false);
    kept.archived = fields.optional_flag("archived").value_or(false);
    kept.draft = fields.optional_text("draft").value_or("");
    return kept;
}

Message read_message(protocol::Fields& fields) {
    Message message;
    message.chat = fields.id<domain::ChatId>("chat");
    message.seq = read_seq(fields, "seq");
    message.id = fields.id<domain::MessageId>("message_id");
    message.sender = fields.id<domain::UserId>("sender");
    message.kind = fields.text("kind");
    message.text = fields.optional_text("text").value_or("");
    message.media = fields.optional_id<domain::MediaId>("media");
    message.reply_to = read_optional_seq(fields, "reply_to");
    message.client_id = fields.optional_id<domain::ClientId>("client_id");
    message.at = read_time(fields, "at");
    if (auto event = fields.optional_object("event")) {
        message.event = read_chat_event(*event);
        if (event->problem()) fields.note("event", "must say what changed");
    }
    return message;
}

Sent read_sent(protocol::Fields& fields) {
    Sent sent;
    sent.client_id = fields.id<domain::ClientId>("client_id");
    sent.chat = fields.id<domain::ChatId>("chat");
    sent.seq = read_seq(fields, "seq");
    sent.message_id = fields.id<domain::MessageId>("message_id");
    sent.at = read_time(fields, "at");
    return sent;
}

Presence read_presence(protocol::Fields& fields) {
    Presence presence;
    presence.user = fields.optional_id<domain::UserId>("user").value_or(domain::UserId{});
    presence.status = fields.text("status");
    presence.last_seen = read_optional_time(fields, "last_seen");
    return presence;
}

Error problem_of_status(int status) {
    Error error;
    error.kind = Error::Kind::refused;
    error.code = code_of_status(status);
    error.detail = "The server answered with HTTP status " + std::to_string(status) + ".";
    return error;
}

Error read_problem(protocol::Fields& fields, int status) {
    Error error = problem_of_status(status);
    const auto code = fields.optional_text("code");
    if (const auto known = code ? protocol::parse_error_code(*code) : std::nullopt) {
        error.code = *known;
    }
    if (auto detail = fields.optional_text("detail")) {
        error.detail = std::move(*detail);
    } else if (auto title = fields.optional_text("title")) {
        error.detail = std::move(*title);
    }
    const auto retry_after = fields.optional_number("retry_after_ms").value_or(0);
    error.retry_after = std::chrono::milliseconds(retry_after);
    return error;
}

Error unintelligible(const base::Problem& problem) {
    return {.kind = Error::Kind::unintelligible,
            .detail = "The server's answer cannot be understood: " + problem.detail};
}

}  // namespace banter::client
