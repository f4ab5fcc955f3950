#include "runtime/shard.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace banter::runtime {
namespace {

namespace asio = boost::asio;

// Socket events handled before what they asked for is done; keeps a tick short.
constexpr int max_events_per_tick = 128;

thread_local Shard* this_shard = nullptr;

}  // namespace

Shard::Shard(std::size_t index) : index_(index), io_(std::make_unique<asio::io_context>(1)) {}

Shard::~Shard() = default;

void Shard::run() {
    this_shard = this;
    Executor::set_current(this);
    const auto guard = asio::make_work_guard(*io_);
    while (!stopped_.load(std::memory_order_acquire))
        tick();
    run_ready();
    run_tick_end();
    send_mail();
    Executor::set_current(nullptr);
    this_shard = nullptr;
}

void Shard::stop() {
    stopped_.store(true, std::memory_order_release);
    asio::post(*io_, [] {});
}

void Shard::post(base::Work work) {
    if (this_shard == this) {
        ready_.push_back(std::move(work));
    } else if (this_shard != nullptr) {
        this_shard->outbox_for(*this).push_back(std::move(work));
    } else {
        std::vector<base::Work> mail;
        mail.push_back(std::move(work));
        receive(mail);
    }
}

base::Timer Shard::after(std::chrono::milliseconds delay, base::Work work) {
    auto cancelled = std::make_shared<bool>(false);
    auto timer = std::make_shared<asio::steady_timer>(*io_, delay);
    timer->async_wait([timer, cancelled, work = std::move(work)](auto error) mutable {
        if (!error && !*cancelled) work();
    });
    return base::Timer(std::move(cancelled));
}

void Shard::tick() {
    if (ready_.empty() && tick_end_.empty()) io_->run_one();
    for (int events = 0; events < max_events_per_tick && io_->poll_one() > 0; ++events) {
    }
    take_mail();
    run_ready();
    run_tick_end();
    send_mail();
    ticks_.fetch_add(1, std::memory_order_relaxed);
}

bool Shard::take_mail() {
    const std::scoped_lock lock(inbox_mutex_);
    woken_ = false;
    for (auto& work : inbox_)
        ready_.push_back(std::move(work));
    inbox_.clear();
    return !ready_.empty();
}

// Runs what is ready now; what that posts in turn waits for the next tick.
void Shard::run_ready() {
    running_.swap(ready_);
    for (auto& work : running_)
        work();
    running_.clear();
}

void Shard::run_tick_end() {
    std::vector<base::Work> works;
    works.swap(tick_end_);
    for (auto& work : works)
        work();
    works.clear();
    if (tick_end_.empty()) tick_end_.swap(works);  // keeps the capacity
}

void Shard::send_mail() {
    for (auto& outbox : outboxes_) {
        if (!outbox.mail.empty()) outbox.to->receive(outbox.mail);
    }
}

void Shard::receive(std::vector<base::Work>& mail) {
    bool wake = false;
    {
        const std::scoped_lock lock(inbox_mutex_);
        for (auto& work : mail)
            inbox_.push_back(std::move(work));
        wake = !woken_;
        woken_ = true;
    }
    mail.clear();
    if (wake) asio::post(*io_, [] {});
}

std::vector<base::Work>& Shard::outbox_for(Shard& other) {
    for (auto& outbox : outboxes_) {
        if (outbox.to == &other) return outbox.mail;
    }
    return outboxes_.emplace_back(Outbox{&other, {}}).mail;
}

}  // namespace banter::runtime
