#pragma once

#include <array>
#include <cstdint>

namespace banter::ports {

// What is kept of a secret: its BLAKE2b-256. The secret itself never reaches a directory.
using TokenHash = std::array<std::uint8_t, 32>;

}  // namespace banter::ports
