#pragma once

#include <mutex>
#include <random>

#include "ports/random.hpp"

namespace banter::adapters::memory {

// The same numbers for the same seed, so that a test repeats. Never for a real server.
class SeededRandom : public ports::Random {
public:
    explicit SeededRandom(std::uint64_t seed = 1) : engine_(seed) {}

    void fill(std::span<std::uint8_t> bytes) override {
        const std::lock_guard lock(mutex_);
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(engine_());
    }

private:
    std::mutex mutex_;
    std::mt19937_64 engine_;
};

}  // namespace banter::adapters::memory
