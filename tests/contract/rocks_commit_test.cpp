// How the embedded store makes commits durable: together, within bounds, or not at all.
#include <fstream>

#include "adapters/embedded/data_directory.hpp"
#include "message_store_fixtures.hpp"

namespace banter::contract {
namespace {

using base::ErrorCode;
using domain::Seq;
using embedded::DataDirectoryError;
using embedded::DataDirectoryFault;
namespace fs = std::filesystem;

class RocksCommit : public testing::Test {
protected:
    void start(embedded::RocksOptions options = {}) {
        engine_ = std::make_unique<RocksStoreEngine>(options);
    }
    template <class T>
    T run(base::Task<T> task) {
        return engine_->executor().run(std::move(task));
    }
    void commit(ports::CommitBatch batch) {
        ASSERT_TRUE(run(engine_->store().commit(std::move(batch))));
    }
    // Calls commit now; its answer goes to answers_.
    void begin(ports::CommitBatch batch) {
        engine_->executor().start(
            engine_->store().commit(std::move(batch)),
            [this](base::Result<void> result) { answers_.push_back(std::move(result)); });
        engine_->executor().run_until_idle();
    }
    void wait_for_answers(std::size_t count) {
        ASSERT_TRUE(engine_->executor().run_until([&] { return answers_.size() >= count; }));
    }
    std::uint64_t head(std::uint64_t chat) {
        const auto found = run(engine_->store().head(chat_number(chat))).value();
        return found ? found->seq.value : 0;
    }
    bool metrics_say(const std::string& line) {
        return engine_->metrics().find("\n" + line + "\n") != std::string::npos;
    }
    fs::path newest_log() const {
        fs::path newest;
        for (const auto& entry : fs::directory_iterator(engine_->path())) {
            if (entry.path().extension() == ".log") newest = std::max(newest, entry.path());
        }
        return newest;
    }
    static void clear_sector(const fs::path& log, std::uint64_t offset) {
        std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(offset));
        file << std::string(512, '\0');
    }
    std::optional<DataDirectoryFault> fault_of_opening() {
        try {
            engine_->open();
        } catch (const DataDirectoryError& error) {
            EXPECT_NE(std::string(error.what()).find(engine_->path().string()), std::string::npos);
            return error.fault();
        }
        return std::nullopt;
    }

    std::unique_ptr<RocksStoreEngine> engine_;
    std::vector<base::Result<void>> answers_;
};

TEST_F(RocksCommit, AllThatWaitShareOneSync) {
    start();
    engine_->hold_writes();
    begin(conversation(chat_number(1), 1, 1));
    engine_->wait_for_held_write();
    for (std::uint64_t chat = 2; chat <= 10; ++chat)
        begin(conversation(chat_number(chat), 1, 2));
    EXPECT_TRUE(metrics_say("banter_commit_queue_depth 10"));
    engine_->release_writes();
    wait_for_answers(10);
    EXPECT_TRUE(metrics_say("banter_commit_batches_total 10")) << engine_->metrics();
    EXPECT_TRUE(metrics_say("banter_commit_syncs_total 2"));
    EXPECT_TRUE(metrics_say("banter_messages_committed_total 19"));
    EXPECT_TRUE(metrics_say("banter_commit_queue_depth 0"));
    EXPECT_TRUE(metrics_say("banter_commit_seconds_count 10"));
    EXPECT_EQ(head(1), 1u);
    for (std::uint64_t chat = 2; chat <= 10; ++chat)
        EXPECT_EQ(head(chat), 2u);
}

TEST_F(RocksCommit, AFullQueueRefusesAndWritesNothing) {
    embedded::RocksOptions options;
    options.max_waiting_commits = 1;
    start(options);
    engine_->hold_writes();
    begin(conversation(chat_number(1), 1, 1));
    engine_->wait_for_held_write();
    begin(conversation(chat_number(2), 1, 1));
    begin(conversation(chat_number(3), 1, 1));
    ASSERT_EQ(answers_.size(), 1u);
    ASSERT_FALSE(answers_[0]);
    EXPECT_EQ(answers_[0].error().code, ErrorCode::overloaded);
    EXPECT_GT(answers_[0].error().retry_after.count(), 0);
    engine_->release_writes();
    wait_for_answers(3);
    EXPECT_FALSE(engine_->store().failed());
    EXPECT_EQ(head(2), 1u);
    EXPECT_EQ(head(3), 0u);
    commit(conversation(chat_number(3), 1, 1));
    EXPECT_EQ(head(3), 1u);
}

TEST_F(RocksCommit, AQueueOfTooManyBytesRefuses) {
    embedded::RocksOptions options;
    options.max_waiting_commit_bytes = 10;
    start(options);
    const auto refused = run(engine_->store().commit(conversation(chat_number(1), 1, 1)));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
}

TEST_F(RocksCommit, WhatHasWaitedTooLongIsRefusedUnwritten) {
    embedded::RocksOptions options;
    options.deadline = std::chrono::milliseconds(0);  // any waiting is too long
    start(options);
    const auto refused = run(engine_->store().commit(conversation(chat_number(1), 1, 1)));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
    EXPECT_EQ(head(1), 0u);
    EXPECT_FALSE(engine_->store().failed());
    const auto read = run(engine_->store().entries({1}));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::overloaded);
}

