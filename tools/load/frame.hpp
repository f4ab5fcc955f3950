#pragma once

#include <string_view>

#include "load/content.hpp"

namespace banter::load {

// The members of a server frame that the load tools look at; strings of ids and names are plain,
// `text`, `event` and `users` are raw JSON. Views into the frame.
struct Frame {
    std::string_view type;
    std::string_view chat;
    std::string_view client_id;
    std::string_view message_id;
    std::string_view sender;
    std::string_view kind;
    std::string_view user;
    std::string_view code;
    std::string_view text;
    std::string_view event;
    Seq seq = 0;
    Seq delivered = 0;
    Seq read = 0;
    std::int64_t retry_after_ms = 0;
};

Frame read_frame(std::string_view json);

// RFC 6455 §5.2: with the header of a frame of the server, or of one of a client (masked).
std::size_t wire_size(std::size_t payload, bool masked);

}  // namespace banter::load
