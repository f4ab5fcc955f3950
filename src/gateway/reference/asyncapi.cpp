#include "gateway/reference/asyncapi.hpp"

#include <array>
#include <vector>

#include "gateway/reference/rules.hpp"
#include "gateway/reference/schemas.hpp"
#include "protocol/json_writer.hpp"

namespace banter::gateway::reference {
namespace {

using protocol::JsonObject;

constexpr bool client = true;
constexpr bool server = false;

constexpr std::array frame_table = {
    FrameDescription{"hello", client,
                     "token?:token client?:text platform?:text since?:'start'|'undelivered'"
                     " ref?:ref",
                     "First frame, within 5 s. token: unless the upgrade request had one. since:"
                     " whether a new device gets all history (start) or begins where the user's"
                     " devices stand (undelivered)"},
    FrameDescription{"send", client, "client_id:uuid chat:uuid ...Content ref?:ref",
                     "Send a message; the answer is sent, or error with the client_id"},
    FrameDescription{"received", client, "chat:uuid seq:mark ref?:ref",
                     "This device has everything up to seq"},
    FrameDescription{"read", client, "chat:uuid seq:mark ref?:ref",
                     "The user has read everything up to seq"},
    FrameDescription{"typing", client, "chat:uuid on:flag kind?:TypingKind ref?:ref",
                     "The user types or records, or stopped; say it again within 6 s"},
    FrameDescription{"watch", client, "users?:[id] ref?:ref",
                     "Tell presence of these users, now and on change; at most 500 in all"},
    FrameDescription{"unwatch", client, "users?:[id] ref?:ref", "No longer"},
    FrameDescription{"state", client, "chat:uuid ...StateChange ref?:ref",
                     "Change what the user keeps of the chat for himself; the answer is state"},
    FrameDescription{"ping", client, "n?:integer ref?:ref", "Heartbeat; the answer is pong"},
    FrameDescription{"welcome", server,
                     "user:id device:id session:uuid server_time:time heartbeat_ms:milliseconds"
                     " limits:Limits ref?:ref",
                     "The hello was accepted; the backlog follows"},
    FrameDescription{"sent", server, "...Sent ref?:ref",
                     "The message is durable and has its place"},
    FrameDescription{"message", server, "...Message",
                     "A message of a chat, in order, each seq once"},
    FrameDescription{"receipt", server, "chat:uuid user:id delivered?:mark read?:mark at:time",
                     "The marks of a member moved past messages of this user"},
    FrameDescription{"synced", server, "chats:count messages:count",
                     "The backlog is through; from here on all is live"},
    FrameDescription{"presence", server, "...Presence", "Of a watched user, now and on change"},
    FrameDescription{"typing", server, "chat:uuid user:id on:flag kind?:TypingKind",
                     "A member types or records, or stopped; kind: text unless said"},
    FrameDescription{"state", server, "chat:uuid ...Personal at:time ref?:ref",
                     "What the user keeps of the chat, to all his devices"},
    FrameDescription{"chat", server, "chat:uuid seq:seq sender:id ...Event",
                     "The chat changed; its event message follows"},
    FrameDescription{"request", server,
                     "chat:uuid user:id status:'open'|'accepted'|'refused' at:time",
                     "A request to join, to the group's admins (open), or what became of it, to"
                     " who asked"},
    FrameDescription{"pong", server, "n?:integer ref?:ref", "Answer to ping"},
    FrameDescription{"error", server, "...Refusal client_id?:uuid ref?:ref",
                     "A frame was refused; the session stays"},
    FrameDescription{"goodbye", server, "reason:text reconnect_after_ms:milliseconds",
                     "The server closes this socket in order"},
};

std::string message_name(const FrameDescription& frame) {
    return std::string(frame.from_client ? "client_" : "server_") + std::string(frame.type);
}

void write_messages(JsonObject& messages, UsedNames& used) {
    for (const auto& frame : frames()) {
        JsonObject message(messages.open(message_name(frame)));
        message.text("name", frame.type).text("summary", frame.summary);
        message.text("contentType", "application/json");
        write_object_schema(message.open("payload"), parse_members(frame.members.text), used,
                            frame.type);
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
    UsedNames used;
    std::string out;
    {
        JsonObject document(out);
        document.text("asyncapi", "3.1.0");
        {
            JsonObject info(document.open("info"));
            info.text("title", "Banter WebSocket").text("version", version);
            info.text("description", rules_as_text());
        }
        document.text("defaultContentType", "application/json");
        {
            JsonObject channels(document.open("channels"));
            JsonObject session(channels.open("session"));
            session.text("address", "/v1/ws");
            session.text("description", "A WebSocket; subprotocol banter.v1.json, or none");
            session.raw("bindings", R"({"ws":{"method":"GET"}})");
            JsonObject messages(session.open("messages"));
            write_messages(messages, used);
        }
        {
            JsonObject operations(document.open("operations"));
            write_operation(operations, "from_client", client);
            write_operation(operations, "from_server", server);
        }
        JsonObject components(document.open("components"));
        write_named_schemas(components.open("schemas"), std::move(used));
    }
    return out;
}

}  // namespace banter::gateway::reference
