#include "base/metrics.hpp"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace banter::base {
namespace {

testing::AssertionResult has_line(const Metrics& metrics, const std::string& line) {
    const auto text = "\n" + metrics.render();
    if (text.find("\n" + line + "\n") != std::string::npos) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "no line '" << line << "' in\n" << text;
}

TEST(Metrics, CounterGrows) {
    Metrics metrics;
    auto& counter = metrics.counter("banter_sends_total", "Sends taken in.");
    counter.add();
    counter.add(4);
    EXPECT_TRUE(has_line(metrics, "# HELP banter_sends_total Sends taken in."));
    EXPECT_TRUE(has_line(metrics, "# TYPE banter_sends_total counter"));
    EXPECT_TRUE(has_line(metrics, "banter_sends_total 5"));
}

TEST(Metrics, GaugeGoesUpAndDown) {
    Metrics metrics;
    auto& gauge = metrics.gauge("banter_sessions_open", "Sessions.");
    gauge.add(3);
    gauge.add(-1);
    EXPECT_TRUE(has_line(metrics, "banter_sessions_open 2"));
    gauge.set(7);
    EXPECT_TRUE(has_line(metrics, "banter_sessions_open 7"));
}

TEST(Metrics, HistogramCountsInCumulativeBuckets) {
    Metrics metrics;
    auto& histogram = metrics.histogram("banter_commit_seconds", "Commits.", {0.5, 2});
    histogram.observe(0.25);
    histogram.observe(1);
    histogram.observe(8);
    EXPECT_TRUE(has_line(metrics, "banter_commit_seconds_bucket{le=\"0.5\"} 1"));
    EXPECT_TRUE(has_line(metrics, "banter_commit_seconds_bucket{le=\"2\"} 2"));
    EXPECT_TRUE(has_line(metrics, "banter_commit_seconds_bucket{le=\"+Inf\"} 3"));
    EXPECT_TRUE(has_line(metrics, "banter_commit_seconds_count 3"));
    EXPECT_TRUE(has_line(metrics, "banter_commit_seconds_sum 9.25"));
}

TEST(Metrics, TheSameNameIsTheSameMetric) {
    Metrics metrics;
    EXPECT_EQ(&metrics.counter("banter_a_total", "A."), &metrics.counter("banter_a_total", "A."));
    EXPECT_EQ(&metrics.gauge("banter_b", "B."), &metrics.gauge("banter_b", "B."));
    EXPECT_EQ(&metrics.histogram("banter_c", "C.", {1}), &metrics.histogram("banter_c", "C.", {1}));
}

TEST(Metrics, CountsOfManyThreadsAddUp) {
    Metrics metrics;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int n = 0; n < 1000; ++n)
                    metrics.counter("banter_a_total", "A.").add();
            });
        }
    }
    EXPECT_TRUE(has_line(metrics, "banter_a_total 4000"));
}

}  // namespace
}  // namespace banter::base
