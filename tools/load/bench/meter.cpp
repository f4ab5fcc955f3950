#include "load/bench/meter.hpp"

#include <algorithm>

namespace banter::load {
namespace {

// Sending so many at once when late keeps answers from waiting behind a burst.
constexpr int burst = 64;

}  // namespace

Meter::Meter(EventLoop& loop, Driver& driver, nanoseconds patience)
    : loop_(loop), driver_(driver), patience_(patience), pairs_(driver.pairs()) {
    driver_.report_to(*this);
}

Time Meter::due(std::uint64_t message) const {
    const double at = static_cast<double>(message - first_) / load_.rate;
    return start_ + nanoseconds(static_cast<std::int64_t>(at * 1e9));
}

Measurement Meter::run(const Load& load, const Window& window,
                       const std::function<void(double)>& while_running) {
    load_ = load;
    result_ = {};
    result_.rate = load.rate;
    first_ = next_;
    open_ = 0;
    for (auto& pair : pairs_) pair = {};
    start_ = Clock::now();
    window_begin_ = start_ + load.warmup;
    window_end_ = window_begin_ + load.duration;
    result_.window = load.duration;
    bool begun = false;
    while (true) {
        const Time now = Clock::now();
        if (!begun && now >= window_begin_) {
            begun = true;
            window.begins();
        }
        if (now >= window_end_ || !result_.failure.empty()) break;
        send_due(now);
        const Time edge = begun ? window_end_ : window_begin_;
        loop_.turn(std::min({due(next_), edge, now + milliseconds(100)}));
        while_running(seconds_of(now - start_) / seconds_of(window_end_ - start_));
    }
    window.ends();
    send_rest();
    drain();
    return std::move(result_);
}

void Meter::send_due(Time now) {
    for (int i = 0; i < burst; ++i) {
        const Time intended = due(next_);
        if (intended > now || intended >= window_end_) return;
        const std::size_t pair = next_ % pairs_.size();
        pairs_[pair].unacked.push_back(next_);
        pairs_[pair].undelivered.push_back(next_);
        ++open_;
        if (intended >= window_begin_) {
            ++result_.meant;
            result_.lag.record(now - intended);
        }
        driver_.send(pair, next_++);
    }
}

// A generator that was late leaves nothing out.
void Meter::send_rest() {
    while (due(next_) < window_end_ && result_.failure.empty()) {
        send_due(Clock::now());
        loop_.turn(Clock::now());
    }
}

void Meter::drain() {
    progress_ = Clock::now();
    loop_.run_until([&] {
        const bool waited = Clock::now() - progress_ > patience_;
        return open_ == 0 || waited || !result_.failure.empty();
    });
    for (const auto& pair : pairs_) {
        result_.lost += std::max({pair.undelivered.size(), pair.unacked.size(),
                                  pair.undelivered.size() + pair.unreceipted.size()});
    }
}

// False: it was not expected (any more).
bool Meter::take(std::deque<std::uint64_t>& expected, std::uint64_t message) {
    progress_ = Clock::now();
    if (!expected.empty() && expected.front() == message) {
        expected.pop_front();
        return true;
    }
    const auto found = std::ranges::find(expected, message);
    if (found == expected.end()) {
        ++result_.repeated;
        return false;
    }
    ++result_.disordered;
    expected.erase(found);
    return true;
}

void Meter::record(Histogram& histogram, std::uint64_t message, Time now) {
    const Time intended = due(message);
    if (intended >= window_begin_ && intended < window_end_) histogram.record(now - intended);
}

void Meter::acked(std::size_t pair, std::uint64_t message) {
    if (message < first_) return;  // of a run that was given up
    if (take(pairs_[pair].unacked, message)) record(result_.ack, message, progress_);
}

void Meter::delivered(std::size_t pair, std::uint64_t message, Seq seq) {
    if (message < first_) return;
    if (!take(pairs_[pair].undelivered, message)) return;
    record(result_.delivery, message, progress_);
    pairs_[pair].unreceipted.push_back({message, seq});
}

void Meter::receipted(std::size_t pair, Seq seq) {
    auto& waiting = pairs_[pair].unreceipted;
    progress_ = Clock::now();
    while (!waiting.empty() && waiting.front().seq <= seq) {
        record(result_.receipt, waiting.front().message, progress_);
        if (progress_ >= window_begin_ && progress_ < window_end_) ++result_.completed;
        waiting.pop_front();
        --open_;
    }
}

void Meter::refused(std::size_t pair, std::uint64_t message, const std::string& why) {
    if (message < first_) return;
    if (std::erase(pairs_[pair].unacked, message) == 0) return;
    std::erase(pairs_[pair].undelivered, message);
    --open_;
    ++result_.refused;
}

void Meter::failed(const std::string& why) {
    if (result_.failure.empty()) result_.failure = why;
}

}  // namespace banter::load
