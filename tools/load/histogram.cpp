#include "load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace banter::load {
namespace {

constexpr unsigned sub_bits = 7;
constexpr std::uint64_t sub_buckets = 1U << sub_bits;
constexpr unsigned powers = 46 - sub_bits;  // 2^46 ns are about 19 hours
constexpr std::uint64_t largest = (1ULL << 46) - 1;

}  // namespace

Histogram::Histogram() : buckets_(sub_buckets * (powers + 1), 0) {}

// Values below 128 have a bucket each; above, `shift` halves them until 128 … 255 remain.
std::size_t Histogram::index_of(std::uint64_t value) {
    if (value < sub_buckets) return static_cast<std::size_t>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - sub_bits;
    return static_cast<std::size_t>(sub_buckets * (shift + 1) + (value >> shift) - sub_buckets);
}

std::uint64_t Histogram::bucket_end(std::size_t index) {
    if (index < sub_buckets) return index;
    const std::uint64_t shift = index / sub_buckets - 1;
    const std::uint64_t start = index % sub_buckets + sub_buckets;
    return ((start + 1) << shift) - 1;
}

void Histogram::record(nanoseconds value) {
    const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0));
    ++buckets_[index_of(std::min(ns, largest))];
    ++count_;
    max_ = std::max(max_, ns);
    sum_ += static_cast<double>(ns);
}

void Histogram::merge(const Histogram& other) {
    for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
    sum_ += other.sum_;
}

void Histogram::clear() { *this = Histogram(); }

double Histogram::mean_ns() const {
    return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
}

nanoseconds Histogram::quantile(double fraction) const {
    if (count_ == 0) return nanoseconds(0);
    const double wanted = std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count_));
    const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
    std::uint64_t passed = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        passed += buckets_[i];
        if (passed >= rank) return nanoseconds(std::min(bucket_end(i), max_));
    }
    return max();
}

}  // namespace banter::load
