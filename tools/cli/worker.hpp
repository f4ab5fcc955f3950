#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace banter::cli {

// A thread that does blocking work, one piece after the other.
class Worker {
public:
    using Work = std::move_only_function<void()>;

    Worker();
    ~Worker();  // stops
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // Any thread.
    void post(Work work);
    // Lets the piece under way end, drops the rest, joins.
    void stop();

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Work> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace banter::cli
