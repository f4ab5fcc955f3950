#include "gateway/reference/asyncapi.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "protocol/json_writer.hpp"

namespace banter::gateway::reference {
namespace {

using protocol::JsonObject;

constexpr std::array<FrameDescription, 22> frame_table = {{
    {"hello", true, "token? client? platform? since? ref?", "First frame, within 5 s"},
    {"send", true, "client_id chat kind text? media? reply_to? ref?", "Send a message"},
    {"received", true, "chat seq ref?", "This device has everything up to seq"},
    {"read", true, "chat seq ref?", "The user has read everything up to seq"},
    {"typing", true, "chat on kind? ref?", "The user types or records, or stopped"},
    {"watch", true, "users ref?", "Tell presence of these users, now and on change"},
    {"unwatch", true, "users ref?", "No longer"},
    {"state", true, "chat muted_until? pinned? archived? draft? ref?",
     "Change what the user keeps of the chat for himself"},
    {"ping", true, "n? ref?", "Heartbeat"},
    {"welcome", false, "user device session server_time heartbeat_ms limits ref?",
     "The hello was accepted"},
    {"sent", false, "client_id chat seq message_id at ref?",
     "The message is durable and has its place"},
    {"message", false,
     "chat seq message_id sender kind text? media? reply_to? event? at client_id?",
     "A message of a chat, in order, each seq once"},
    {"receipt", false, "chat user delivered? read? at", "Marks of a member moved"},
    {"synced", false, "chats messages", "The backlog is through; from here on all is live"},
    {"presence", false, "user status last_seen?", "Online, offline or hidden"},
    {"typing", false, "chat user on kind?", "A member types or records, or stopped"},
    {"state", false, "chat muted_until pinned archived draft at ref?",
     "What the user keeps of the chat, on all his devices"},
    {"chat", false,
     "chat change seq sender users? title? role? description? picture? permissions? join_approval?",
     "The chat changed; its event message follows"},
    {"request", false, "chat user status at",
     "A request to join, to the group's admins (open), or what became of it, to who asked"},
    {"pong", false, "n? ref?", "Answer to ping"},
    {"error", false, "code title status detail retry_after_ms? client_id? ref?",
     "A frame was refused; the session stays"},
    {"goodbye", false, "reason reconnect_after_ms", "The server closes this socket in order"},
}};

std::vector<std::string_view> split(std::string_view fields) {
    std::vector<std::string_view> result;
    while (!fields.empty()) {
        const std::size_t space = fields.find(' ');
        result.push_back(fields.substr(0, space));
        fields = space == std::string_view::npos ? std::string_view() : fields.substr(space + 1);
    }
    return result;
}

std::string message_name(const FrameDescription& frame) {
    return std::string(frame.from_client ? "client_" : "server_") + std::string(frame.type);
}

std::string_view schema_of(std::string_view field) {
    constexpr std::array<std::string_view, 10> numbers = {
        "seq",      "reply_to", "heartbeat_ms",   "delivered",         "read", "chats",
        "messages", "n",        "retry_after_ms", "reconnect_after_ms"};
    if (field == "on" || field == "pinned" || field == "archived" || field == "join_approval") {
        return R"({"type":"boolean"})";
    }
    if (field == "muted_until") return R"({"type":["string","null"]})";
    if (field == "users") return R"({"type":"array","items":{"type":"string"}})";
    if (field == "picture") return R"({"type":["string","null"]})";
    if (field == "limits" || field == "event" || field == "permissions")
        return R"({"type":"object"})";
    if (std::ranges::find(numbers, field) != numbers.end()) return R"({"type":"integer"})";
    if (field == "status") return R"({"type":["string","integer"]})";
    return R"({"type":"string"})";
}

void write_payload(JsonObject& payload, const FrameDescription& frame) {
    payload.text("type", "object");
    std::vector<std::string_view> required = {"type"};
    {
        JsonObject properties(payload.open("properties"));
        {
            JsonObject type(properties.open("type"));
            type.text("const", frame.type);
        }
        for (auto field : split(frame.fields)) {
            const bool optional = field.ends_with('?');
            if (optional) field.remove_suffix(1);
            if (!optional) required.push_back(field);
            properties.raw(field, schema_of(field));
        }
    }
    protocol::append_json_array(
        payload.open("required"), required,
        [](std::string& out, std::string_view name) { protocol::append_json_string(out, name); });
}

void write_messages(JsonObject& messages) {
    for (const auto& frame : frames()) {
        JsonObject message(messages.open(message_name(frame)));
        message.text("name", frame.type).text("summary", frame.summary);
        JsonObject payload(message.open("payload"));
        write_payload(payload, frame);
    }
}

void write_operation(JsonObject& operations, std::string_view name, bool from_client) {
    JsonObject operation(operations.open(name));
    operation.text("action", from_client ? "receive" : "send");
    operation.raw("channel", R"({"$ref":"#/channels/session"})");
    std::vector<std::string> references;
    for (const auto& frame : frames()) {
        if (frame.from_client == from_client) {
            references.push_back("#/channels/session/messages/" + message_name(frame));
        }
    }
    protocol::append_json_array(operation.open("messages"), references,
                                [](std::string& out, const std::string& reference) {
                                    JsonObject object(out);
                                    object.text("$ref", reference);
                                });
}

}  // namespace

std::span<const FrameDescription> frames() {
    return frame_table;
}

std::string asyncapi(const std::string& version) {
    std::string out;
    {
        JsonObject document(out);
        document.text("asyncapi", "3.0.0");
        {
            JsonObject info(document.open("info"));
            info.text("title", "Banter WebSocket").text("version", version);
        }
        {
            JsonObject channels(document.open("channels"));
            JsonObject session(channels.open("session"));
            session.text("address", "/v1/ws");
            JsonObject messages(session.open("messages"));
            write_messages(messages);
        }
        JsonObject operations(document.open("operations"));
        write_operation(operations, "from_client", true);
        write_operation(operations, "from_server", false);
    }
    return out;
}

}  // namespace banter::gateway::reference