TEST_F(RocksCommit, ClosingWritesWhatWaits) {
    start();
    engine_->hold_writes();
    begin(conversation(chat_number(1), 1, 1));
    engine_->wait_for_held_write();
    begin(conversation(chat_number(2), 1, 1));
    engine_->release_writes();
    engine_->store().close();
    wait_for_answers(2);
    EXPECT_TRUE(answers_[0] && answers_[1]);
    const auto late = run(engine_->store().commit(conversation(chat_number(3), 1, 1)));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::overloaded);
    EXPECT_EQ(run(engine_->store().entries({1})).error().code, ErrorCode::overloaded);
    engine_->reopen();
    EXPECT_EQ(head(2), 1u);
}

TEST_F(RocksCommit, AStoreInUseIsRefused) {
    start();
    base::Metrics metrics;
    try {
        const embedded::RocksMessageStore second(engine_->path(), engine_->options(), metrics);
        FAIL() << "opened twice";
    } catch (const DataDirectoryError& error) {
        EXPECT_EQ(error.fault(), DataDirectoryFault::in_use) << error.what();
    }
}

TEST_F(RocksCommit, WhatWasAnsweredSurvivesACrash) {
    start();
    for (std::uint64_t seq = 1; seq <= 30; ++seq)
        commit(conversation(chat_number(1), seq, seq));
    engine_->crash();
    engine_->open();
    EXPECT_TRUE(engine_->store().damages().empty());
    EXPECT_EQ(head(1), 30u);
}

TEST_F(RocksCommit, ATornUnansweredWriteIsDroppedWhole) {
    start();
    commit(conversation(chat_number(1), 1, 3));
    engine_->hold_writes();
    begin(conversation(chat_number(1), 4, 6));
    engine_->wait_for_held_write();
    engine_->crash();
    const auto log = newest_log();
    fs::resize_file(log, fs::file_size(log) - 9);
    engine_->open();
    EXPECT_TRUE(engine_->store().damages().empty());
    EXPECT_EQ(head(1), 3u);
    commit(conversation(chat_number(1), 4, 4));
    EXPECT_EQ(head(1), 4u);
}

// Sectors of the last write that never reached the disk, while others behind them did.
TEST_F(RocksCommit, AnUnansweredWriteWithAHoleIsDroppedWhole) {
    start();
    commit(conversation(chat_number(1), 1, 3));
    const auto before = fs::file_size(newest_log());
    engine_->hold_writes();
    begin(conversation(chat_number(1), 4, 400));
    engine_->wait_for_held_write();
    engine_->crash();
    ASSERT_GT(fs::file_size(newest_log()), before + 40'000);  // more than a block of the log
    for (const auto hole : {before / 512 * 512 + 1024, before / 512 * 512 + 40'960})
        clear_sector(newest_log(), hole);
    engine_->open();
    EXPECT_TRUE(engine_->store().damages().empty());
    EXPECT_EQ(head(1), 3u);
    commit(conversation(chat_number(1), 4, 4));
    EXPECT_EQ(head(1), 4u);
}

TEST_F(RocksCommit, AnAnsweredWriteWithAHoleIsNeverDropped) {
    start();
    commit(conversation(chat_number(1), 1, 3));
    const auto before = fs::file_size(newest_log());
    commit(conversation(chat_number(1), 4, 40));
    engine_->crash();
    clear_sector(newest_log(), before / 512 * 512 + 1024);
    EXPECT_EQ(fault_of_opening(), DataDirectoryFault::damaged);
}

// As after power loss, which may leave an old SYNCED: the write behind the hole shows that the one
// with the hole was confirmed.
TEST_F(RocksCommit, AHoleBeforeAnotherWriteIsNeverDropped) {
    start();
    commit(conversation(chat_number(1), 1, 40));
    commit(conversation(chat_number(2), 1, 1));
    engine_->crash();
    fs::remove(engine_->path() / "SYNCED");
    clear_sector(newest_log(), 1024);
    EXPECT_EQ(fault_of_opening(), DataDirectoryFault::damaged);
}

TEST_F(RocksCommit, AnAnsweredWriteCutOffIsNeverDroppedSilently) {
    start();
    commit(conversation(chat_number(1), 1, 3));
    commit(conversation(chat_number(2), 1, 1));
    engine_->crash();
    const auto log = newest_log();
    fs::resize_file(log, fs::file_size(log) - 9);
    EXPECT_EQ(fault_of_opening(), DataDirectoryFault::damaged);
    // What the sentence offers to an operator who accepts the loss.
    fs::remove(engine_->path() / "SYNCED");
    engine_->open();
    EXPECT_EQ(head(1), 3u);
    EXPECT_EQ(head(2), 0u);
}

TEST_F(RocksCommit, AFlippedBitInTheLogIsNeverSkipped) {
    start();
    for (std::uint64_t seq = 1; seq <= 30; ++seq)
        commit(conversation(chat_number(1), seq, seq));
    engine_->crash();
    const auto log = newest_log();
    std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(log) / 2));
    file.put('\x55');
    file.close();
    EXPECT_EQ(fault_of_opening(), DataDirectoryFault::damaged);
}

TEST_F(RocksCommit, ALostLogIsNeverSkipped) {
    start();
    commit(conversation(chat_number(1), 1, 3));
    engine_->crash();
    fs::remove(newest_log());
    EXPECT_EQ(fault_of_opening(), DataDirectoryFault::damaged);
}

TEST_F(RocksCommit, AStoreWithoutItsManifestIsNotBegunAnew) {
    start();
    commit(conversation(chat_number(1), 1, 3));
    engine_->close();
    fs::remove(engine_->path() / "CURRENT");
    EXPECT_EQ(fault_of_opening(), DataDirectoryFault::damaged);
}

}  // namespace
}  // namespace banter::contract
