#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace banter::base {

using Work = std::move_only_function<void()>;

// Cancels its pending work when destroyed. Belongs to the thread of the executor that made it.
class Timer {
public:
    Timer() = default;
    explicit Timer(std::shared_ptr<bool> cancelled) : cancelled_(std::move(cancelled)) {}
    Timer(Timer&& other) noexcept = default;
    Timer& operator=(Timer&& other) noexcept {
        if (this != &other) {
            cancel();
            cancelled_ = std::move(other.cancelled_);
        }
        return *this;
    }
    ~Timer() { cancel(); }

    void cancel() {
        if (cancelled_) *cancelled_ = true;
        cancelled_.reset();
    }

private:
    std::shared_ptr<bool> cancelled_;
};

// A place where work runs, one piece at a time, in the order posted by each poster.
class Executor {
public:
    virtual ~Executor() = default;

    // Runs `work` later on this executor, never before returning. Callable from any thread.
    virtual void post(Work work) = 0;

    // Runs `work` once after `delay`, unless the returned Timer is destroyed before.
    // Only from work that runs on this executor.
    [[nodiscard]] virtual Timer after(std::chrono::milliseconds delay, Work work) = 0;

    // The executor whose work is running on this thread. Aborts outside of any.
    static Executor& current();
    // nullptr outside of any executor.
    static Executor* current_or_null();

    // Marks the calling thread as running work of `executor` (nullptr: of none).
    static void set_current(Executor* executor);
};

}  // namespace banter::base
