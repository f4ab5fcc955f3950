// Receipts are written and told at most once for each member, chat and tick.
#include "harness.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;
using domain::Marks;
using std::chrono::milliseconds;

constexpr milliseconds tick{100};

// A session that counts the receipts it is told, and knows the newest of each member.
class Told final : public delivery::FeedOutput {
public:
    void write(delivery::EncodedFrame frame) override {
        if (frame->find("\"type\":\"receipt\"") == std::string::npos) return;
        ++receipts;
        for (const auto* mark : {"delivered", "read"}) {
            const auto at = frame->find(std::string("\"") + mark + "\":");
            if (at == std::string::npos) continue;
            const auto seq = std::stoull(frame->substr(at + std::string(mark).size() + 3));
            newest[{text_after(*frame, "user"), mark}] = seq;
        }
    }
    void joined(ChatId) override {}
    void left(ChatId) override {}
    void moved(const delivery::Concerned&) override {}
    void failed(const base::Problem&) override {}
    bool writable() override { return true; }

    std::size_t receipts = 0;
    std::map<std::pair<std::string, std::string>, std::uint64_t> newest;

private:
    static std::string text_after(const std::string& frame, const std::string& name) {
        const auto at = frame.find("\"" + name + "\":\"") + name.size() + 4;
        return frame.substr(at, frame.find('"', at) - at);
    }
};

class ReceiptTicksTest : public ChatTest {
protected:
    ReceiptTicksTest() {
        limits.max_members = 500;
        limits.sequencer.receipts_tick = tick;
        restart();
    }

    // A session of Ann that follows the chat.
    void listen(ChatId chat) {
        feed = std::make_shared<delivery::Feed>(delivery::Feed::Identity{ann, ann_phone}, store,
                                                told, 1024);
        registry.add(feed);
        registry.follow(chat, feed);
        const auto attachment = run(service->attach(chat, ann, ann_phone, 0, clock.now()));
        feed->add({chat, attachment->first_seq, attachment->head, attachment->head, {}});
        feed->start();
        executor.run_until_idle();
        told.receipts = 0;
    }

    // Acknowledges without waiting; counts the answers.
    void begin_received(ChatId chat, UserId user, DeviceId device, std::uint64_t seq) {
        executor.start(service->received(chat, user, device, Seq{seq}),
                       [this](const auto& result) { count(result); });
    }
    void begin_read(ChatId chat, UserId user, std::uint64_t seq) {
        executor.start(service->read(chat, user, Seq{seq}),
                       [this](const auto& result) { count(result); });
    }
    void count(const base::Result<void>& result) {
        if (result) {
            ++done;
        } else {
            ++refused;
            refusal = result.error().code;
        }
    }
    Marks durable(ChatId chat, UserId user) {
        for (const auto& row : *run(store.marks(chat))) {
            if (row.user == user) return row.marks;
        }
        return {};
    }
    Seq durable_cursor(ChatId chat, UserId user, DeviceId device) {
        for (const auto& row : *run(store.cursors(user, device))) {
            if (row.chat == chat) return row.delivered;
        }
        return {};
    }

    Told told;
    std::shared_ptr<delivery::Feed> feed;
    std::size_t done = 0;
    std::size_t refused = 0;
    ErrorCode refusal{};
};

TEST_F(ReceiptTicksTest, TheFirstIsWrittenAtOnceAndLaterOnesTogetherAtTheEndOfTheTick) {
    const auto chat = open_direct(ann, bob);
    listen(chat);
    for (int i = 0; i < 5; ++i)
        send(chat, ann);
    const auto before = store.commits();
    begin_received(chat, bob, bob_phone, 1);
    executor.run_until_idle();
    EXPECT_EQ(done, 1u);
    EXPECT_EQ(told.receipts, 1u);
    for (std::uint64_t seq = 2; seq <= 5; ++seq) {
        begin_received(chat, bob, bob_phone, seq);
        begin_read(chat, bob, seq);
    }
    executor.advance(tick - milliseconds(1));
    EXPECT_EQ(done, 1u);
    EXPECT_EQ(durable(chat, bob), (Marks{Seq{1}, Seq{}}));
    executor.advance(milliseconds(1));
    EXPECT_EQ(done, 9u);
    EXPECT_EQ(told.receipts, 2u);
    EXPECT_EQ(durable(chat, bob), (Marks{Seq{5}, Seq{5}}));
    EXPECT_EQ(durable_cursor(chat, bob, bob_phone), Seq{5});
    EXPECT_EQ(store.commits(), before + 2);
    executor.advance(tick);  // a tick with nothing in it: the next one is at once again
    send(chat, ann);
    begin_read(chat, bob, 6);
    executor.run_until_idle();
    EXPECT_EQ(done, 10u);
}

