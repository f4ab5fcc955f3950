#pragma once

#include <sodium.h>

#include "ports/clock.hpp"
#include "ports/random.hpp"

namespace banter::app {

// The machine's clocks.
class SystemClock final : public ports::Clock {
public:
    base::Timestamp now() const override {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(
            std::chrono::system_clock::now());
    }
    base::Steady steady() const override { return std::chrono::steady_clock::now(); }
};

// The kernel's randomness, by libsodium.
class SystemRandom final : public ports::Random {
public:
    void fill(std::span<std::uint8_t> bytes) override {
        randombytes_buf(bytes.data(), bytes.size());
    }
};

}  // namespace banter::app
