#pragma once

#include <cstdint>
#include <vector>

#include "load/clock.hpp"

namespace banter::load {

// Durations in log-linear buckets, as HdrHistogram has them: each power of two is cut into 128
// equal buckets, so a quantile is at most 0.8 % too high and never too low, from 1 ns to hours.
class Histogram {
public:
    Histogram();

    void record(nanoseconds value);  // negative counts as zero
    void merge(const Histogram& other);
    void clear();

    std::uint64_t count() const { return count_; }
    nanoseconds max() const { return nanoseconds(max_); }
    double mean_ns() const;
    // The smallest bucket end that at least `fraction` (0 … 1) of the values do not exceed, and
    // never more than max(). Zero when empty.
    nanoseconds quantile(double fraction) const;

private:
    static std::size_t index_of(std::uint64_t value);
    static std::uint64_t bucket_end(std::size_t index);

    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
    double sum_ = 0;
};

}  // namespace banter::load
