#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/executor.hpp"

namespace boost::asio {
class io_context;
}

namespace banter::runtime {

// One core's share of the server: a thread, an event loop, and the work posted to it.
//
// The loop runs in ticks: wait for something to do, do all of it, then run what asked for the end
// of the tick (sessions write what they gathered), then hand over the mail for other shards, one
// hand-over for each of them. Shards share nothing else that changes.
class Shard final : public base::Executor {
public:
    explicit Shard(std::size_t index);
    ~Shard() override;
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    std::size_t index() const { return index_; }
    boost::asio::io_context& io() { return *io_; }

    // Runs until stop(); the calling thread becomes the shard's.
    void run();
    // Any thread.
    void stop();

    void post(base::Work work) override;
    [[nodiscard]] base::Timer after(std::chrono::milliseconds delay, base::Work work) override;

    // Runs `work` once at the end of this tick. Only on this shard.
    void at_tick_end(base::Work work) { tick_end_.push_back(std::move(work)); }

    // Ticks and pieces of work so far; for the metrics. Any thread.
    std::uint64_t ticks() const { return ticks_.load(std::memory_order_relaxed); }

private:
    void tick();
    bool take_mail();
    void run_ready();
    void run_tick_end();
    void send_mail();
    void receive(std::vector<base::Work>& mail);
    std::vector<base::Work>& outbox_for(Shard& other);

    struct Outbox {
        Shard* to;
        std::vector<base::Work> mail;
    };

    std::size_t index_;
    std::unique_ptr<boost::asio::io_context> io_;
    std::atomic<bool> stopped_{false};
    std::atomic<std::uint64_t> ticks_{0};

    // Of this shard's thread alone.
    std::vector<base::Work> ready_;
    std::vector<base::Work> running_;
    std::vector<base::Work> tick_end_;
    std::vector<Outbox> outboxes_;

    std::mutex inbox_mutex_;
    std::vector<base::Work> inbox_;
    bool woken_ = false;  // guarded by inbox_mutex_: a wake-up is on its way
};

}  // namespace banter::runtime
