#pragma once

#include <cstdint>
#include <string_view>

namespace banter::simulation {

// The chance of a run: the same numbers for the same seed (SplitMix64).
class Dice {
public:
    explicit Dice(std::uint64_t seed)
        : state_(seed * 0x9E3779B97F4A7C15ULL + 0x5851F42D4C957F2DULL) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }

    // low … high, both inclusive.
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
    }

    // True `parts` times of `of`.
    bool chance(std::int64_t parts, std::int64_t of) { return between(0, of - 1) < parts; }

    template <class List>
    auto& pick(List& list) {
        return list[static_cast<std::size_t>(
            between(0, static_cast<std::int64_t>(list.size()) - 1))];
    }

private:
    std::uint64_t state_;
};

}  // namespace banter::simulation
