#include "adapters/memory/manual_executor.hpp"

#include <algorithm>
#include <utility>

namespace banter::adapters::memory {

void ManualExecutor::post(base::Work work) {
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(work));
    }
    posted_.notify_one();
}

base::Timer ManualExecutor::after(std::chrono::milliseconds delay, base::Work work) {
    auto cancelled = std::make_shared<bool>(false);
    timers_.emplace(now_ + std::max(delay, std::chrono::milliseconds(0)),
                    Scheduled{cancelled, std::move(work)});
    return base::Timer(std::move(cancelled));
}

std::size_t ManualExecutor::run_until_idle() {
    std::size_t ran = 0;
    while (true) {
        base::Work work;
        {
            const std::lock_guard lock(mutex_);
            if (queue_.empty()) return ran;
            work = std::move(queue_.front());
            queue_.pop_front();
        }
        run_one(work);
        ++ran;
    }
}

void ManualExecutor::advance(std::chrono::milliseconds by) {
    const auto end = now_ + by;
    run_until_idle();
    while (!timers_.empty() && timers_.begin()->first <= end) {
        const auto due = timers_.begin()->first;
        Scheduled scheduled = std::move(timers_.begin()->second);
        timers_.erase(timers_.begin());
        if (*scheduled.cancelled) continue;
        if (clock_ != nullptr) clock_->advance(due - now_);
        now_ = due;
        run_one(scheduled.work);
        run_until_idle();
    }
    if (clock_ != nullptr) clock_->advance(end - now_);
    now_ = end;
}

bool ManualExecutor::wait_for_work(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    return posted_.wait_until(lock, deadline, [this] { return !queue_.empty(); });
}

void ManualExecutor::run_one(base::Work& work) {
    base::Executor* const outer = base::Executor::current_or_null();
    base::Executor::set_current(this);
    work();
    base::Executor::set_current(outer);
}

}  // namespace banter::adapters::memory