TEST_F(ReceiptTicksTest, AMessageDoesNotTakeThemWithItBeforeTheEndOfTheTick) {
    const auto chat = open_direct(ann, bob);
    listen(chat);
    send(chat, ann);
    send(chat, ann);
    begin_received(chat, bob, bob_phone, 1);
    executor.run_until_idle();
    begin_received(chat, bob, bob_phone, 2);
    ASSERT_TRUE(send(chat, ann));
    EXPECT_EQ(durable(chat, bob).delivered, Seq{1});
    EXPECT_EQ(told.receipts, 1u);
    executor.advance(tick);
    EXPECT_EQ(durable(chat, bob).delivered, Seq{2});
    EXPECT_EQ(told.receipts, 2u);
}

TEST_F(ReceiptTicksTest, DevicesAndChatsHaveTicksOfTheirOwn) {
    const auto chat = open_direct(ann, bob);
    const auto other = open_direct(bob, cem);
    send(chat, ann);
    send(other, cem);
    begin_received(chat, bob, bob_phone, 1);
    begin_received(other, bob, bob_phone, 1);
    executor.run_until_idle();
    EXPECT_EQ(done, 2u);
    const DeviceId tablet{22};  // the user's mark is there already: only the cursor moves
    begin_received(chat, bob, tablet, 1);
    executor.run_until_idle();
    EXPECT_EQ(done, 3u);
    EXPECT_EQ(durable_cursor(chat, bob, tablet), Seq{1});
}

// A device whose cursor were ahead of the mark would not acknowledge again after a crash.
TEST_F(ReceiptTicksTest, ACursorWaitsForTheMarkThatItMoves) {
    const auto chat = open_direct(ann, bob);
    send(chat, ann);
    send(chat, ann);
    begin_received(chat, bob, bob_phone, 1);
    executor.run_until_idle();
    const DeviceId tablet{22};
    begin_received(chat, bob, tablet, 2);
    executor.run_until_idle();
    EXPECT_EQ(durable(chat, bob).delivered, Seq{1});
    EXPECT_EQ(durable_cursor(chat, bob, tablet), Seq{0});
    executor.advance(tick);
    EXPECT_EQ(durable(chat, bob).delivered, Seq{2});
    EXPECT_EQ(durable_cursor(chat, bob, tablet), Seq{2});
}

// Whom a read may be told to cannot be looked up for a while: it is told afterwards, all in one.
TEST_F(ReceiptTicksTest, WhatCannotBeToldNowIsToldLater) {
    const auto chat = open_direct(ann, bob);
    listen(chat);
    for (int i = 0; i < 3; ++i)
        send(chat, ann);
    relations.policies_fail = true;
    for (const std::uint64_t seq : {1, 2, 3}) {
        begin_read(chat, bob, seq);
        executor.advance(tick);
    }
    EXPECT_EQ(done, 3u);
    EXPECT_EQ(durable(chat, bob).read, Seq{3});
    EXPECT_EQ(told.receipts, 0u);
    executor.advance(std::chrono::seconds(5));
    EXPECT_EQ(told.receipts, 0u);
    relations.policies_fail = false;
    executor.advance(std::chrono::seconds(1));
    EXPECT_EQ(told.receipts, 1u);
    EXPECT_EQ((told.newest[{to_string(bob), "read"}]), 3u);
    EXPECT_TRUE(service->idle(0));
}

// A cursor that becomes durable while a session opens is in what was read before or after that.
TEST_F(ReceiptTicksTest, ASessionThatOpensKnowsACursorThatIsNotDurableYet) {
    const auto chat = open_direct(ann, bob);
    for (int i = 0; i < 3; ++i)
        send(chat, ann);
    begin_received(chat, bob, bob_phone, 1);
    executor.run_until_idle();
    begin_received(chat, bob, bob_phone, 3);
    executor.run_until_idle();
    ASSERT_EQ(durable_cursor(chat, bob, bob_phone), Seq{1});
    domain::Device phone;
    phone.id = bob_phone;
    const auto chats = run(service->feed_chats(bob, phone));
    ASSERT_EQ(chats->size(), 1u);
    EXPECT_EQ(chats->front().cursor, Seq{3});
    executor.advance(tick);
    EXPECT_EQ(done, 2u);
}

TEST_F(ReceiptTicksTest, ASessionThatComesBackKnowsWhatWaitsForTheEndOfTheTick) {
    const auto chat = open_direct(ann, bob);
    for (int i = 0; i < 3; ++i)
        send(chat, ann);
    begin_received(chat, bob, bob_phone, 1);
    executor.run_until_idle();
    begin_received(chat, bob, bob_phone, 3);
    executor.run_until_idle();
    EXPECT_EQ(run(service->attach(chat, bob, bob_phone, 0, {}))->cursor, Seq{3});
    EXPECT_FALSE(service->idle(0));
    executor.advance(tick);
    EXPECT_TRUE(service->idle(0));
}

