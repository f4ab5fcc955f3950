#include "harness.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;

class ReceiptsTest : public ChatTest {
protected:
    ReceiptsTest() {
        for (int i = 0; i < 3; ++i)
            send(chat, ann);
    }

    domain::Marks marks(UserId user) { return run(service->summary(chat, user))->view.marks; }

    const ChatId chat = open_direct(ann, bob);
};

TEST_F(ReceiptsTest, NeverGoBack) {
    ASSERT_TRUE(run(service->received(chat, bob, bob_phone, Seq{2})));
    ASSERT_TRUE(run(service->received(chat, bob, bob_phone, Seq{1})));
    EXPECT_EQ(marks(bob).delivered, Seq{2});
    ASSERT_TRUE(run(service->read(chat, bob, Seq{2})));
    ASSERT_TRUE(run(service->read(chat, bob, Seq{1})));
    EXPECT_EQ(marks(bob).read, Seq{2});
    restart();
    EXPECT_EQ(marks(bob), (domain::Marks{Seq{2}, Seq{2}}));
}

TEST_F(ReceiptsTest, AnAcknowledgementCountsForASessionBeforeItIsDurable) {
    store.hold_commits();
    executor.start(service->received(chat, bob, bob_phone, Seq{2}), [](const auto&) {});
    executor.run_until_idle();
    EXPECT_EQ(run(service->attach(chat, bob, bob_phone, 0, {}))->cursor, Seq{2});
    EXPECT_EQ(run(service->attach(chat, bob, DeviceId{22}, 0, {}))->cursor, Seq{0});
    store.release_commits();
    executor.run_until_idle();
    EXPECT_EQ(run(store.cursors(bob, bob_phone))->front().delivered, Seq{2});
}

TEST_F(ReceiptsTest, AnswersAnAcknowledgementWhenTheCursorIsDurable) {
    ASSERT_TRUE(run(service->received(chat, bob, bob_phone, Seq{3})));
    const DeviceId tablet{22};  // behind: the user's mark does not move
    ASSERT_TRUE(run(service->received(chat, bob, tablet, Seq{2})));
    EXPECT_EQ(run(store.cursors(bob, tablet))->front().delivered, Seq{2});
}

TEST_F(ReceiptsTest, ShareTheWriteOfTheNextMessageAndWaitOnlySoLongForOne) {
    limits.sequencer.marks_wait = std::chrono::milliseconds(5);
    restart();
    bool done = false;
    const auto acknowledge = [&](std::uint64_t seq) {
        done = false;
        executor.start(service->received(chat, bob, bob_phone, Seq{seq}),
                       [&](const auto& result) { done = result.has_value(); });
        executor.run_until_idle();
    };
    const auto before = store.commits();
    acknowledge(1);
    EXPECT_FALSE(done);
    ASSERT_TRUE(send(chat, ann));
    EXPECT_TRUE(done);
    EXPECT_EQ(store.commits(), before + 1);
    acknowledge(2);
    executor.advance(std::chrono::milliseconds(4));
    EXPECT_FALSE(done);
    executor.advance(std::chrono::milliseconds(1));
    EXPECT_TRUE(done);
    EXPECT_EQ(store.commits(), before + 2);
}

TEST_F(ReceiptsTest, ReadImpliesDelivered) {
    ASSERT_TRUE(run(service->read(chat, bob, Seq{3})));
    EXPECT_EQ(marks(bob).delivered, Seq{3});
}

TEST_F(ReceiptsTest, BeyondTheHeadIsInvalid) {
    EXPECT_EQ(code_of(run(service->received(chat, bob, bob_phone, Seq{4}))), ErrorCode::invalid);
    EXPECT_EQ(code_of(run(service->read(chat, bob, Seq{4}))), ErrorCode::invalid);
    EXPECT_EQ(code_of(run(service->read(chat, cem, Seq{1}))), ErrorCode::not_found);
}

TEST_F(ReceiptsTest, TellWhenAMessageWasPassed) {
    ASSERT_TRUE(run(service->received(chat, bob, bob_phone, Seq{1})));
    const auto first = clock.now();
    clock.advance(std::chrono::seconds(5));
    ASSERT_TRUE(run(service->read(chat, bob, Seq{3})));
    const auto at_one = run(service->receipts(chat, ann, Seq{1}));
    ASSERT_EQ(at_one->size(), 1U);
    EXPECT_EQ(at_one->front().delivered_at, first);
    EXPECT_EQ(at_one->front().read_at, clock.now());
    const auto at_two = run(service->receipts(chat, ann, Seq{2}));
    EXPECT_EQ(at_two->front().delivered_at, clock.now());
}

