#pragma once

#include "ports/random.hpp"

namespace banter::client {

// The operating system's randomness. Throws std::runtime_error when there is none.
class SystemRandom : public ports::Random {
public:
    SystemRandom();
    void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace banter::client
