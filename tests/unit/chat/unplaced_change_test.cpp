// A change whose row is stored and whose event can't get its place at once, because a read failed.
#include "harness.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;

// The store in memory whose next look-up of a send fails.
class StoreWithBadReads final : public ports::MessageStore {
public:
    explicit StoreWithBadReads(ports::MessageStore& store) : store_(store) {}

    void fail_next_look_up() { fails_ = true; }

    base::Task<base::Result<void>> commit(ports::CommitBatch batch) override {
        return store_.commit(std::move(batch));
    }
    base::Task<base::Result<std::vector<domain::Message>>> read(
        ports::MessageRange range) override {
        return store_.read(range);
    }
    base::Task<base::Result<std::optional<ports::HeadRow>>> head(ChatId chat) override {
        return store_.head(chat);
    }
    base::Task<base::Result<std::vector<std::optional<ports::HeadRow>>>> heads(
        std::vector<ChatId> chats) override {
        return store_.heads(std::move(chats));
    }
    base::Task<base::Result<std::optional<ports::SendRow>>> find_send(ports::SendKey key) override {
        if (!std::exchange(fails_, false)) return store_.find_send(key);
        return fail();
    }
    bool failed() const override { return store_.failed(); }

private:
    static base::Task<base::Result<std::optional<ports::SendRow>>> fail() {
        co_return base::fail_retry(ErrorCode::overloaded, "The disk is behind.",
                                   std::chrono::seconds(1));
    }

    ports::MessageStore& store_;
    bool fails_ = false;
};

class UnplacedChange : public ChatTest {
protected:
    UnplacedChange() {
        service = std::make_unique<ChatService>(
            shards, std::vector<delivery::Registry*>{&registry},
            ChatPorts{bad_reads, store, store, directory, states, log, relations, clock, random},
            limits);
        log.consumer = [this](ports::LogRecord record) { service->consume(std::move(record)); };
        group = make_group(ann, {bob});
    }

    StoreWithBadReads bad_reads{store};
    ChatId group;
};

TEST_F(UnplacedChange, IsAnsweredAndGetsItsPlaceLater) {
    bad_reads.fail_next_look_up();
    const auto refused = run(service->add(group, ann, {cem}));
    EXPECT_EQ(code_of(refused), ErrorCode::overloaded);
    EXPECT_EQ(run(directory.outbox())->size(), 1u);
    executor.advance(std::chrono::seconds(2));
    EXPECT_TRUE(run(directory.outbox())->empty());
    ASSERT_EQ(history(group, ann).size(), 2u);
    EXPECT_EQ(history(group, ann)[1].content.event->users, std::vector<UserId>{cem});
    EXPECT_TRUE(send(group, cem));
}

TEST_F(UnplacedChange, IsNotOvertakenByTheNextOne) {
    bad_reads.fail_next_look_up();
    EXPECT_FALSE(run(service->remove(group, ann, bob)));
    bad_reads.fail_next_look_up();
    EXPECT_EQ(code_of(run(service->add(group, ann, {cem}))), ErrorCode::overloaded);
    EXPECT_TRUE(run(service->add(group, ann, {bob})));
    EXPECT_TRUE(send(group, bob));
    const auto events = history(group, ann);
    ASSERT_EQ(events.size(), 4u);  // cem was not added
    EXPECT_EQ(events[1].content.event->change, domain::Change::member_removed);
    EXPECT_EQ(events[2].content.event->change, domain::Change::member_added);
}

TEST_F(UnplacedChange, IsNoEndlessStart) {
    bad_reads.fail_next_look_up();
    EXPECT_FALSE(run(service->add(group, ann, {cem})));
    bad_reads.fail_next_look_up();
    EXPECT_EQ(code_of(run(service->recover())), ErrorCode::overloaded);
    EXPECT_EQ(run(service->recover()).value(), 1u);
}

}  // namespace
}  // namespace banter::chat
