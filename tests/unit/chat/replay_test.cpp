// A log that outlives the process, and brings again what was not committed.
#include <deque>
#include <optional>
#include <vector>

#include "harness.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;

// One partition that keeps its records.
class KeptLog final : public ports::MessageLog {
public:
    KeptLog(base::Executor& executor, const ports::Clock& clock)
        : executor_(executor), clock_(clock) {}

    base::Result<void> append(ports::SendCommand command) override {
        keep({{}, {}, std::move(command)});
        return {};
    }
    base::Result<void> append_control(ports::ControlMessage control) override {
        keep({{}, {}, {}, std::move(control)});
        return {};
    }
    bool replays() const override { return true; }
    void commit(ports::LogPosition through) override { committed = through.offset + 1; }
    std::uint64_t rewind(std::int32_t) override {
        cursor_ = committed;
        executor_.post([this] { deliver(); });
        return ++generation_;
    }
    std::int32_t partition_of(ChatId) const override { return 0; }
    bool owns(std::int32_t) const override { return leased; }
    ports::NodeId node() const override { return {1}; }
    Owner owner(std::int32_t) const override { return {{1}, 1}; }

    // The consumer gets the partition, and what was not committed of it.
    void assign(ports::LogConsumer& consumer) {
        consumer_ = &consumer;
        cursor_ = committed;
        consumer.assigned(0, ++generation_);
        deliver();
    }
    void revoke() {
        leased = false;
        consumer_->revoked(0);
    }
    // What is appended waits until resume().
    void hold() { held_ = true; }
    void resume() {
        held_ = false;
        deliver();
    }
    const std::vector<ports::LogRecord>& records() const { return records_; }

    std::int64_t committed = 0;
    bool leased = true;

private:
    void keep(ports::LogRecord record) {
        record.position = {0, static_cast<std::int64_t>(records_.size())};
        record.at = clock_.now();
        records_.push_back(std::move(record));
        deliver();
    }
    void deliver() {
        while (!held_ && cursor_ < static_cast<std::int64_t>(records_.size())) {
            auto record = records_[static_cast<std::size_t>(cursor_++)];
            record.generation = generation_;
            consumer_->consume(std::move(record));
        }
    }

    base::Executor& executor_;
    const ports::Clock& clock_;
    ports::LogConsumer* consumer_ = nullptr;
    std::vector<ports::LogRecord> records_;
    std::int64_t cursor_ = 0;
    std::uint64_t generation_ = 0;
    bool held_ = false;
};

// The directory in memory, with which something happens just before a change, or whose answers
// wait.
class TroubledDirectory final : public adapters::memory::MemoryChatDirectory {
public:
    using Memory = adapters::memory::MemoryChatDirectory;
    using Memory::Memory;

    base::Task<base::Result<void>> change(ports::MemberChange change) override {
        if (auto first = std::exchange(overtaken_by, std::nullopt)) {
            const auto changed = co_await Memory::change(std::move(*first));
            if (!changed) co_return changed;
        }
        if (const auto first = std::exchange(before_change, nullptr)) first();
        co_return co_await Memory::change(std::move(change));
    }
    Answer<std::optional<ports::ChatWithMembers>> find(ChatId chat) override {
        if (std::exchange(hold_next_find, false)) {
            base::CallbackAwaiter<bool> gate(
                [this](base::Completion<bool> passed) { held_ = passed; });
            co_await gate;
        }
        co_return co_await Memory::find(chat);
    }
    void go_on() { std::exchange(held_, {})(true); }

    std::optional<ports::MemberChange> overtaken_by;
    std::function<void()> before_change;
    bool hold_next_find = false;

private:
    std::function<void(bool)> held_;
};