TEST_F(ReceiptTicksTest, EachMarkKeepsTheTimeWhenItMoved) {
    const auto chat = open_direct(ann, bob);
    send(chat, ann);
    send(chat, ann);
    begin_received(chat, bob, bob_phone, 1);
    executor.run_until_idle();
    executor.advance(milliseconds(20));
    const auto delivered_at = clock.now();
    begin_received(chat, bob, bob_phone, 2);
    executor.advance(milliseconds(30));
    const auto read_at = clock.now();
    begin_read(chat, bob, 2);
    executor.advance(tick);
    const auto receipts = *run(service->receipts(chat, ann, Seq{2}));
    EXPECT_EQ(receipts.front().delivered_at, delivered_at);
    EXPECT_EQ(receipts.front().read_at, read_at);
}

TEST_F(ReceiptTicksTest, WhoIsRemovedInATickAndComesBackHasLostNoMark) {
    const auto chat = make_group(ann, {bob, cem});
    for (int i = 0; i < 3; ++i)
        send(chat, ann);
    begin_received(chat, bob, bob_phone, 2);
    executor.run_until_idle();
    begin_read(chat, bob, 4);
    executor.run_until_idle();
    ASSERT_TRUE(run(service->remove(chat, ann, bob)));
    ASSERT_TRUE(run(service->add(chat, ann, {bob})));
    executor.advance(tick);
    EXPECT_EQ(done, 2u);
    restart();
    EXPECT_EQ(run(service->summary(chat, bob))->view.marks, (Marks{Seq{4}, Seq{4}}));
}

TEST_F(ReceiptTicksTest, WhenTheWriteFailsEveryoneWhoWaitsIsToldAndMayTryAgain) {
    const auto chat = open_direct(ann, bob);
    send(chat, ann);
    send(chat, ann);
    begin_received(chat, bob, bob_phone, 1);
    executor.run_until_idle();
    begin_read(chat, bob, 2);
    store.refuse_next_commit();
    EXPECT_FALSE(send(chat, ann));
    EXPECT_EQ(refused, 1u);
    EXPECT_EQ(refusal, ErrorCode::overloaded);
    executor.advance(tick);
    EXPECT_EQ(durable(chat, bob).read, Seq{});
    begin_read(chat, bob, 2);
    executor.advance(tick);
    EXPECT_EQ(durable(chat, bob).read, Seq{2});
}

TEST_F(ReceiptTicksTest, MoreThanMayWaitAreRefused) {
    limits.sequencer.max_waiting_receipts = 10;
    restart();
    const auto chat = open_direct(ann, bob);
    send(chat, ann);
    send(chat, ann);
    begin_read(chat, bob, 1);
    executor.run_until_idle();
    for (int i = 0; i < 15; ++i)
        begin_read(chat, bob, 2);
    executor.run_until_idle();
    EXPECT_EQ(refused, 5u);
    EXPECT_EQ(refusal, ErrorCode::overloaded);
    executor.advance(tick);
    EXPECT_EQ(done, 11u);
    EXPECT_EQ(durable(chat, bob).read, Seq{2});
}

// 499 members receive and read 20 messages that come within a second: some 20,000
// acknowledgements, each of which would be a write of up to four rows and a notice.
TEST_F(ReceiptTicksTest, AReadStormOfALargeGroupStaysBounded) {
    constexpr std::uint64_t members = 499;
    constexpr std::uint64_t messages = 20;
    constexpr milliseconds pause{50};
    limits.sequencer.marks_wait = milliseconds(5);
    restart();
    std::vector<UserId> others;
    for (std::uint64_t i = 0; i < members; ++i)
        others.push_back(UserId{1000 + i});
    const auto chat = make_group(ann, others);
    listen(chat);
    const auto commits = store.commits();
    const auto rows = store.receipt_rows();
    for (std::uint64_t seq = 2; seq <= messages + 1; ++seq) {
        ASSERT_TRUE(send(chat, ann));
        for (const auto user : others) {
            begin_received(chat, user, DeviceId{user.value}, seq);
            begin_read(chat, user, seq);
        }
        executor.advance(pause);
    }
    executor.advance(tick);
    EXPECT_EQ(done, members * messages * 2);
    const std::uint64_t ticks = messages * pause / tick + 1;  // with what is left at the end
    EXPECT_LE(told.receipts, members * (ticks + 1));
    EXPECT_LE(store.receipt_rows() - rows, members * (ticks + 1) * 4);
    EXPECT_LE(store.commits() - commits, messages + 2 * (ticks + 1));
    for (const auto user : others) {  // and everything has arrived
        EXPECT_EQ(durable(chat, user), (Marks{Seq{messages + 1}, Seq{messages + 1}}));
        EXPECT_EQ((told.newest[{to_string(user), "read"}]), messages + 1);
    }
}

}  // namespace
}  // namespace banter::chat