TEST_F(ReceiptsTest, PrivacyWithholdsReads) {
    relations.policies[bob] = {domain::Audience::nobody, {}};
    ASSERT_TRUE(run(service->read(chat, bob, Seq{3})));
    const auto receipts = run(service->receipts(chat, ann, Seq{3}));
    EXPECT_TRUE(receipts->front().delivered_at);
    EXPECT_FALSE(receipts->front().read_at);
    const auto members = *run(service->members(chat, ann));
    for (const auto& member : members) {
        if (member.user == bob) EXPECT_FALSE(member.read);
    }
    const auto attachment = run(service->attach(chat, ann, ann_phone, 0, {}));
    for (const auto& receipt : attachment->receipts)
        EXPECT_FALSE(receipt.read);
    relations.policies[bob] = {domain::Audience::contacts, {ann}};
    service->policy_changed(bob);
    executor.run_until_idle();
    EXPECT_TRUE(run(service->receipts(chat, ann, Seq{3}))->front().read_at);
}

TEST_F(ReceiptsTest, UnreadCountsOthersMessagesAndNoEvents) {
    const auto group = make_group(ann, {bob});
    send(group, ann);
    send(group, bob);
    send(group, ann);
    EXPECT_EQ(run(service->summary(group, bob))->unread, 2U);
    EXPECT_EQ(run(service->summary(group, ann))->unread, 1U);
    ASSERT_TRUE(run(service->read(group, bob, Seq{2})));
    EXPECT_EQ(run(service->summary(group, bob))->unread, 1U);
}

TEST_F(ReceiptsTest, TheChatListIsInOrderOfActivity) {
    clock.advance(std::chrono::seconds(1));
    const auto other = open_direct(ann, cem);
    send(other, ann);
    clock.advance(std::chrono::seconds(1));
    send(chat, bob);
    const auto list = *run(service->activity(ann));
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].chat, chat);
    EXPECT_EQ(list[1].chat, other);
}

TEST_F(ReceiptsTest, HistoryPagesInBothDirections) {
    HistoryQuery query;
    query.chat = chat;
    query.limit = 2;
    const auto newest = *run(service->history(bob, query));
    EXPECT_EQ(newest.messages.front().seq, Seq{3});
    EXPECT_EQ(newest.previous, Seq{2});
    EXPECT_FALSE(newest.next);
    query.before = newest.previous;
    const auto older = *run(service->history(bob, query));
    EXPECT_EQ(older.messages.size(), 1U);
    EXPECT_FALSE(older.previous);
    EXPECT_EQ(older.next, Seq{1});
    query.before.reset();
    query.after = Seq{0};
    const auto oldest = *run(service->history(bob, query));
    EXPECT_EQ(oldest.messages.front().seq, Seq{1});
    EXPECT_EQ(oldest.next, Seq{2});
    EXPECT_FALSE(oldest.previous);
    query.after = Seq{3};
    EXPECT_FALSE(run(service->history(bob, query))->next);
}

// What was looked up while it changed may be out of date and is not kept.
TEST_F(ReceiptsTest, APrivacyThatChangesWhileItIsLookedUpIsLookedUpAgain) {
    class Slow final : public FakeRelations {
    public:
        base::Task<base::Result<ReadPolicies>> read_policies(std::vector<UserId> readers) override {
            auto found = co_await FakeRelations::read_policies(std::move(readers));
            if (std::exchange(slow, false)) {
                base::CallbackAwaiter<bool> turn(
                    [this](base::Completion<bool> mine) { go_on = mine; });
                co_await turn;
            }
            co_return found;
        }
        bool slow = true;
        std::function<void(bool)> go_on;
    } slow;
    service = std::make_unique<ChatService>(
        shards, std::vector<delivery::Registry*>{&registry},
        ChatPorts{store, store, store, directory, states, log, slow, clock, random}, limits);
    std::optional<base::Result<std::vector<MemberView>>> before;
    executor.start(service->members(chat, ann), [&](const auto& members) { before = members; });
    executor.run_until_idle();
    EXPECT_FALSE(before);
    slow.policies[bob].audience = domain::Audience::nobody;
    service->policy_changed(bob);
    executor.run_until_idle();
    slow.go_on(true);
    executor.run_until_idle();
    ASSERT_TRUE(before);
    const auto members = run(service->members(chat, ann));
    EXPECT_EQ(std::ranges::count(*members, false, &MemberView::shows_read), 1);
}

}  // namespace
}  // namespace banter::chat
