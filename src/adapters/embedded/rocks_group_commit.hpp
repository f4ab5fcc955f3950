#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <rocksdb/write_batch.h>
#include <thread>
#include <unordered_map>
#include <vector>

#include "adapters/embedded/rocks_database.hpp"
#include "base/executor.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "domain/ids.hpp"

namespace banter::adapters::embedded {

// A chat that a batch writes messages of, from this seq on.
struct TouchedChat {
    domain::ChatId chat;
    domain::Seq first_seq;
};

// A batch that waits to become durable.
struct WaitingCommit {
    rocksdb::WriteBatch rows;
    std::vector<TouchedChat> touched;
    std::size_t messages = 0;
    std::size_t receipts = 0;  // rows of cursors, marks and steps
    // Who is answered, and where. Unset: nobody, a batch of the store itself.
    base::Executor* home = nullptr;
    std::optional<base::Completion<base::Result<void>>> done;
    std::chrono::steady_clock::time_point since;
};

// Chats touched in one epoch, with the first seq written in it.
using TouchedChats = std::unordered_map<domain::ChatId, domain::Seq>;

// Makes batches durable: one thread takes all that wait, writes them as one batch with one
// fdatasync and posts the answers, one post for each executor.
//
// The first batch of an epoch that touches a chat also notes so in the column family meta; what is
// noted there when the store opens must be checked. After `epoch_messages` messages a new epoch
// begins and `on_epoch` receives the chats of the old one, on the thread that writes.
class GroupCommit {
public:
    struct Limits {
        std::size_t batches;
        std::size_t bytes;
        std::chrono::milliseconds deadline;
        std::uint64_t epoch_messages;
    };
    using OnEpoch = std::function<void(std::uint64_t epoch, TouchedChats chats)>;

    GroupCommit(RocksDatabase& database, Limits limits, std::uint64_t epoch, OnEpoch on_epoch,
                base::Metrics& metrics);
    ~GroupCommit();

    // Any thread. Refused: nothing of it was or will be written.
    base::Result<void> submit(WaitingCommit commit);

    // Writes what waits and ends the thread. Nothing is taken after that.
    void stop();

    bool failed() const { return failed_.load(std::memory_order_acquire); }

private:
    using Group = std::vector<WaitingCommit>;

    void run();
    bool take(Group& group);
    void write(Group& group);
    rocksdb::WriteBatch merge(Group& group);
    void note_touched(const Group& group, rocksdb::WriteBatch& rows);
    void count(const Group& group);
    void answer(Group& group, const base::Result<void>& result);
    void advance_epoch();

    RocksDatabase& database_;
    Limits limits_;
    OnEpoch on_epoch_;

    base::Counter& batches_;
    base::Counter& syncs_;
    base::Counter& messages_;
    base::Counter& receipts_;
    base::Gauge& depth_;
    base::Histogram& seconds_;

    std::mutex mutex_;
    std::condition_variable arrived_;
    Group waiting_;                  // guarded by mutex_
    std::size_t waiting_bytes_ = 0;  // guarded by mutex_
    bool stopping_ = false;          // guarded by mutex_
    std::atomic<bool> failed_{false};

    // Of the thread that writes.
    std::uint64_t epoch_;
    std::uint64_t epoch_messages_ = 0;
    TouchedChats touched_;

    std::thread thread_;
};

}  // namespace banter::adapters::embedded
