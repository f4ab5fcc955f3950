#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/ids.hpp"
#include "domain/message.hpp"
#include "domain/personal_state.hpp"
#include "domain/typing.hpp"
#include "domain/watermark.hpp"

// What the server says over the WebSocket. Each function returns one JSON object as text.
namespace banter::protocol {

struct Welcome {
    domain::UserId user;
    domain::DeviceId device;
    std::string session;
    base::Timestamp server_time;
    std::chrono::milliseconds heartbeat{0};
    std::size_t window = 0;
    std::size_t text_bytes = 0;
    std::size_t frame_bytes = 0;
};

struct Sent {
    domain::ClientId client_id;
    domain::ChatId chat;
    domain::Seq seq;
    domain::MessageId message_id;
    base::Timestamp at;
    bool repeated = false;  // an earlier try was accepted; not on the wire
};

struct Receipt {
    domain::ChatId chat;
    domain::UserId user;
    std::optional<domain::Seq> delivered;
    std::optional<domain::Seq> read;
    base::Timestamp at;
};

// What a user keeps of a chat. `at`: of its last change; 1970 when there was none.
struct StateFrame {
    domain::ChatId chat;
    domain::PersonalState state;
    base::Timestamp at;
};

struct PresenceFrame {
    domain::UserId user;
    std::string_view status;  // online, offline, hidden
    std::optional<base::Timestamp> last_seen;
};

// A request to be let into a group, or what became of it.
struct RequestFrame {
    domain::ChatId chat;
    domain::UserId user;
    std::string_view status;  // open, accepted, refused
    base::Timestamp at;
};

struct ErrorFrame {
    base::Problem problem;
    std::optional<std::string> ref;
    std::optional<domain::ClientId> client_id;
};

using Ref = std::optional<std::string>;

std::string encode_welcome(const Welcome& welcome, const Ref& ref);
std::string encode_synced(std::size_t chats, std::size_t messages);
std::string encode_sent(const Sent& sent, const Ref& ref);
// `for_sender`: with the client_id, for the sender's own devices.
std::string encode_message(const domain::Message& message, bool for_sender);
// The `chat` frame that goes before the event message `message`.
std::string encode_chat_change(const domain::Message& message);
std::string encode_receipt(const Receipt& receipt);
std::string encode_state(const StateFrame& state, const Ref& ref);
std::string encode_presence(const PresenceFrame& presence);
std::string encode_typing(domain::ChatId chat, domain::UserId user, bool on,
                          domain::TypingKind kind);
std::string encode_request(const RequestFrame& request);
std::string encode_error(const ErrorFrame& error);
std::string encode_goodbye(std::string_view reason, std::chrono::milliseconds reconnect_after);
std::string encode_pong(std::optional<std::int64_t> n, const Ref& ref);

class JsonObject;
void write_permissions(JsonObject& object, const domain::Permissions& permissions);
// The path of the picture that has this version; 0: null.
void write_picture(JsonObject& object, domain::ChatId chat, std::uint64_t version);
// The members of a message as `message` frames and history items carry them.
void write_message(JsonObject& object, const domain::Message& message, bool for_sender);
// The members of a state as `state` frames and chats carry them.
void write_state(JsonObject& object, const domain::PersonalState& state, base::Timestamp at);

}  // namespace banter::protocol
