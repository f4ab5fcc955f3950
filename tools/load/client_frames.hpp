#pragma once

#include <string>
#include <string_view>

#include "load/content.hpp"

// What the load tools say over a WebSocket (protocol.md). Ids are plain, texts any UTF-8.
namespace banter::load {

std::string hello_frame(std::string_view token, std::string_view since = "start");
std::string send_frame(std::string_view client_id, std::string_view chat, std::string_view text);
std::string received_frame(std::string_view chat, Seq seq);
std::string read_mark_frame(std::string_view chat, Seq seq);
std::string ping_frame();

// A UUID (RFC 9562 version 4 by its looks) that carries `index` (below 2^48) in its last group and
// `run` in the others, so that an answer leads back to its send.
std::string client_id_of(std::uint64_t run, std::uint64_t index);
std::uint64_t index_of_client_id(std::string_view client_id);

}  // namespace banter::load
