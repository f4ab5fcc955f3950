#pragma once

#include <string>

#include "load/histogram.hpp"

namespace banter::load {

// How long this disk takes, at this moment, to make 4 KiB durable: appends and fdatasyncs in a
// file of its own in `folder`, for about `duration`. Throws std::runtime_error.
Histogram probe_disk(const std::string& folder, nanoseconds duration);

}  // namespace banter::load
