#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "load/bench/driver.hpp"
#include "load/histogram.hpp"
#include "load/net/event_loop.hpp"

namespace banter::load {

struct Load {
    double rate = 1000;  // messages a second, over all pairs
    nanoseconds warmup{0};
    nanoseconds duration{0};
};

// What one run at one rate showed. The latencies are of the messages meant for the window between
// warm-up and end, counted from the moment each was meant to be sent.
struct Measurement {
    double rate = 0;
    nanoseconds window{0};
    std::uint64_t meant = 0;      // messages meant for the window
    std::uint64_t completed = 0;  // messages whose receipt arrived within the window
    Histogram ack;
    Histogram delivery;
    Histogram receipt;
    Histogram lag;  // how late the generator itself sent
    std::uint64_t lost = 0;
    std::uint64_t repeated = 0;
    std::uint64_t disordered = 0;
    std::uint64_t refused = 0;
    std::string failure;  // of the run as a whole; empty: none

    double achieved() const { return static_cast<double>(completed) / seconds_of(window); }
    bool sound() const {
        return failure.empty() && lost == 0 && repeated == 0 && disordered == 0;
    }
};

// Drives pairs in open loop: message k is meant for start + k / rate, however slow the answers
// are, and checks that each arrives once and in order.
class Meter : Arrivals {
public:
    // `patience`: what has made no progress for so long is lost.
    Meter(EventLoop& loop, Driver& driver, nanoseconds patience = std::chrono::seconds(10));

    // Called at the ends of the window.
    struct Window {
        std::function<void()> begins;
        std::function<void()> ends;
    };
    // Sends, then waits for what is still on its way. `while_running` is called every now and
    // then with the share done.
    Measurement run(const Load& load, const Window& window,
                    const std::function<void(double)>& while_running);

private:
    struct Receipt {
        std::uint64_t message;
        Seq seq;
    };
    struct Pair {
        std::deque<std::uint64_t> unacked;
        std::deque<std::uint64_t> undelivered;
        std::deque<Receipt> unreceipted;
    };

    void acked(std::size_t pair, std::uint64_t message) override;
    void delivered(std::size_t pair, std::uint64_t message, Seq seq) override;
    void receipted(std::size_t pair, Seq seq) override;
    void refused(std::size_t pair, std::uint64_t message, const std::string& why) override;
    void out_of_order() override { ++result_.disordered; }
    void failed(const std::string& why) override;

    Time due(std::uint64_t message) const;
    void send_due(Time now);
    void send_rest();
    void drain();
    bool take(std::deque<std::uint64_t>& expected, std::uint64_t message);
    void record(Histogram& histogram, std::uint64_t message, Time now);

    EventLoop& loop_;
    Driver& driver_;
    nanoseconds patience_;
    std::vector<Pair> pairs_;
    Load load_;
    Measurement result_;
    Time start_;
    Time window_begin_;
    Time window_end_;
    std::uint64_t first_ = 0;  // number of this run's first message
    std::uint64_t next_ = 0;   // numbers go on from run to run
    std::uint64_t open_ = 0;   // messages without a receipt
    Time progress_;
};

}  // namespace banter::load