// Says of a commit that it failed although all of it was written; or lets commits wait, one by one.
class DoubtfulStore final : public adapters::memory::MemoryMessageStore {
public:
    base::Task<base::Result<void>> commit(ports::CommitBatch batch) override {
        const bool doubtful = std::exchange(doubt_next, false);
        if (gated) {
            base::CallbackAwaiter<bool> gate(
                [this](base::Completion<bool> passed) { waiting_.push_back(passed); });
            co_await gate;
        }
        const auto written = co_await MemoryMessageStore::commit(std::move(batch));
        if (!doubtful) co_return written;
        co_return base::fail_retry(ErrorCode::overloaded, "The store does not answer.",
                                   std::chrono::seconds(1));
    }

    void first_goes_on() {
        const auto passed = waiting_.front();
        waiting_.pop_front();
        passed(true);
    }

    bool doubt_next = false;
    bool gated = false;

private:
    std::deque<base::Completion<bool>> waiting_;
};

// A session that remembers which messages it was told of.
class Listener final : public delivery::FeedOutput {
public:
    void write(delivery::EncodedFrame frame) override {
        if (frame->find("\"type\":\"message\"") != std::string::npos) ++messages;
    }
    void joined(ChatId) override {}
    void left(ChatId) override {}
    void moved(const delivery::Concerned&) override {}
    void failed(const base::Problem&) override {}
    bool writable() override { return true; }

    int messages = 0;
};

class ReplayTest : public ChatTest {
protected:
    ReplayTest() { start(); }

    std::unique_ptr<ChatService> make_service() {
        return std::make_unique<ChatService>(
            shards, std::vector<delivery::Registry*>{&registry},
            ChatPorts{store, store, store, directory, states, kept, relations, clock, random},
            limits);
    }
    // Another life of the process on the same log and store.
    void start() {
        service = make_service();
        kept.assign(*service);
        executor.run_until_idle();
    }
    // The log brings everything again.
    void replay() {
        kept.committed = 0;
        start();
    }
    std::vector<domain::MessageId> ids(ChatId chat) {
        std::vector<domain::MessageId> ids;
        for (const auto& message : history(chat, ann))
            ids.push_back(message.id);
        return ids;
    }

    ports::MemberChange title_of(ChatId chat, const std::string& title) {
        ports::MemberChange change;
        change.control = {new_client_id(), chat, ann, {domain::Change::title, {}, title, {}}};
        change.title = title;
        return change;
    }
    std::vector<domain::Change> changes_of(ChatId chat) {
        std::vector<domain::Change> changes;
        for (const auto& message : history(chat, ann))
            changes.push_back(message.content.event->change);
        return changes;
    }

    KeptLog kept{executor, clock};
    // A session of Bob that follows the chat, and has all of it.
    void listen(ChatId chat) {
        feed = std::make_shared<delivery::Feed>(delivery::Feed::Identity{bob, bob_phone}, store,
                                                listener, 1024);
        registry.add(feed);
        registry.follow(chat, feed);
        const auto attachment = run(service->attach(chat, bob, bob_phone, 0, clock.now()));
        feed->add({chat, attachment->first_seq, attachment->head, attachment->head, {}});
        feed->start();
        executor.run_until_idle();
    }

    TroubledDirectory directory{clock};
    DoubtfulStore store;
    Listener listener;
    std::shared_ptr<delivery::Feed> feed;
};

TEST_F(ReplayTest, WhatWasDecidedIsNotDecidedAgain) {
    const auto chat = open_direct(ann, bob);
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(send(chat, ann));
    const auto before = ids(chat);
    replay();
    EXPECT_EQ(ids(chat), before);
    EXPECT_EQ(send(chat, bob)->seq, Seq{4});
}

TEST_F(ReplayTest, WhatWasRefusedStaysRefused) {
    const auto chat = make_group(ann, {bob});
    EXPECT_EQ(code_of(send(chat, cem)), ErrorCode::not_found);
    ASSERT_TRUE(run(service->add(chat, ann, {cem})));
    const auto before = ids(chat);
    replay();
    EXPECT_EQ(ids(chat), before);
    EXPECT_TRUE(send(chat, cem));
}

