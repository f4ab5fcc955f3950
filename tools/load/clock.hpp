#pragma once

#include <chrono>

namespace banter::load {

// What every latency is measured with: monotonic, the same in all processes of the machine.
using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

inline nanoseconds of_seconds(double seconds) {
    return nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}
inline double seconds_of(nanoseconds span) { return static_cast<double>(span.count()) / 1e9; }

}  // namespace banter::load
