#pragma once

#include <cmath>
#include <cstdint>

namespace banter::load {

// splitmix64 (Steele, Lea, Flood 2014): small, fast and the same on every machine, so that a seed
// names a run. Not for secrets.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    // 0 <= result < bound, bound > 0.
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }
    // 0 <= result < 1.
    double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
    bool chance(double probability) { return unit() < probability; }
    // Exponentially distributed.
    double exponential(double mean) { return -mean * std::log(1.0 - unit()); }

private:
    std::uint64_t state_;
};

}  // namespace banter::load