TEST_F(ReplayTest, AnOffsetIsCommittedWhenAllBeforeItIsDurable) {
    const auto chat = open_direct(ann, bob);
    ASSERT_TRUE(send(chat, ann));
    EXPECT_EQ(kept.committed, 1);
    store.hold_commits();
    const auto held = begin_send(chat, ann, ann_phone, new_client_id(), "held");
    const auto refused = begin_send(chat, cem, DeviceId{31}, new_client_id(), "refused");
    executor.run_until_idle();
    EXPECT_EQ(code_of(refused->value()), ErrorCode::not_found);
    EXPECT_EQ(kept.committed, 1);
    store.release_commits();
    executor.run_until_idle();
    EXPECT_TRUE(held->value());
    EXPECT_EQ(kept.committed, 3);
}

TEST_F(ReplayTest, WhatACommitLostComesAgain) {
    const auto chat = open_direct(ann, bob);
    ASSERT_TRUE(send(chat, ann));
    const auto id = new_client_id();
    store.refuse_next_commit();
    EXPECT_EQ(code_of(send(chat, ann, ann_phone, id)), ErrorCode::overloaded);
    executor.advance(std::chrono::milliseconds(100));
    EXPECT_EQ(history(chat, bob).size(), 2U);
    const auto again = send(chat, ann, ann_phone, id);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->seq, Seq{2});
    EXPECT_EQ(kept.committed, 3);
}

TEST_F(ReplayTest, WhatAPredecessorWritesMeanwhileIsWrittenAgainInItsPlace) {
    const auto chat = open_direct(ann, bob);
    ASSERT_TRUE(send(chat, ann));
    store.hold_commits();
    begin_send(chat, ann, ann_phone, new_client_id(), "written by both");
    executor.run_until_idle();
    const auto predecessor = std::move(service);
    kept.hold();
    service = make_service();
    kept.assign(*service);
    EXPECT_EQ(run(service->summary(chat, bob))->view.head, Seq{1});
    store.release_commits();
    executor.run_until_idle();
    kept.resume();
    executor.run_until_idle();
    EXPECT_EQ(send(chat, bob)->seq, Seq{3});
    const auto log = history(chat, bob);
    ASSERT_EQ(log.size(), 3U);
    EXPECT_EQ(log[1].content.text, "written by both");
}

TEST_F(ReplayTest, WhoMayHaveASuccessorTellsNothing) {
    const auto chat = open_direct(ann, bob);
    ASSERT_TRUE(send(chat, ann));
    store.hold_commits();
    const auto outcome = begin_send(chat, ann, ann_phone, new_client_id(), "late");
    executor.run_until_idle();
    kept.leased = false;
    store.release_commits();
    executor.run_until_idle();
    EXPECT_EQ(code_of(outcome->value()), ErrorCode::overloaded);
}

TEST_F(ReplayTest, WhatAnotherHasChangedGetsItsPlaceFirst) {
    const auto chat = make_group(ann, {bob});
    ASSERT_TRUE(run(directory.change(title_of(chat, "geese"))));
    EXPECT_TRUE(run(service->add(chat, ann, {cem})));
    EXPECT_EQ(changes_of(chat), (std::vector{domain::Change::created, domain::Change::title,
                                             domain::Change::member_added}));
}

TEST_F(ReplayTest, AChangeOfWhoDoesNotKnowTheLastOneIsRefused) {
    const auto chat = make_group(ann, {bob});
    directory.overtaken_by = title_of(chat, "geese");
    EXPECT_EQ(code_of(run(service->add(chat, ann, {cem}))), ErrorCode::overloaded);
    EXPECT_TRUE(run(service->add(chat, ann, {cem})));
    EXPECT_EQ(changes_of(chat), (std::vector{domain::Change::created, domain::Change::title,
                                             domain::Change::member_added}));
}

TEST_F(ReplayTest, AnOutcomeThatDoesNotComeIsSaidToBeUnknown) {
    const auto chat = open_direct(ann, bob);
    ASSERT_TRUE(send(chat, ann));
    kept.hold();
    const auto id = new_client_id();
    const auto outcome = begin_send(chat, ann, ann_phone, id, "hello");
    executor.run_until_idle();
    EXPECT_FALSE(outcome->has_value());
    executor.advance(std::chrono::seconds(11));
    ASSERT_TRUE(outcome->has_value());
    EXPECT_EQ(code_of(outcome->value()), ErrorCode::overloaded);
    kept.resume();
    EXPECT_EQ(send(chat, ann, ann_phone, id)->seq, Seq{2});
}

