#include "load/histogram.hpp"

#include <gtest/gtest.h>

namespace banter::load {
namespace {

using namespace std::chrono_literals;

TEST(Histogram, IsEmptyAtFirst) {
    const Histogram histogram;
    EXPECT_EQ(histogram.count(), 0U);
    EXPECT_EQ(histogram.quantile(0.99), 0ns);
    EXPECT_EQ(histogram.mean_ns(), 0);
}

TEST(Histogram, SmallValuesAreExact) {
    Histogram histogram;
    for (int ns = 1; ns <= 100; ++ns) histogram.record(nanoseconds(ns));
    EXPECT_EQ(histogram.quantile(0.5), 50ns);
    EXPECT_EQ(histogram.quantile(0.99), 99ns);
    EXPECT_EQ(histogram.quantile(1), 100ns);
    EXPECT_DOUBLE_EQ(histogram.mean_ns(), 50.5);
}

TEST(Histogram, QuantilesAreNeverTooLowAndAtMostOnePercentTooHigh) {
    for (std::int64_t ns = 1; ns < 4'000'000'000'000; ns = ns * 3 / 2 + 1) {
        Histogram histogram;
        histogram.record(nanoseconds(ns));
        histogram.record(20h);  // keeps the maximum from hiding the bucket's width
        const auto found = histogram.quantile(0.5).count();
        EXPECT_GE(found, ns);
        EXPECT_LE(static_cast<double>(found), static_cast<double>(ns) * 1.008 + 1);
    }
}

TEST(Histogram, NeverExceedsTheLargestValue) {
    Histogram histogram;
    histogram.record(1'000'001ns);
    EXPECT_EQ(histogram.quantile(0.999), 1'000'001ns);
    EXPECT_EQ(histogram.max(), 1'000'001ns);
}

TEST(Histogram, TellsTheTailFromTheBody) {
    Histogram histogram;
    for (int i = 0; i < 990; ++i) histogram.record(1ms);
    for (int i = 0; i < 10; ++i) histogram.record(100ms);
    EXPECT_LT(histogram.quantile(0.99), 1010us);
    EXPECT_GE(histogram.quantile(0.991), 100ms);
}

TEST(Histogram, CountsTimesBeforeZeroAndBeyondItsRange) {
    Histogram histogram;
    histogram.record(-5ns);
    histogram.record(1000h);
    EXPECT_EQ(histogram.quantile(0.5), 0ns);
    EXPECT_EQ(histogram.max(), nanoseconds(1000h));
}

TEST(Histogram, MergesAndClears) {
    Histogram one;
    Histogram other;
    one.record(1ms);
    other.record(3ms);
    one.merge(other);
    EXPECT_EQ(one.count(), 2U);
    EXPECT_EQ(one.max(), nanoseconds(3ms));
    one.clear();
    EXPECT_EQ(one.count(), 0U);
}

}  // namespace
}  // namespace banter::load
