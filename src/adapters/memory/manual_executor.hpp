#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "adapters/memory/manual_clock.hpp"
#include "base/executor.hpp"
#include "base/task.hpp"

namespace banter::adapters::memory {

// An executor that a test drives by hand: work runs only inside the calls below, on the thread
// that calls them, and time passes only in `advance`. It is `Executor::current()` while its work
// runs. Work may be posted from any thread; everything else belongs to the test's thread.
class ManualExecutor : public base::Executor {
public:
    // `clock`, when given, moves with this executor's time.
    explicit ManualExecutor(ManualClock* clock = nullptr) : clock_(clock) {}

    void post(base::Work work) override;
    [[nodiscard]] base::Timer after(std::chrono::milliseconds delay, base::Work work) override;

    // Runs what is posted, and what that posts, until nothing is left. Returns how many ran.
    std::size_t run_until_idle();

    // Lets `by` pass: timers run in the order they are due, each at its own time, together with
    // what they post.
    void advance(std::chrono::milliseconds by);

    // Runs work, also work that other threads post meanwhile, until `done()` holds. Returns false
    // when it does not within `patience` of real time.
    template <class F>
    bool run_until(F done, std::chrono::milliseconds patience = std::chrono::seconds(30)) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (true) {
            run_until_idle();
            if (done()) return true;
            if (!wait_for_work(deadline)) return false;
        }
    }

    // Starts `task` on this executor and runs until it has answered. Ends the process when it
    // never does.
    template <class T>
    T run(base::Task<T> task) {
        std::optional<T> answer;
        start(std::move(task), [&answer](T value) { answer.emplace(std::move(value)); });
        if (!run_until([&answer] { return answer.has_value(); })) std::abort();
        return std::move(*answer);
    }

    // Starts `task` as the next piece of work; `done` receives its answer.
    template <class T, class F>
    void start(base::Task<T> task, F done) {
        post([task = std::move(task), done = std::move(done)]() mutable {
            base::spawn(std::move(task), std::move(done));
        });
    }

private:
    struct Scheduled {
        std::shared_ptr<bool> cancelled;
        base::Work work;
    };

    bool wait_for_work(std::chrono::steady_clock::time_point deadline);
    void run_one(base::Work& work);

    ManualClock* clock_;
    std::mutex mutex_;
    std::condition_variable posted_;
    std::deque<base::Work> queue_;
    std::chrono::milliseconds now_{0};
    std::multimap<std::chrono::milliseconds, Scheduled> timers_;
};

}  // namespace banter::adapters::memory
