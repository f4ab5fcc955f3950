#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "ports/random.hpp"

namespace banter::client {

// Full jitter: attempt n waits a uniformly random part of `first` doubled n times, at most `most`.
// So the clients of a restarted server do not come back in step.
class ReconnectDelay {
public:
    using Milliseconds = std::chrono::milliseconds;

    ReconnectDelay(Milliseconds first, Milliseconds most) : first_(first), most_(most) {}

    Milliseconds next(ports::Random& random) {
        const std::int64_t factor = std::int64_t{1} << std::min(attempts_, max_doublings);
        const auto ceiling = std::min<Milliseconds>(most_, first_ * factor);
        ++attempts_;
        std::uint64_t number = 0;
        random.fill({reinterpret_cast<std::uint8_t*>(&number), sizeof number});
        return Milliseconds(
            static_cast<std::int64_t>(number % (static_cast<std::uint64_t>(ceiling.count()) + 1)));
    }

    // After a connection that worked.
    void reset() { attempts_ = 0; }

private:
    static constexpr int max_doublings = 20;

    Milliseconds first_;
    Milliseconds most_;
    int attempts_ = 0;
};

}  // namespace banter::client