// What is there already is not decided again, but nobody has told it.
TEST_F(ReplayTest, WhatWasWrittenThoughItsCommitFailedIsToldInTheEnd) {
    const auto chat = open_direct(ann, bob);
    ASSERT_TRUE(send(chat, ann));
    listen(chat);
    store.doubt_next = true;
    EXPECT_EQ(code_of(send(chat, ann)), ErrorCode::overloaded);
    EXPECT_EQ(listener.messages, 0);
    executor.advance(std::chrono::milliseconds(100));
    EXPECT_EQ(listener.messages, 1);
    ASSERT_TRUE(send(chat, ann));
    EXPECT_EQ(listener.messages, 2);
}

// It was written when the partition was here before, and its commit of this time is still under
// way: whoever gets the answer may ask here for the history at once.
TEST_F(ReplayTest, ARepeatIsAnsweredWhenItsChatShowsIt) {
    const auto chat = open_direct(ann, bob);
    ASSERT_TRUE(send(chat, ann));
    store.gated = true;
    const auto id = new_client_id();
    begin_send(chat, ann, ann_phone, id, "hello");
    executor.run_until_idle();
    kept.revoke();
    kept.leased = true;
    kept.assign(*service);
    executor.run_until_idle();
    executor.post([this] { store.first_goes_on(); });
    executor.run_until_idle();
    const auto repeated = begin_send(chat, ann, ann_phone, id, "hello");
    executor.run_until_idle();
    EXPECT_FALSE(repeated->has_value());
    EXPECT_EQ(history(chat, bob).size(), 1U);
    store.gated = false;
    executor.post([this] { store.first_goes_on(); });
    executor.run_until_idle();
    ASSERT_TRUE(repeated->has_value());
    EXPECT_EQ(repeated->value()->seq, Seq{2});
    EXPECT_EQ(history(chat, bob).size(), 2U);
}

TEST_F(ReplayTest, AChangeWhosePartitionMovesMeanwhileIsAnswered) {
    const auto chat = make_group(ann, {bob});
    directory.before_change = [this] { kept.revoke(); };
    EXPECT_EQ(code_of(run(service->add(chat, ann, {cem}))), ErrorCode::overloaded);
}

// The first waits for what only the directory can tell; meanwhile the chat comes here.
TEST_F(ReplayTest, SendsKeepTheirOrderWhileTheirChatMoves) {
    const auto chat = open_direct(ann, bob);
    kept.revoke();
    directory.hold_next_find = true;
    begin_send(chat, ann, ann_phone, new_client_id(), "first");
    executor.run_until_idle();
    kept.leased = true;
    kept.assign(*service);
    ASSERT_TRUE(run(service->summary(chat, bob)));
    begin_send(chat, ann, ann_phone, new_client_id(), "second");
    executor.run_until_idle();
    executor.post([this] { directory.go_on(); });
    executor.run_until_idle();
    std::vector<std::string> texts;
    for (const auto& message : history(chat, bob))
        texts.push_back(message.content.text);
    EXPECT_EQ(texts, (std::vector<std::string>{"first", "second"}));
}

// A device connects again while its session before is just ending.
TEST_F(ReplayTest, WhoComesIsNotTakenForWhoLeaves) {
    const auto chat = open_direct(ann, bob);
    ASSERT_TRUE(send(chat, ann));
    listen(chat);
    executor.post([&] {
        service->detach(chat, 0);
        base::spawn(service->attach(chat, bob, bob_phone, 0, clock.now()), [](const auto&) {});
    });
    executor.run_until_idle();
    ASSERT_TRUE(send(chat, ann));
    EXPECT_EQ(listener.messages, 1);
}

}  // namespace
}  // namespace banter::chat
