#include "cli/worker.hpp"

#include <utility>

namespace banter::cli {

Worker::Worker() : thread_([this] { run(); }) {}

Worker::~Worker() {
    stop();
}

void Worker::post(Work work) {
    {
        const std::scoped_lock guard(mutex_);
        waiting_.push_back(std::move(work));
    }
    changed_.notify_one();
}

void Worker::stop() {
    {
        const std::scoped_lock guard(mutex_);
        stopping_ = true;
        waiting_.clear();
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Worker::run() {
    while (true) {
        Work work;
        {
            std::unique_lock guard(mutex_);
            changed_.wait(guard, [this] { return stopping_ || !waiting_.empty(); });
            if (stopping_) return;
            work = std::move(waiting_.front());
            waiting_.pop_front();
        }
        work();
    }
}

}  // namespace banter::cli
