#pragma once

#include <span>
#include <string>
#include <string_view>

#include "protocol/websocket.hpp"

// What holds for all endpoints and frames, in words.
namespace banter::gateway::reference {

struct Rule {
    std::string_view title;
    std::string_view text;
};
std::span<const Rule> rules();

// The same, one after the other.
std::string rules_as_text();

// With what a WebSocket may be closed, and what a client does then.
struct Closing {
    protocol::websocket::CloseCode code;
    std::string_view meaning;
};
std::span<const Closing> closings();

}  // namespace banter::gateway::reference
