#include "load/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace banter::load {
namespace {

constexpr std::size_t bar_width = 30;

}  // namespace

Progress::Progress() : terminal_(isatty(STDERR_FILENO) == 1) {}

void Progress::begin(std::string phase, std::uint64_t total) {
    finish();
    phase_ = std::move(phase);
    total_ = total;
    done_ = 0;
    open_ = true;
    started_ = Clock::now();
    next_ = started_ + (terminal_ ? milliseconds(0) : milliseconds(5000));
}

void Progress::update(std::uint64_t done, const std::string& note) {
    done_ = done;
    if (!open_ || !due()) return;
    next_ = Clock::now() + (terminal_ ? milliseconds(100) : milliseconds(5000));
    show(done, note);
}

void Progress::show(std::uint64_t done, const std::string& note) {
    const double share =
        total_ == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total_);
    if (!terminal_) {
        fmt::print(stderr, "{}: {:.0f} % ({} of {}) {}\n", phase_, share * 100, done, total_,
                   note);
        return;
    }
    const auto filled = static_cast<std::size_t>(std::min(share, 1.0) * bar_width);
    fmt::print(stderr, "\r\033[K{} [{}{}] {:3.0f} % {}", phase_, std::string(filled, '#'),
               std::string(bar_width - filled, '.'), share * 100, note);
    std::fflush(stderr);
}

void Progress::finish() {
    if (!open_) return;
    open_ = false;
    fmt::print(stderr, "{}{}: done in {:.1f} s\n", terminal_ ? "\r\033[K" : "", phase_,
               seconds_of(Clock::now() - started_));
}

}  // namespace banter::load
