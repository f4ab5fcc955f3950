#include "load/bench/meter.hpp"

#include <gtest/gtest.h>

#include "load/bench/knee.hpp"
#include "load/bench/metrics_page.hpp"

namespace banter::load {
namespace {

// A server that answers at once, except where a test tells it otherwise.
class FakeDriver : public Driver {
public:
    enum class Fault { none, lose, lose_receipt, repeat, swap, refuse, break_down };

    std::size_t pairs() const override { return 2; }
    void report_to(Arrivals& arrivals) override { arrivals_ = &arrivals; }
    void send(std::size_t pair, std::uint64_t message) override {
        ++sent;
        const bool faulty = sent == 11;
        if (!faulty || fault == Fault::none) return answer(pair, message);
        switch (fault) {
            case Fault::lose:
                return arrivals_->acked(pair, message);
            case Fault::lose_receipt:
                arrivals_->acked(pair, message);
                return arrivals_->delivered(pair, message, ++seq_[pair]);
            case Fault::repeat:
                answer(pair, message);
                return arrivals_->delivered(pair, message, seq_[pair]);
            case Fault::swap:
                arrivals_->acked(pair, message);
                held_ = message;
                return;
            case Fault::refuse:
                return arrivals_->refused(pair, message, "overloaded");
            default:
                return arrivals_->failed("the connection ended");
        }
    }

    Fault fault = Fault::none;
    std::uint64_t sent = 0;

private:
    void answer(std::size_t pair, std::uint64_t message) {
        arrivals_->acked(pair, message);
        arrivals_->delivered(pair, message, ++seq_[pair]);
        arrivals_->receipted(pair, seq_[pair]);
        if (held_ && *held_ % 2 == pair) {
            arrivals_->delivered(pair, *held_, ++seq_[pair]);
            arrivals_->receipted(pair, seq_[pair]);
            held_.reset();
        }
    }

    Arrivals* arrivals_ = nullptr;
    Seq seq_[2] = {0, 0};
    std::optional<std::uint64_t> held_;
};

Measurement measure(FakeDriver::Fault fault, nanoseconds patience = milliseconds(20)) {
    EventLoop loop;
    FakeDriver driver;
    driver.fault = fault;
    Meter meter(loop, driver, patience);
    const Meter::Window window{[] {}, [] {}};
    return meter.run({2000, milliseconds(2), milliseconds(20)}, window, [](double) {});
}

TEST(Meter, MeasuresASoundRun) {
    const auto measured = measure(FakeDriver::Fault::none);
    EXPECT_TRUE(measured.sound());
    EXPECT_NEAR(static_cast<double>(measured.meant), 40, 1);
    EXPECT_EQ(measured.ack.count(), measured.meant);
    EXPECT_EQ(measured.delivery.count(), measured.meant);
    EXPECT_EQ(measured.receipt.count(), measured.meant);
}

TEST(Meter, FindsALostMessage) {
    const auto measured = measure(FakeDriver::Fault::lose);
    EXPECT_EQ(measured.lost, 1U);
    EXPECT_FALSE(measured.sound());
}

TEST(Meter, FindsARepeatedMessage) {
    EXPECT_EQ(measure(FakeDriver::Fault::repeat).repeated, 1U);
}

TEST(Meter, FindsMessagesOutOfOrder) {
    const auto measured = measure(FakeDriver::Fault::swap);
    EXPECT_EQ(measured.disordered, 1U);
    EXPECT_EQ(measured.lost, 0U);
}

TEST(Meter, ALaterReceiptCoversAnEarlierMessage) {
    EXPECT_TRUE(measure(FakeDriver::Fault::lose_receipt).sound());
}

TEST(Meter, ARefusalIsNoLoss) {
    const auto measured = measure(FakeDriver::Fault::refuse);
    EXPECT_EQ(measured.refused, 1U);
    EXPECT_TRUE(measured.sound());
}

TEST(Meter, ABrokenConnectionEndsTheRun) {
    const auto measured = measure(FakeDriver::Fault::break_down, std::chrono::hours(1));
    EXPECT_EQ(measured.failure, "the connection ended");
    EXPECT_FALSE(measured.sound());
}

// A driver that never answers: a server that stalls must show in the count, not slow the sender.
TEST(Meter, GoesOnSendingWhenNothingIsAnswered) {
    class Silent : public FakeDriver {
        void send(std::size_t, std::uint64_t) override { ++sent; }
    };
    EventLoop loop;
    Silent driver;
    Meter meter(loop, driver, milliseconds(20));
    const auto measured = meter.run({2000, milliseconds(2), milliseconds(20)}, {[] {}, [] {}},
                                    [](double) {});
    EXPECT_EQ(measured.lost, driver.sent);
    EXPECT_NEAR(static_cast<double>(driver.sent), 44, 1);
}

TEST(Knee, IsFoundFromBelow) {
    const double knee = find_knee({.start = 1000}, [](double rate) { return rate <= 7000; });
    EXPECT_LE(knee, 7000);
    EXPECT_GE(knee, 7000 * 0.9);
}

TEST(Knee, IsFoundFromAbove) {
    const double knee = find_knee({.start = 1000}, [](double rate) { return rate <= 90; });
    EXPECT_LE(knee, 90);
    EXPECT_GE(knee, 90 * 0.9);
}

TEST(Knee, MayNotExist) {
    EXPECT_EQ(find_knee({.start = 1000}, [](double) { return false; }), 0);
}

TEST(MetricsPage, SumsTheSamplesOfOneName) {
    constexpr std::string_view page =
        "# HELP banter_commit_syncs_total fdatasyncs\n# TYPE banter_commit_syncs_total counter\n"
        "banter_commit_syncs_total{shard=\"0\"} 5\nbanter_commit_syncs_total{shard=\"1\"} 7.5\n"
        "banter_commit_syncs_total_other 100\nplain 3\n";
    EXPECT_DOUBLE_EQ(metric_sum(page, "banter_commit_syncs_total"), 12.5);
    EXPECT_DOUBLE_EQ(metric_sum(page, "plain"), 3);
    EXPECT_DOUBLE_EQ(metric_sum(page, "missing"), 0);
}

}  // namespace
}  // namespace banter::load
