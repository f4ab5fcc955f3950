#include "adapters/embedded/rocks_reader_pool.hpp"

#include "base/thread_name.hpp"

namespace banter::adapters::embedded {
namespace {

using base::ErrorCode;
using base::Problem;

constexpr auto never_late = std::chrono::steady_clock::time_point::max();

Problem too_many() {
    return {ErrorCode::overloaded, "The disk is behind; too many reads wait for it.",
            std::chrono::seconds(1)};
}

Problem closing() {
    return {ErrorCode::overloaded, "The message store is closing.", std::chrono::seconds(5)};
}

}  // namespace

ReaderPool::ReaderPool(Limits limits) : limits_(limits) {
    for (std::size_t i = 0; i < limits.threads; ++i) {
        threads_.emplace_back([this] {
            base::name_thread("rocksdb read");
            run_jobs();
        });
    }
}

ReaderPool::~ReaderPool() {
    stop();
}

void ReaderPool::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_all();
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
    for (auto& job : jobs_)
        job.work(closing());
    jobs_.clear();
}

void ReaderPool::run_detached(base::Work work) {
    Job job;
    job.since = never_late;
    job.work = [work = std::move(work)](const Refusal& refusal) mutable {
        if (!refusal) work();
    };
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
        jobs_.push_back(std::move(job));
    }
    arrived_.notify_one();
}

ReaderPool::Refusal ReaderPool::submit(Job job) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) return closing();
        if (jobs_.size() >= limits_.waiting) return too_many();
        jobs_.push_back(std::move(job));
    }
    arrived_.notify_one();
    return std::nullopt;
}

bool ReaderPool::take(Job& job) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return false;
    job = std::move(jobs_.front());
    jobs_.pop_front();
    return true;
}

ReaderPool::Refusal ReaderPool::too_late(const Job& job) {
    const bool late = std::chrono::steady_clock::now() - limits_.deadline > job.since;
    return late ? Refusal(too_many()) : std::nullopt;
}

void ReaderPool::run_jobs() {
    Job job;
    while (take(job)) {
        job.work(too_late(job));
        job.work = nullptr;
    }
}

}  // namespace banter::adapters::embedded
