#pragma once

#include <boost/json/fwd.hpp>
#include <chrono>
#include <string_view>
#include <variant>

#include "client/error.hpp"
#include "client/types.hpp"

// What the server says over the WebSocket, as a client reads it (protocol.md, "WebSocket").
namespace banter::client {

struct Limits {
    std::size_t window = 64;           // unacknowledged messages of a backlog
    std::size_t text_bytes = 65536;    // of one message's text
    std::size_t frame_bytes = 262144;  // of one frame of the client's
};

struct Welcome {
    domain::UserId user;
    domain::DeviceId device;
    std::string session;
    base::Timestamp server_time;
    std::chrono::milliseconds heartbeat{30'000};
    Limits limits;
};
struct Synced {
    std::uint64_t chats = 0;
    std::uint64_t messages = 0;
};
struct Sent {
    domain::ClientId client_id;
    domain::ChatId chat;
    domain::Seq seq;
    domain::MessageId message_id;
    base::Timestamp at;
};
struct Receipt {
    domain::ChatId chat;
    domain::UserId user;
    std::optional<domain::Seq> delivered;
    std::optional<domain::Seq> read;
    base::Timestamp at;
};
struct Typing {
    domain::ChatId chat;
    domain::UserId user;
    bool on = false;
    std::string kind = "text";  // text, recording
};
// How the user keeps a chat: changed on one of his devices. `ref`: of the change, when it came
// from this connection.
struct StateChanged {
    domain::ChatId chat;
    KeptState kept;
    std::optional<std::string> ref;
};
// Somebody asks to be let into a group that the user manages, or what became of his own asking.
struct RequestChange {
    domain::ChatId chat;
    domain::UserId user;
    std::string status;  // open, accepted, refused
};
struct ChatChange {
    domain::ChatId chat;
    domain::Seq seq;
    ChatEvent event;
};
struct MediaStatus {
    domain::MediaId media;
    std::string status;
};
struct Refusal {
    Error error;
    std::optional<std::string> ref;
    std::optional<domain::ClientId> client_id;
};
struct Goodbye {
    std::string reason;
    std::chrono::milliseconds reconnect_after{0};
};
struct Pong {
    std::optional<std::int64_t> n;
};
// A type of a later version: skipped.
struct UnknownFrame {};

using ServerFrame =
    std::variant<UnknownFrame, Welcome, Synced, Sent, Message, Receipt, Presence, Typing,
                 ChatChange, StateChanged, RequestChange, MediaStatus, Refusal, Goodbye, Pong>;

// `unintelligible` when a frame of a known type lacks what protocol.md promises.
Result<ServerFrame> parse_server_frame(std::string_view text);

}  // namespace banter::client
