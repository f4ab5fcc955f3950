#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "domain/ids.hpp"
#include "domain/message.hpp"
#include "domain/personal_state.hpp"
#include "domain/typing.hpp"

// What a client says over the WebSocket, parsed and checked as far as the frame alone allows.
namespace banter::protocol {

enum class Since { start, undelivered };

struct Hello {
    std::string token;  // empty: the upgrade request authenticated
    std::string client;
    std::string platform;
    Since since = Since::start;
};
struct Send {
    domain::ClientId client_id;
    domain::ChatId chat;
    domain::Content content;
};
struct Received {
    domain::ChatId chat;
    domain::Seq seq;
};
struct Read {
    domain::ChatId chat;
    domain::Seq seq;
};
struct Typing {
    domain::ChatId chat;
    bool on = false;
    domain::TypingKind kind = domain::TypingKind::text;
};
struct Watch {
    std::vector<domain::UserId> users;
};
struct Unwatch {
    std::vector<domain::UserId> users;
};
struct State {
    domain::ChatId chat;
    domain::PersonalStateChange change;
};
struct PingFrame {
    std::optional<std::int64_t> n;
};

using ClientFrame =
    std::variant<Hello, Send, Received, Read, Typing, Watch, Unwatch, State, PingFrame>;

struct FrameLimits {
    std::size_t text_bytes = 65536;
    std::size_t watched_users = 500;
};

struct ParsedFrame {
    std::optional<std::string> ref;             // to repeat in the answer
    std::optional<domain::ClientId> client_id;  // of a `send`, to repeat in its error
    base::Result<ClientFrame> frame;
};

// Never throws; a frame that cannot be understood is `invalid` and says why.
ParsedFrame parse_client_frame(std::string_view text, const FrameLimits& limits);

class Fields;
// The content members of a send, also as the body of POST /v1/chats/{id}/messages.
domain::Content read_content(Fields& fields, const FrameLimits& limits);
// What of a state is to change, also as the body of PATCH /v1/chats/{id}/state.
domain::PersonalStateChange read_state_change(Fields& fields);

}  // namespace banter::protocol
