#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace banter::base {

// Wall-clock time, UTC, in milliseconds since 1970.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

// Steady time in nanoseconds since an arbitrary start; for durations and deadlines.
using Steady = std::chrono::steady_clock::time_point;

// RFC 3339, UTC, milliseconds: "2026-01-31T12:00:00.000Z".
std::string format_rfc3339(Timestamp time);
// RFC 3339 §5.6, with any offset; what is finer than a millisecond is cut off.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace banter::base
