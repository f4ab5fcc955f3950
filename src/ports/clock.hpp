#pragma once

#include "base/time.hpp"

namespace banter::ports {

// Where every service takes its time from. Any thread.
class Clock {
public:
    virtual ~Clock() = default;

    virtual base::Timestamp now() const = 0;  // wall clock; may jump
    virtual base::Steady steady() const = 0;  // never goes back
};

}  // namespace banter::ports
