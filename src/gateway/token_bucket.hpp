#pragma once

#include <algorithm>
#include <chrono>

#include "base/time.hpp"

namespace banter::gateway {

// Lets `rate` things a second pass, and `burst` at once after a pause.
class TokenBucket {
public:
    TokenBucket(double rate, double burst) : rate_(rate), burst_(burst), tokens_(burst) {}

    // Zero: passed. Else how long to wait until one would.
    std::chrono::milliseconds take(base::Steady now) {
        if (last_ != base::Steady{}) {
            const std::chrono::duration<double> passed = now - last_;
            tokens_ = std::min(burst_, tokens_ + passed.count() * rate_);
        }
        last_ = now;
        if (tokens_ >= 1) {
            tokens_ -= 1;
            return std::chrono::milliseconds(0);
        }
        const double seconds = (1 - tokens_) / rate_;
        return std::chrono::milliseconds(std::max<long>(1, static_cast<long>(seconds * 1000)));
    }

private:
    double rate_;
    double burst_;
    double tokens_;
    base::Steady last_{};
};

}  // namespace banter::gateway
