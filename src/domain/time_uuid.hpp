#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "domain/ids.hpp"

namespace banter::domain {

// The 60-bit time of a TimeUUID: intervals of 100 ns since 1582-10-15 (RFC 9562 §5.1).
using UuidTicks = std::uint64_t;

UuidTicks ticks_at(base::Timestamp time);
UuidTicks ticks_of(const MessageId& id);

// `node`: 48 bits that tell two ids of the same tick apart.
MessageId make_time_uuid(UuidTicks ticks, std::uint64_t node);

}  // namespace banter::domain
