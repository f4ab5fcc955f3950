#pragma once

#include <atomic>
#include <chrono>

#include "ports/clock.hpp"

namespace banter::adapters::memory {

// A clock that stands still until it is moved. Starts at 2026-01-01T00:00:00Z. Any thread.
class ManualClock : public ports::Clock {
public:
    base::Timestamp now() const override {
        return base::Timestamp(std::chrono::milliseconds(wall_ms_.load()));
    }
    base::Steady steady() const override {
        return base::Steady(std::chrono::milliseconds(steady_ms_.load()));
    }

    void advance(std::chrono::milliseconds by) {
        wall_ms_ += by.count();
        steady_ms_ += by.count();
    }

    // Moves the wall clock only, as when an operator corrects it.
    void jump(std::chrono::milliseconds by) { wall_ms_ += by.count(); }

private:
    std::atomic<std::int64_t> wall_ms_{1'767'225'600'000};
    std::atomic<std::int64_t> steady_ms_{1'000'000};
};

}  // namespace banter::adapters::memory
