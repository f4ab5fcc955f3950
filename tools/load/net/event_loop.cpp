#include "load/net/event_loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace banter::load {
namespace {

std::system_error system_failure(const char* what) {
    return {errno, std::generic_category(), what};
}

}  // namespace

EventLoop::EventLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)), now_(Clock::now()) {
    if (epoll_ < 0) throw system_failure("epoll_create1");
}

EventLoop::~EventLoop() { ::close(epoll_); }

EventLoop::Token EventLoop::add(int fd, std::uint32_t events, Handler& handler) {
    if (free_.empty()) {
        free_.push_back(static_cast<Token>(slots_.size()));
        slots_.emplace_back();
    }
    const Token token = free_.back();
    free_.pop_back();
    slots_[token] = {&handler, false};
    epoll_event event{};
    event.events = events;
    event.data.u32 = token;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) throw system_failure("epoll_ctl");
    return token;
}

void EventLoop::change(Token token, int fd, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u32 = token;
    if (epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) != 0) throw system_failure("epoll_ctl");
}

void EventLoop::remove(Token token, int fd) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
    slots_[token] = {};
    freed_now_.push_back(token);
}

void EventLoop::flush_later(Token token) {
    if (std::exchange(slots_[token].flush, true)) return;
    flushes_.push_back(token);
}

void EventLoop::at(Time when, std::function<void()> action) {
    timers_.push({when, timers_made_++, std::move(action)});
}

void EventLoop::run_timers() {
    while (!timers_.empty() && timers_.top().when <= now_) {
        const auto action = timers_.top().action;
        timers_.pop();
        action();
    }
}

void EventLoop::run_flushes() {
    for (std::size_t i = 0; i < flushes_.size(); ++i) {
        auto& slot = slots_[flushes_[i]];
        if (std::exchange(slot.flush, false) && slot.handler != nullptr) slot.handler->on_flush();
    }
    flushes_.clear();
}

void EventLoop::turn(Time deadline) {
    now_ = Clock::now();
    run_timers();
    run_flushes();
    if (!timers_.empty()) deadline = std::min(deadline, timers_.top().when);
    const auto wait = std::max<std::int64_t>((deadline - Clock::now()).count(), 0);
    const timespec timeout{static_cast<time_t>(wait / 1'000'000'000), wait % 1'000'000'000};
    std::array<epoll_event, 512> events;
    const auto room = static_cast<int>(events.size());
    const int count = epoll_pwait2(epoll_, events.data(), room, &timeout, nullptr);
    if (count < 0 && errno != EINTR) throw system_failure("epoll_pwait2");
    now_ = Clock::now();
    for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        if (auto* handler = slots_[event.data.u32].handler) handler->on_ready(event.events);
    }
    run_timers();
    run_flushes();
    free_.insert(free_.end(), freed_now_.begin(), freed_now_.end());
    freed_now_.clear();
}

void EventLoop::run_until(const std::function<bool()>& done) {
    while (!done()) turn(now_ + milliseconds(100));
}

}  // namespace banter::load
