#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace banter::adapters::embedded {

// Threads that wait for the disk so that no shard does.
class ReaderPool {
public:
    struct Limits {
        std::size_t threads;
        std::size_t waiting;
        std::chrono::milliseconds deadline;
    };

    explicit ReaderPool(Limits limits);
    ~ReaderPool();

    // Runs `read`, which returns a Result, on a thread of the pool and resumes the caller on its
    // executor. `overloaded` when too many wait or it has waited too long; `read` did not run then.
    template <class F, class R = std::invoke_result_t<F&>>
    base::Task<R> run(F read);

    // Runs `work` on a thread of the pool, whatever waits there, unless the pool stops before.
    void run_detached(base::Work work);

    // Refuses what waits and ends the threads.
    void stop();

private:
    using Refusal = std::optional<base::Problem>;
    struct Job {
        std::move_only_function<void(const Refusal&)> work;
        std::chrono::steady_clock::time_point since;
    };

    Refusal submit(Job job);
    void run_jobs();
    bool take(Job& job);
    Refusal too_late(const Job& job);

    Limits limits_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Job> jobs_;   // guarded by mutex_
    bool stopping_ = false;  // guarded by mutex_
    std::vector<std::thread> threads_;
};

template <class F, class R>
base::Task<R> ReaderPool::run(F read) {
    base::Executor& home = base::Executor::current();
    typename base::CallbackAwaiter<R>::Start start = [&](base::Completion<R> done) {
        Job job;
        job.since = std::chrono::steady_clock::now();
        job.work = [&home, done, read = std::move(read)](const Refusal& refusal) mutable {
            R result = refusal ? R(std::unexpected(*refusal)) : read();
            home.post([done, result = std::move(result)]() mutable { done(std::move(result)); });
        };
        if (const auto refusal = submit(std::move(job))) done(R(std::unexpected(*refusal)));
    };
    base::CallbackAwaiter<R> answered(std::move(start));
    co_return co_await answered;
}

}  // namespace banter::adapters::embedded
