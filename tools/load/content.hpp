#pragma once

#include <cstdint>
#include <string_view>

namespace banter::load {

using Seq = std::uint64_t;  // of a message in its chat, from 1; 0 is none

// 64-bit hashes to compare contents by; fast, not for secrets.
std::uint64_t digest(std::string_view text);
std::uint64_t combine(std::uint64_t one, std::uint64_t other);

// What every receiver must find the same, and the sender can compute from its ack.
std::uint64_t content_digest(std::string_view message_id, std::string_view sender,
                             std::string_view kind, std::string_view text);

}  // namespace banter::load
