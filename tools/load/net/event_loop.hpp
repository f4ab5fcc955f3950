#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "load/clock.hpp"

namespace banter::load {

// A thin loop over epoll (level-triggered) with timers, for one thread.
class EventLoop {
public:
    class Handler {
    public:
        virtual ~Handler() = default;
        virtual void on_ready(std::uint32_t events) = 0;
        // Asked for by flush_later(): once, after the events at hand have been handled.
        virtual void on_flush() {}
    };
    using Token = std::uint32_t;  // names a registered handler

    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    Token add(int fd, std::uint32_t events, Handler& handler);
    void change(Token token, int fd, std::uint32_t events);
    // The handler is not called any more, not even for events already fetched.
    void remove(Token token, int fd);
    void flush_later(Token token);

    // Timers run in order of time, then of making.
    void at(Time when, std::function<void()> action);
    void after(nanoseconds delay, std::function<void()> action) { at(now() + delay, action); }

    // The time at the start of this turn; exact enough for timers, not for latencies.
    Time now() const { return now_; }
    // Waits for events until the next timer, at most until `deadline`, and handles them.
    void turn(Time deadline);
    // Turns until `done`; it is asked after each turn.
    void run_until(const std::function<bool()>& done);

private:
    struct Timer {
        Time when;
        std::uint64_t order;
        std::function<void()> action;
        bool operator<(const Timer& other) const {
            return when != other.when ? when > other.when : order > other.order;
        }
    };
    struct Slot {
        Handler* handler = nullptr;
        bool flush = false;
    };
    void run_timers();
    void run_flushes();

    int epoll_;
    Time now_;
    std::vector<Slot> slots_;
    std::vector<Token> free_;
    std::vector<Token> freed_now_;  // not reused while fetched events may still name them
    std::vector<Token> flushes_;
    std::priority_queue<Timer> timers_;
    std::uint64_t timers_made_ = 0;
};

}  // namespace banter::load
