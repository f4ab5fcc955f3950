#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>

#include "app/startup_error.hpp"
#include "base/executor.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

// From the main thread into the shards and back.
namespace banter::app {

// Runs `work` on `shard` and waits until it has ended; passes its exception on. Not from a shard's
// own thread.
template <class F>
void run_and_wait(base::Executor& shard, F work) {
    std::mutex mutex;
    std::condition_variable ended;
    bool done = false;
    std::exception_ptr failure;
    shard.post([&] {
        try {
            work();
        } catch (...) {
            failure = std::current_exception();
        }
        const std::scoped_lock lock(mutex);
        done = true;
        ended.notify_one();
    });
    std::unique_lock lock(mutex);
    ended.wait(lock, [&] { return done; });
    if (failure) std::rethrow_exception(failure);
}

// The same for the task that `make` returns.
template <class T, class F>
base::Result<T> wait_for(base::Executor& shard, F make) {
    std::mutex mutex;
    std::condition_variable ended;
    std::optional<base::Result<T>> result;
    shard.post([&] {
        base::spawn(make(), [&](base::Result<T> value) {
            const std::scoped_lock lock(mutex);
            result.emplace(std::move(value));
            ended.notify_one();
        });
    });
    std::unique_lock lock(mutex);
    ended.wait(lock, [&] { return result.has_value(); });
    return std::move(*result);
}

// The same, and a problem becomes a StartupError.
template <class T, class F>
T wait_or_throw(base::Executor& shard, F make) {
    auto result = wait_for<T>(shard, std::move(make));
    if (!result) throw StartupError(Exit::failed, result.error().detail);
    return std::move(*result);
}

}  // namespace banter::app
