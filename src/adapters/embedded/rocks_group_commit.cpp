#include "adapters/embedded/rocks_group_commit.hpp"

#include <algorithm>
#include <utility>

#include "adapters/embedded/rocks_keys.hpp"
#include "adapters/embedded/rocks_records.hpp"
#include "base/log.hpp"
#include "base/thread_name.hpp"

namespace banter::adapters::embedded {
namespace {

using base::ErrorCode;
using base::Result;
using Clock = std::chrono::steady_clock;

// Of a batch as RocksDB stores it: a sequence number of 8 bytes, then the count of rows in 4 bytes,
// little-endian, then the rows.
constexpr std::size_t batch_header = 12;
constexpr std::size_t batch_count_at = 8;

std::unexpected<base::Problem> broken() {
    return base::fail_retry(
        ErrorCode::overloaded,
        "The message store could not write to its disk and takes nothing until it is restarted.",
        std::chrono::seconds(60));
}

std::unexpected<base::Problem> full() {
    return base::fail_retry(ErrorCode::overloaded,
                            "The disk is behind; too many messages wait for it.",
                            std::chrono::seconds(1));
}

std::unexpected<base::Problem> stopped() {
    return base::fail_retry(ErrorCode::overloaded, "The message store is closing.",
                            std::chrono::seconds(5));
}

const std::vector<double>& commit_seconds_bounds() {
    static const std::vector<double> bounds{0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02,
                                            0.05,   0.1,    0.2,   0.5,   1,     2,    5};
    return bounds;
}

}  // namespace

GroupCommit::GroupCommit(RocksDatabase& database, Limits limits, std::uint64_t epoch,
                         OnEpoch on_epoch, base::Metrics& metrics)
    : database_(database),
      limits_(limits),
      on_epoch_(std::move(on_epoch)),
      batches_(
          metrics.counter("banter_commit_batches_total", "Batches that shards committed durably.")),
      syncs_(metrics.counter("banter_commit_syncs_total",
                             "Writes with fdatasync; one serves all batches that waited.")),
      messages_(metrics.counter("banter_messages_committed_total", "Messages made durable.")),
      receipts_(metrics.counter("banter_receipt_rows_committed_total",
                                "Rows of cursors, marks and their steps made durable.")),
      depth_(metrics.gauge("banter_commit_queue_depth", "Batches that wait for the disk.")),
      seconds_(metrics.histogram("banter_commit_seconds",
                                 "From the call of commit to its being durable.",
                                 commit_seconds_bounds())),
      epoch_(epoch),
      thread_([this] { run(); }) {}

GroupCommit::~GroupCommit() {
    stop();
}

Result<void> GroupCommit::submit(WaitingCommit commit) {
    if (failed()) return broken();
    const std::size_t size = commit.rows.GetDataSize();
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) return stopped();
        if (waiting_.size() >= limits_.batches || waiting_bytes_ + size > limits_.bytes) {
            return full();
        }
        // The disk hangs: what waits is answered when it returns, so nothing more joins it.
        if (!waiting_.empty() && commit.since - waiting_.front().since > limits_.deadline) {
            return full();
        }
        waiting_bytes_ += size;
        waiting_.push_back(std::move(commit));
    }
    depth_.add(1);
    arrived_.notify_one();
    return {};
}

void GroupCommit::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void GroupCommit::run() {
    base::name_thread("commit");
    Group group;
    while (take(group)) {
        // All of a shard's batches that wait are in the group, so none that was built on a refused
        // one is left behind it.
        if (failed()) {
            answer(group, broken());
        } else if (Clock::now() - group.front().since > limits_.deadline) {
            answer(group, full());
        } else {
            write(group);
        }
        group.clear();
    }
}

bool GroupCommit::take(Group& group) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return false;
    group.swap(waiting_);
    waiting_bytes_ = 0;
    return true;
}

void GroupCommit::write(Group& group) {
    rocksdb::WriteBatch rows = merge(group);
    note_touched(group, rows);
    const auto status = database_.write_durably(rows);
    if (!status.ok()) {
        failed_.store(true, std::memory_order_release);
        base::log::error("store.write_failed", {{"error", status.ToString()}});
        answer(group, broken());
        return;
    }
    count(group);
    answer(group, {});
    if (epoch_messages_ >= limits_.epoch_messages) advance_epoch();
}

// One batch of all, because RocksDB makes a batch visible only after it is durable.
rocksdb::WriteBatch GroupCommit::merge(Group& group) {
    if (group.size() == 1) return std::move(group.front().rows);
    std::size_t size = batch_header;
    std::uint32_t rows = 0;
    for (const auto& commit : group) {
        size += commit.rows.GetDataSize() - batch_header;
        rows += commit.rows.Count();
    }
    std::string merged(batch_header, '\0');
    merged.reserve(size + 64 * group.size());
    for (std::size_t i = 0; i < 4; ++i) {
        merged[batch_count_at + i] = static_cast<char>(rows >> (8 * i));
    }
    for (const auto& commit : group)
        merged.append(commit.rows.Data(), batch_header);
    return rocksdb::WriteBatch(std::move(merged));
}

void GroupCommit::note_touched(const Group& group, rocksdb::WriteBatch& rows) {
    for (const auto& commit : group) {
        for (const auto& chat : commit.touched) {
            const auto [at, added] = touched_.try_emplace(chat.chat, chat.first_seq);
            if (!added && at->second <= chat.first_seq) continue;
            at->second = chat.first_seq;
            rows.Put(database_.column(Column::meta), touched_key(epoch_, chat.chat).slice(),
                     records::encode_touched(chat.first_seq));
        }
    }
}

void GroupCommit::count(const Group& group) {
    const auto now = Clock::now();
    std::size_t batches = 0;
    std::size_t messages = 0;
    std::size_t receipts = 0;
    for (const auto& commit : group) {
        if (!commit.done) continue;
        ++batches;
        messages += commit.messages;
        receipts += commit.receipts;
        seconds_.observe(std::chrono::duration<double>(now - commit.since).count());
    }
    syncs_.add();
    batches_.add(static_cast<double>(batches));
    messages_.add(static_cast<double>(messages));
    receipts_.add(static_cast<double>(receipts));
    epoch_messages_ += messages;
}

void GroupCommit::answer(Group& group, const Result<void>& result) {
    depth_.add(-static_cast<double>(group.size()));
    std::vector<std::pair<base::Executor*, std::vector<base::Completion<Result<void>>>>> answers;
    for (auto& commit : group) {
        if (!commit.done) continue;
        auto of_home = std::ranges::find(answers, commit.home, [](auto& a) { return a.first; });
        if (of_home == answers.end()) {
            of_home = answers.insert(answers.end(), {commit.home, {}});
        }
        of_home->second.push_back(*commit.done);
    }
    for (auto& [home, done] : answers) {
        home->post([done = std::move(done), result] {
            for (const auto& complete : done)
                complete(result);
        });
    }
}

void GroupCommit::advance_epoch() {
    on_epoch_(epoch_, std::exchange(touched_, {}));
    ++epoch_;
    epoch_messages_ = 0;
}

}  // namespace banter::adapters::embedded
