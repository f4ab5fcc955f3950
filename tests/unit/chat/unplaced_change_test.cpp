// A change whose row is stored and whose event can't get its place at once, because a read failed.
#include "harness.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;

// The store in memory with look-ups of sends that fail, and commits that are held up and then fail.
class TroubledStore final : public ports::MessageStore {
public:
    explicit TroubledStore(ports::MessageStore& store) : store_(store) {}

    void fail_next_look_up() { fails_next_ = true; }
    void fail_look_ups(bool always) { fails_ = always; }
    void hold_next_commit() { holds_next_ = true; }
    void fail_held_commit() { std::exchange(held_, {})(true); }
    std::size_t failures() const { return failures_; }

    base::Task<base::Result<void>> commit(ports::CommitBatch batch) override {
        if (!std::exchange(holds_next_, false)) return store_.commit(std::move(batch));
        return hold();
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
        if (!std::exchange(fails_next_, false) && !fails_) return store_.find_send(key);
        ++failures_;
        return fail();
    }
    bool failed() const override { return store_.failed(); }

private:
    static base::Task<base::Result<std::optional<ports::SendRow>>> fail() {
        co_return base::fail_retry(ErrorCode::overloaded, "The disk is behind.",
                                   std::chrono::seconds(1));
    }

    base::Task<base::Result<void>> hold() {
        base::CallbackAwaiter<bool> gate([this](base::Completion<bool> end) { held_ = end; });
        co_await gate;
        co_return base::fail_retry(ErrorCode::overloaded, "The disk failed.",
                                   std::chrono::seconds(1));
    }

    ports::MessageStore& store_;
    bool holds_next_ = false;
    std::function<void(bool)> held_;
    bool fails_next_ = false;
    bool fails_ = false;
    std::size_t failures_ = 0;
};

class UnplacedChange : public ChatTest {
protected:
    UnplacedChange() {
        service = std::make_unique<ChatService>(
            shards, std::vector<delivery::Registry*>{&registry},
            ChatPorts{troubled, store, store, directory, states, log, relations, clock, random},
            limits);
        log.consumer = service.get();
        group = make_group(ann, {bob});
    }

    TroubledStore troubled{store};
    ChatId group;
};

TEST_F(UnplacedChange, IsAnsweredAndGetsItsPlaceLater) {
    troubled.fail_next_look_up();
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
    troubled.fail_next_look_up();
    EXPECT_FALSE(run(service->remove(group, ann, bob)));
    troubled.fail_next_look_up();
    EXPECT_EQ(code_of(run(service->add(group, ann, {cem}))), ErrorCode::overloaded);
    EXPECT_TRUE(run(service->add(group, ann, {bob})));
    EXPECT_TRUE(send(group, bob));
    const auto events = history(group, ann);
    ASSERT_EQ(events.size(), 4u);  // cem was not added
    EXPECT_EQ(events[1].content.event->change, domain::Change::member_removed);
    EXPECT_EQ(events[2].content.event->change, domain::Change::member_added);
}

TEST_F(UnplacedChange, DoesNotKeepTheServerFromStarting) {
    troubled.fail_next_look_up();
    EXPECT_FALSE(run(service->add(group, ann, {cem})));
    troubled.fail_next_look_up();
    EXPECT_EQ(run(service->recover()).value(), 0u);
    executor.advance(std::chrono::seconds(2));
    EXPECT_TRUE(run(directory.outbox())->empty());
    EXPECT_TRUE(send(group, cem));
}

TEST_F(UnplacedChange, IsTriedMoreAndMoreSeldom) {
    troubled.fail_look_ups(true);
    EXPECT_FALSE(run(service->add(group, ann, {cem})));
    const auto before = troubled.failures();
    executor.advance(std::chrono::minutes(10));
    EXPECT_GE(troubled.failures(), before + 10);
    EXPECT_LE(troubled.failures(), before + 20);
    troubled.fail_look_ups(false);
    executor.advance(std::chrono::minutes(2));
    EXPECT_TRUE(run(directory.outbox())->empty());
}

// Its place is nobody's knowledge before it is durable: it may become another message's.
TEST_F(UnplacedChange, IsNotBuiltUponByASessionThatOpens) {
    send(group, ann);
    troubled.hold_next_commit();
    std::optional<base::Result<std::vector<UserId>>> added;
    executor.start(service->add(group, ann, {cem}), [&](const auto& result) { added = result; });
    executor.run_until_idle();
    EXPECT_EQ(code_of(run(service->attach(group, cem, DeviceId{31}, 0, {}))), ErrorCode::not_found);
    executor.post([&] { troubled.fail_held_commit(); });
    executor.run_until_idle();
    EXPECT_FALSE(added->has_value());
}

TEST_F(UnplacedChange, OfWhoLeavesDoesNotEndTheStreamOfASessionThatOpens) {
    send(group, ann);
    troubled.hold_next_commit();
    std::optional<base::Result<void>> removed;
    executor.start(service->remove(group, ann, bob), [&](const auto& result) { removed = result; });
    executor.run_until_idle();
    const auto attachment = run(service->attach(group, bob, bob_phone, 0, {}));
    ASSERT_TRUE(attachment);
    EXPECT_EQ(attachment->first_seq, Seq{1});
    EXPECT_FALSE(attachment->last_seq);
    executor.post([&] { troubled.fail_held_commit(); });
    executor.run_until_idle();
    EXPECT_FALSE(removed->has_value());
}

}  // namespace
}  // namespace banter::chat
