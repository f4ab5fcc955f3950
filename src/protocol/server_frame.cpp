#include "protocol/server_frame.hpp"

#include "protocol/json_writer.hpp"
#include "protocol/names.hpp"
#include "protocol/problem.hpp"

namespace banter::protocol {
namespace {

template <class Write>
std::string encode(std::string_view type, Write write) {
    std::string out;
    out.reserve(256);
    {
        JsonObject object(out);
        object.text("type", type);
        write(object);
    }
    return out;
}

void write_ref(JsonObject& object, const Ref& ref) {
    if (ref) object.text("ref", *ref);
}

void write_seq(JsonObject& object, std::string_view name, domain::Seq seq) {
    object.number(name, static_cast<std::int64_t>(seq.value));
}

void write_event(JsonObject& object, domain::ChatId chat, const domain::Event& event) {
    object.text("change", name_of(event.change));
    if (!event.users.empty()) {
        append_json_array(object.open("users"), event.users,
                          [](std::string& out, domain::UserId user) {
                              append_json_string(out, to_string(user));
                          });
    }
    if (!event.title.empty()) object.text("title", event.title);
    if (event.role) object.text("role", name_of(*event.role));
    switch (event.change) {
        case domain::Change::description:
            object.text("description", event.description);
            break;
        case domain::Change::picture:
            write_picture(object, chat, event.picture);
            break;
        case domain::Change::permissions:
            write_permissions(object, event.permissions);
            object.flag("join_approval", event.join_approval);
            break;
        default:
            break;
    }
}

}  // namespace

void write_permissions(JsonObject& object, const domain::Permissions& permissions) {
    JsonObject inner(object.open("permissions"));
    inner.text("send", name_of(permissions.send)).text("edit", name_of(permissions.edit));
}

void write_picture(JsonObject& object, domain::ChatId chat, std::uint64_t version) {
    if (version == 0) {
        object.null("picture");
        return;
    }
    object.text("picture",
                "/v1/chats/" + to_string(chat) + "/picture?v=" + std::to_string(version));
}

void write_message(JsonObject& object, const domain::Message& message, bool for_sender) {
    const auto& content = message.content;
    object.text("chat", to_string(message.chat));
    write_seq(object, "seq", message.seq);
    object.text("message_id", to_string(message.id)).text("sender", to_string(message.sender));
    object.text("kind", name_of(content.kind));
    if (!content.text.empty()) object.text("text", content.text);
    if (content.media) object.text("media", to_string(*content.media));
    if (content.reply_to) write_seq(object, "reply_to", *content.reply_to);
    if (content.event) {
        JsonObject event(object.open("event"));
        write_event(event, message.chat, *content.event);
    }
    object.text("at", base::format_rfc3339(message.at));
    if (for_sender && content.kind != domain::MessageKind::event) {
        object.text("client_id", to_string(message.client_id));
    }
}

void write_state(JsonObject& object, const domain::PersonalState& state, base::Timestamp at) {
    if (state.muted_until) {
        object.text("muted_until", base::format_rfc3339(*state.muted_until));
    } else {
        object.null("muted_until");
    }
    object.flag("pinned", state.pinned).flag("archived", state.archived);
    object.text("draft", state.draft);
    if (at > base::Timestamp{}) {
        object.text("at", base::format_rfc3339(at));
    } else {
        object.null("at");
    }
}

std::string encode_welcome(const Welcome& welcome, const Ref& ref) {
    return encode("welcome", [&](JsonObject& object) {
        object.text("user", to_string(welcome.user)).text("device", to_string(welcome.device));
        object.text("session", welcome.session);
        object.text("server_time", base::format_rfc3339(welcome.server_time));
        object.number("heartbeat_ms", welcome.heartbeat.count());
        {
            JsonObject limits(object.open("limits"));
            limits.number("window", static_cast<std::int64_t>(welcome.window));
            limits.number("text_bytes", static_cast<std::int64_t>(welcome.text_bytes));
            limits.number("frame_bytes", static_cast<std::int64_t>(welcome.frame_bytes));
        }
        write_ref(object, ref);
    });
}

std::string encode_synced(std::size_t chats, std::size_t messages) {
    return encode("synced", [&](JsonObject& object) {
        object.number("chats", static_cast<std::int64_t>(chats));
        object.number("messages", static_cast<std::int64_t>(messages));
    });
}

std::string encode_sent(const Sent& sent, const Ref& ref) {
    return encode("sent", [&](JsonObject& object) {
        object.text("client_id", to_string(sent.client_id)).text("chat", to_string(sent.chat));
        write_seq(object, "seq", sent.seq);
        object.text("message_id", to_string(sent.message_id));
        object.text("at", base::format_rfc3339(sent.at));
        write_ref(object, ref);
    });
}

std::string encode_message(const domain::Message& message, bool for_sender) {
    return encode("message",
                  [&](JsonObject& object) { write_message(object, message, for_sender); });
}

std::string encode_chat_change(const domain::Message& message) {
    return encode("chat", [&](JsonObject& object) {
        object.text("chat", to_string(message.chat));
        write_seq(object, "seq", message.seq);
        object.text("sender", to_string(message.sender));
        if (message.content.event) write_event(object, message.chat, *message.content.event);
    });
}

std::string encode_receipt(const Receipt& receipt) {
    return encode("receipt", [&](JsonObject& object) {
        object.text("chat", to_string(receipt.chat)).text("user", to_string(receipt.user));
        if (receipt.delivered) write_seq(object, "delivered", *receipt.delivered);
        if (receipt.read) write_seq(object, "read", *receipt.read);
        object.text("at", base::format_rfc3339(receipt.at));
    });
}

std::string encode_state(const StateFrame& state, const Ref& ref) {
    return encode("state", [&](JsonObject& object) {
        object.text("chat", to_string(state.chat));
        write_state(object, state.state, state.at);
        write_ref(object, ref);
    });
}

std::string encode_presence(const PresenceFrame& presence) {
    return encode("presence", [&](JsonObject& object) {
        object.text("user", to_string(presence.user)).text("status", presence.status);
        if (presence.last_seen) {
            object.text("last_seen", base::format_rfc3339(*presence.last_seen));
        }
    });
}

std::string encode_typing(domain::ChatId chat, domain::UserId user, bool on,
                          domain::TypingKind kind) {
    return encode("typing", [&](JsonObject& object) {
        object.text("chat", to_string(chat)).text("user", to_string(user)).flag("on", on);
        if (kind != domain::TypingKind::text) object.text("kind", name_of(kind));
    });
}

std::string encode_request(const RequestFrame& request) {
    return encode("request", [&](JsonObject& object) {
        object.text("chat", to_string(request.chat)).text("user", to_string(request.user));
        object.text("status", request.status).text("at", base::format_rfc3339(request.at));
    });
}

std::string encode_error(const ErrorFrame& error) {
    return encode("error", [&](JsonObject& object) {
        write_problem(object, error.problem);
        if (error.client_id) object.text("client_id", to_string(*error.client_id));
        write_ref(object, error.ref);
    });
}

std::string encode_goodbye(std::string_view reason, std::chrono::milliseconds reconnect_after) {
    return encode("goodbye", [&](JsonObject& object) {
        object.text("reason", reason).number("reconnect_after_ms", reconnect_after.count());
    });
}

std::string encode_pong(std::optional<std::int64_t> n, const Ref& ref) {
    return encode("pong", [&](JsonObject& object) {
        if (n) object.number("n", *n);
        write_ref(object, ref);
    });
}

}  // namespace banter::protocol
