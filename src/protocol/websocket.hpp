#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

// The framing of WebSocket messages, RFC 6455 §5, without any I/O: for the server's sessions and
// for the clients of this project.
namespace banter::protocol::websocket {

enum class Opcode : std::uint8_t {
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xA,
};

// RFC 6455 §7.4.1, and the project's own of protocol.md ("Closing").
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    unsupported_data = 1003,
    no_status = 1005,  // never on the wire
    invalid_payload = 1007,
    message_too_big = 1009,
    no_hello = 4001,
    silence = 4002,
    slow_reader = 4008,
    overloaded = 4012,
    draining = 4013,
    unauthorised = 4500,
    revoked = 4501,
    wrong_protocol = 4502,
};

enum class Side { server, client };

// What arrived. The views live until the visitor returns.
struct TextMessage {
    std::string_view text;  // UTF-8
};
struct Ping {
    std::string_view payload;
};
struct Pong {
    std::string_view payload;
};
struct Close {
    CloseCode code = CloseCode::no_status;
    std::string_view reason;
};
// The peer broke the protocol: fail the connection with this code (RFC 6455 §7.1.7).
struct Violation {
    CloseCode code;
    std::string_view reason;
};

using Event = std::variant<TextMessage, Ping, Pong, Close, Violation>;

// Cuts a byte stream into events. Belongs to one connection and one thread.
class Decoder {
public:
    // The visitor returns false to stop; the rest of the bytes is then dropped.
    using Visitor = std::function<bool(const Event&)>;

    Decoder(Side side, std::size_t max_message_bytes) : side_(side), max_(max_message_bytes) {}

    // Consumes `bytes`, unmasking in place, and calls `visit` for each event in order. After a
    // Violation or a Close nothing more is visited.
    void feed(std::span<char> bytes, const Visitor& visit);

    // Bytes kept from incomplete frames and messages.
    std::size_t buffered() const { return carry_.size() + message_.size(); }

private:
    struct Header;
    std::size_t parse(std::span<char> bytes, const Visitor& visit);
    bool parse_header(std::span<const char> bytes, Header& header, const Visitor& visit);
    bool check_header(const Header& header, const Visitor& visit);
    bool accept_frame(const Header& header, std::string_view payload, const Visitor& visit);
    bool accept_data(const Header& header, std::string_view payload, const Visitor& visit);
    bool accept_close(std::string_view payload, const Visitor& visit);
    bool violation(CloseCode code, std::string_view reason, const Visitor& visit);

    Side side_;
    std::size_t max_;
    std::string carry_;    // the start of an incomplete frame
    std::string message_;  // the fragments so far of an incomplete message
    bool in_message_ = false;
    bool finished_ = false;
};

// Appends one unfragmented frame as a server sends it.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);
// Appends one unfragmented frame as a client sends it, masked by `key` (RFC 6455 §5.3).
void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload,
                         std::uint32_t key);
// The payload of a close frame; `reason` is cut to the 123 bytes that fit.
std::string close_payload(CloseCode code, std::string_view reason);

// RFC 6455 §4.2.2: the Sec-WebSocket-Accept value for a Sec-WebSocket-Key.
std::string accept_key(std::string_view key);

}  // namespace banter::protocol::websocket
