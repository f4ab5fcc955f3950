#include "gateway/reference/rules.hpp"

#include <array>

namespace banter::gateway::reference {
namespace {

using protocol::websocket::CloseCode;

constexpr std::array rule_table = {
    Rule{"JSON",
         "Bodies and frames are JSON objects in UTF-8. Members that the server does not know are"
         " ignored, and a member that is null counts as missing unless null is among its types; "
         "clients skip members, frame types"
         " and message kinds that they do not know. Text is any Unicode, NUL included, and comes"
         " back as it was sent; a lone surrogate is invalid."},
    Rule{"Ids",
         "Ids are strings. Users and devices are decimal numbers of 63 bits; all others are UUIDs,"
         " written in lower case and read in either case (RFC 9562). A message_id is a time-based"
         " UUID that rises with seq; a client_id is made by the client, a new one for each thing"
         " it sends and the same one for each try."},
    Rule{"Times", "RFC 3339, written in UTC to the millisecond, read with any offset."},
    Rule{"Errors",
         "Over HTTP a problem document (RFC 9457), over the WebSocket a frame of type error with"
         " the same members, and with the ref and client_id of the frame it answers. Programs go"
         " by code; detail is for people. rate_limited and overloaded say in retry_after_ms (and"
         " Retry-After) when to try again. What the caller may not see is not_found; what he sees"
         " but may not do is forbidden. Any address answers method_not_allowed, with Allow, to a"
         " method it does not take, and any path without endpoint not_found."},
    Rule{"Signing in",
         "Authorization: Bearer with the access token, or for browsers the cookie __Host-banter"
         " that POST /v1/sessions sets for an allowed Origin. A request of another Origin is"
         " forbidden. Access tokens end soon: exchange the refresh token for a new pair before;"
         " the old pair works until a token of the new one is used, later use revokes the device."
         " An open WebSocket outlives its token, not its device."},
    Rule{"Pages",
         "Lists take limit (1 to 200, default 50) and one of after and before, and answer items,"
         " next and previous: give next as after and previous as before to go on; null is an end."
         " They are opaque, except for messages, where they are seqs, exclusive."},
    Rule{"Limits",
         "A client frame is one text message of at most limits.frame_bytes bytes (see welcome;"
         " 256 KiB unless configured). A server frame exceeds 256 KiB only for a text of control"
         " characters, each of which JSON writes with six bytes. Any frame counts as heartbeat,"
         " WebSocket pings do not: send one every heartbeat_ms."},
    Rule{"Streams",
         "Of each chat, a socket gets message and sent in the order of seq, without gaps, each"
         " once. Acknowledge with received; what a device has not acknowledged comes again at its"
         " next hello, up to limits.window messages at a time."},
};

constexpr std::array closing_table = {
    Closing{CloseCode::normal, "The answer to the client's own close"},
    Closing{CloseCode::going_away, "The server goes away; reconnect"},
    Closing{CloseCode::protocol_error, "The client broke RFC 6455"},
    Closing{CloseCode::unsupported_data, "The client sent a binary message"},
    Closing{CloseCode::invalid_payload, "The client sent text that is not UTF-8"},
    Closing{CloseCode::message_too_big, "The client sent a frame above limits.frame_bytes"},
    Closing{CloseCode::no_hello, "No hello came within 5 s; reconnect"},
    Closing{CloseCode::silence, "Nothing was heard for 60 s; reconnect"},
    Closing{CloseCode::slow_reader, "The client read too slowly; reconnect"},
    Closing{CloseCode::overloaded, "The server cannot serve this session now; reconnect"},
    Closing{CloseCode::draining, "The server restarts; reconnect after what goodbye said"},
    Closing{CloseCode::unauthorised, "The token is no good: sign in; do not reconnect with it"},
    Closing{CloseCode::revoked, "The device was signed out: sign in; do not reconnect"},
    Closing{CloseCode::wrong_protocol, "No hello first, or a second one; do not reconnect"},
};

}  // namespace

std::span<const Rule> rules() {
    return rule_table;
}

std::string rules_as_text() {
    std::string text;
    for (const auto& rule : rule_table) {
        if (!text.empty()) text += "\n\n";
        text.append(rule.title).append(": ").append(rule.text);
    }
    return text;
}

std::span<const Closing> closings() {
    return closing_table;
}

}  // namespace banter::gateway::reference
