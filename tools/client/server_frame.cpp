#include "client/server_frame.hpp"

#include <array>
#include <boost/json.hpp>

#include "client/json_reading.hpp"
#include "protocol/json_parser.hpp"

namespace banter::client {
namespace {

using protocol::Fields;

ServerFrame read_welcome(Fields& fields) {
    Welcome welcome;
    welcome.user = fields.id<domain::UserId>("user");
    welcome.device = fields.id<domain::DeviceId>("device");
    welcome.session = fields.optional_text("session").value_or("");
    welcome.server_time = read_time(fields, "server_time");
    if (const auto heartbeat = fields.optional_number("heartbeat_ms"); heartbeat.value_or(0) > 0) {
        welcome.heartbeat = std::chrono::milliseconds(*heartbeat);
    }
    if (auto limits = fields.optional_object("limits")) {
        auto& known = welcome.limits;
        known.window = limits->optional_number("window").value_or(known.window);
        known.text_bytes = limits->optional_number("text_bytes").value_or(known.text_bytes);
        known.frame_bytes = limits->optional_number("frame_bytes").value_or(known.frame_bytes);
    }
    return welcome;
}

ServerFrame read_synced(Fields& fields) {
    return Synced{fields.optional_number("chats").value_or(0),
                  fields.optional_number("messages").value_or(0)};
}

ServerFrame read_sent_frame(Fields& fields) {
    return read_sent(fields);
}

ServerFrame read_message_frame(Fields& fields) {
    return read_message(fields);
}

ServerFrame read_receipt(Fields& fields) {
    Receipt receipt;
    receipt.chat = fields.id<domain::ChatId>("chat");
    receipt.user = fields.id<domain::UserId>("user");
    receipt.delivered = read_optional_seq(fields, "delivered");
    receipt.read = read_optional_seq(fields, "read");
    receipt.at = read_optional_time(fields, "at").value_or(base::Timestamp{});
    return receipt;
}

ServerFrame read_presence_frame(Fields& fields) {
    auto presence = read_presence(fields);
    if (!presence.user) fields.note("user", "is missing");
    return presence;
}

ServerFrame read_typing(Fields& fields) {
    return Typing{fields.id<domain::ChatId>("chat"), fields.id<domain::UserId>("user"),
                  fields.flag("on"), fields.optional_text("kind").value_or("text")};
}

ServerFrame read_state(Fields& fields) {
    return StateChanged{fields.id<domain::ChatId>("chat"), read_kept_state(fields),
                        fields.optional_text("ref")};
}

ServerFrame read_request(Fields& fields) {
    return RequestChange{fields.id<domain::ChatId>("chat"), fields.id<domain::UserId>("user"),
                         fields.text("status")};
}

ServerFrame read_chat_change(Fields& fields) {
    ChatChange change;
    change.chat = fields.id<domain::ChatId>("chat");
    change.seq = read_optional_seq(fields, "seq").value_or(domain::Seq{});
    change.event = read_chat_event(fields);
    return change;
}

ServerFrame read_media(Fields& fields) {
    return MediaStatus{fields.id<domain::MediaId>("media"), fields.text("status")};
}

ServerFrame read_error(Fields& fields) {
    Refusal refusal;
    const auto status = fields.optional_number("status").value_or(400);
    refusal.error = read_problem(fields, static_cast<int>(status));
    refusal.ref = fields.optional_text("ref");
    refusal.client_id = fields.optional_id<domain::ClientId>("client_id");
    return refusal;
}

ServerFrame read_goodbye(Fields& fields) {
    Goodbye goodbye;
    goodbye.reason = fields.optional_text("reason").value_or("");
    const auto wait = fields.optional_number("reconnect_after_ms").value_or(0);
    goodbye.reconnect_after = std::chrono::milliseconds(wait);
    return goodbye;
}

ServerFrame read_pong(Fields& fields) {
    return Pong{fields.optional_integer("n")};
}

struct FrameType {
    std::string_view name;
    ServerFrame (*read)(Fields&);
};

constexpr std::array<FrameType, 14> frame_types = {{
    {"message", read_message_frame},
    {"sent", read_sent_frame},
    {"receipt", read_receipt},
    {"presence", read_presence_frame},
    {"typing", read_typing},
    {"chat", read_chat_change},
    {"state", read_state},
    {"request", read_request},
    {"pong", read_pong},
    {"welcome", read_welcome},
    {"synced", read_synced},
    {"media", read_media},
    {"error", read_error},
    {"goodbye", read_goodbye},
}};

}  // namespace

Result<ServerFrame> parse_server_frame(std::string_view text) {
    std::array<unsigned char, 4096> scratch;
    boost::json::monotonic_resource memory(scratch.data(), scratch.size());
    const auto value = protocol::parse_json_object(text, &memory);
    if (!value) return std::unexpected(unintelligible(value.error()));
    Fields fields(value->get_object());
    const auto type = fields.text("type");
    for (const auto& known : frame_types) {
        if (known.name != type) continue;
        auto frame = known.read(fields);
        if (fields.problem()) return std::unexpected(unintelligible(*fields.problem()));
        return frame;
    }
    if (fields.problem()) return std::unexpected(unintelligible(*fields.problem()));
    return UnknownFrame{};
}

}  // namespace banter::client
