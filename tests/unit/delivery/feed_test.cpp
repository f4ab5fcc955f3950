#include "delivery/feed.hpp"

#include <gtest/gtest.h>

#include "adapters/memory/manual_executor.hpp"
#include "adapters/memory/memory_message_store.hpp"

namespace banter::delivery {
namespace {

using adapters::memory::ManualExecutor;
using adapters::memory::MemoryMessageStore;
using domain::ChatId;
using domain::Seq;
using domain::UserId;

// What a session wrote, each frame as "message 3", "sent 4", "synced 1 2", …
class Recorder final : public FeedOutput {
public:
    void write(EncodedFrame frame) override {
        const std::string& text = *frame;
        const auto field = [&](std::string_view name) {
            const auto at = text.find("\"" + std::string(name) + "\":");
            return at == std::string::npos
                       ? std::string()
                       : text.substr(at + name.size() + 3,
                                     text.find_first_of(",}", at) - at - name.size() - 3);
        };
        const auto type = field("type");
        std::string said = type.substr(1, type.size() - 2);
        if (said == "synced") said += " " + field("chats") + " " + field("messages");
        if (said == "message" || said == "sent") said += " " + field("seq");
        if (said == "receipt") said += " " + field("delivered");
        frames.push_back(said);
    }
    void joined(ChatId) override { ++joins; }
    void left(ChatId) override { ++leaves; }
    void moved(const delivery::Concerned&) override {}
    void failed(const base::Problem&) override { ++failures; }

    bool writable() override { return frames.size() < full_at; }

    std::vector<std::string> frames;
    std::size_t full_at = 1000;
    int joins = 0;
    int leaves = 0;
    int failures = 0;
};

class FeedTest : public ::testing::Test {
protected:
    static constexpr UserId me{1};
    static constexpr UserId ann{2};
    const ChatId chat{*domain::parse_uuid("0f8fad5b-d9cb-469f-a165-70867728950e")};

    static base::Timestamp at(int second) { return base::Timestamp(std::chrono::seconds(second)); }

    domain::Message message(std::uint64_t seq, UserId sender = ann) const {
        domain::Message one;
        one.chat = chat;
        one.seq = Seq{seq};
        one.sender = sender;
        one.content.text = "text";
        return one;
    }

    domain::Message removal(std::uint64_t seq) const {
        auto one = message(seq);
        one.content.kind = domain::MessageKind::event;
        one.content.event = domain::Event{domain::Change::member_removed, {me}, {}, {}};
        return one;
    }

    void store_messages(std::uint64_t from, std::uint64_t to) {
        ports::CommitBatch batch;
        for (auto seq = from; seq <= to; ++seq)
            batch.messages.push_back({message(seq), {}});
        batch.heads.push_back({chat, Seq{to}, {}, {}, "", {}});
        executor.run(store.commit(std::move(batch)));
    }

    void live(const domain::Message& one) {
        LiveMessage live{one, encode_frame(protocol::encode_message(one, false)), nullptr};
        feed->live(live);
        executor.run_until_idle();
    }

    void start(Seq cursor, Seq head, std::optional<Seq> last = {}) {
        feed->add({chat, Seq{1}, cursor, head, last});
        feed->start();
        executor.run_until_idle();
    }

    void read_on() {
        out.full_at = 1000;
        run([&] { feed->resume(); });
    }

    void run(std::function<void()> work) {
        executor.post([work = std::move(work)] { work(); });
        executor.run_until_idle();
    }

    ManualExecutor executor;
    MemoryMessageStore store;
    Recorder out;
    std::shared_ptr<Feed> feed =
        std::make_shared<Feed>(Feed::Identity{me, domain::DeviceId{5}}, store, out, 4);
    using Frames = std::vector<std::string>;
};

TEST_F(FeedTest, SaysSyncedAtOnceWhenNothingIsMissing) {
    run([&] { start(Seq{3}, Seq{3}); });
    EXPECT_EQ(out.frames, Frames{"synced 0 0"});
}

TEST_F(FeedTest, SendsTheBacklogThenSyncedThenLive) {
    store_messages(1, 3);
    run([&] { start(Seq{1}, Seq{3}); });
    run([&] { live(message(4)); });
    EXPECT_EQ(out.frames, (Frames{"message 2", "message 3", "synced 1 2", "message 4"}));
}

TEST_F(FeedTest, WaitsForAcknowledgementsWhenTheWindowIsFull) {
    store_messages(1, 10);
    run([&] { start(Seq{0}, Seq{10}); });
    EXPECT_EQ(out.frames.size(), 4U);
    run([&] { feed->acknowledged(chat, Seq{2}); });
    EXPECT_EQ(out.frames.size(), 6U);
    run([&] { feed->acknowledged(chat, Seq{6}); });
    run([&] { feed->acknowledged(chat, Seq{10}); });
    EXPECT_EQ(out.frames.size(), 11U);
    EXPECT_EQ(out.frames.back(), "synced 1 10");
}

// The client cannot acknowledge answers to sends while it knows nothing else of the chat.
TEST_F(FeedTest, AnswersToOwnSendsDoNotFillTheWindow) {
    store_messages(1, 10);
    run([&] {
        feed->add({chat, Seq{1}, Seq{0}, Seq{0}, {}});
        for (std::uint64_t seq = 10; seq >= 1; --seq)
            feed->sent({{}, chat, Seq{seq}, {}, {}, false}, {});
        feed->start();
    });
    ASSERT_EQ(out.frames.size(), 11U);
    EXPECT_EQ(out.frames.back(), "synced 1 10");
}

TEST_F(FeedTest, AnAcknowledgementOfWhatWasNotSentOpensNothing) {
    store_messages(1, 10);
    run([&] { start(Seq{0}, Seq{10}); });
    run([&] { feed->acknowledged(chat, Seq{1000}); });
    EXPECT_EQ(out.frames.size(), 8U);  // as for seq 4, the last one sent
}

TEST_F(FeedTest, DeliversNothingLiveBeforeTheBacklogIsThrough) {
    store_messages(1, 6);
    run([&] { start(Seq{0}, Seq{6}); });
    store_messages(7, 7);
    run([&] { live(message(7)); });
    EXPECT_EQ(out.frames.back(), "message 4");
    run([&] { feed->acknowledged(chat, Seq{4}); });
    EXPECT_EQ(out.frames, (Frames{"message 1", "message 2", "message 3", "message 4", "message 5",
                                  "message 6", "message 7", "synced 1 7"}));
}

TEST_F(FeedTest, NeverRepeatsALiveMessage) {
    run([&] { start(Seq{0}, Seq{0}); });
    run([&] { live(message(1)); });
    run([&] { live(message(1)); });
    EXPECT_EQ(out.frames, (Frames{"synced 0 0", "message 1"}));
}

TEST_F(FeedTest, FillsAGapFromTheLog) {
    store_messages(1, 3);
    run([&] { start(Seq{1}, Seq{1}); });
    run([&] { live(message(3)); });
    EXPECT_EQ(out.frames, (Frames{"synced 0 0", "message 2", "message 3"}));
}

TEST_F(FeedTest, PutsTheOwnSendInItsPlaceInTheBacklog) {
    store_messages(1, 6);
    run([&] { start(Seq{0}, Seq{6}); });
    store_messages(7, 7);
    run([&] { feed->sent({{}, chat, Seq{7}, {}, {}}, "ref"); });
    EXPECT_EQ(out.frames.back(), "message 4");
    run([&] { feed->acknowledged(chat, Seq{4}); });
    EXPECT_EQ(out.frames[6], "sent 7");
    EXPECT_EQ(out.frames.back(), "synced 1 7");
}

TEST_F(FeedTest, HoldsTheAckOfAChatJustJoinedUntilItsTurn) {
    store_messages(1, 3);
    run([&] { feed->start(); });
    run([&] {
        feed->joined(chat);
        feed->sent({{}, chat, Seq{3}, {}, {}}, {});
    });
    EXPECT_EQ(out.frames, Frames{"synced 0 0"});
    run([&] { feed->add({chat, Seq{2}, Seq{0}, Seq{2}, {}}); });
    EXPECT_EQ(out.frames, (Frames{"synced 0 0", "message 2", "sent 3"}));
}

TEST_F(FeedTest, AnswersWhatItHeldWhenTheChatIsNotHisAfterAll) {
    run([&] { feed->start(); });
    run([&] {
        feed->joined(chat);
        feed->sent({{}, chat, Seq{3}, {}, {}}, {});
        feed->not_added(chat);
    });
    EXPECT_EQ(out.frames, (Frames{"synced 0 0", "sent 3"}));
}

TEST_F(FeedTest, AnswersARepeatedSendAtOnce) {
    run([&] { start(Seq{9}, Seq{9}); });
    run([&] { feed->sent({{}, chat, Seq{3}, {}, {}}, {}); });
    EXPECT_EQ(out.frames, (Frames{"synced 0 0", "sent 3"}));
}

TEST_F(FeedTest, EndsWithTheRemoval) {
    run([&] { start(Seq{0}, Seq{0}); });
    run([&] { live(removal(1)); });
    run([&] { live(message(2)); });
    EXPECT_EQ(out.frames, (Frames{"synced 0 0", "message 1"}));
    EXPECT_EQ(out.leaves, 1);
}

TEST_F(FeedTest, TellsAnEndedMembershipUpToItsEndAndNoFurther) {
    store_messages(1, 9);
    run([&] { start(Seq{1}, Seq{3}, Seq{3}); });
    EXPECT_EQ(out.frames, (Frames{"message 2", "message 3", "synced 1 2"}));
    EXPECT_EQ(out.leaves, 1);
}

TEST_F(FeedTest, TellsTheRestOfAMembershipBeforeTheNextOne) {
    store_messages(1, 9);
    out.full_at = 0;
    run([&] {
        feed->add({chat, Seq{1}, Seq{0}, Seq{3}, {}});
        feed->start();
        feed->live({removal(3), nullptr, nullptr});
        feed->add({chat, Seq{7}, Seq{0}, Seq{9}, {}});
    });
    read_on();
    run([&] { live(message(10)); });
    EXPECT_EQ(out.frames, (Frames{"message 1", "message 2", "message 3", "message 7", "message 8",
                                  "message 9", "synced 1 6", "message 10"}));
    EXPECT_EQ(out.leaves, 0);
}

TEST_F(FeedTest, AMembershipThatEndsBeforeItsBeginningIsKnownIsToldToItsEnd) {
    store_messages(1, 9);
    out.full_at = 0;
    run([&] {
        feed->add({chat, Seq{1}, Seq{0}, Seq{3}, {}});
        feed->start();
        feed->live({removal(3), nullptr, nullptr});
        feed->live({removal(8), nullptr, nullptr});
        feed->add({chat, Seq{7}, Seq{0}, Seq{7}, {}});  // as it was asked for before 8
    });
    read_on();
    run([&] { live(message(9)); });
    EXPECT_EQ(out.frames, (Frames{"message 1", "message 2", "message 3", "message 7", "message 8",
                                  "synced 1 5"}));
    EXPECT_EQ(out.leaves, 1);
}

// Removed at 3, added again and removed at 6, and nobody told of the first two.
TEST_F(FeedTest, ARemovalThatWasMissedEndsTheStreamBeforeTheOneThatIsTold) {
    store_messages(1, 6);
    run([&] { start(Seq{1}, Seq{1}); });
    ports::CommitBatch removals;
    removals.messages.push_back({removal(3), {}});
    removals.messages.push_back({removal(6), {}});
    run([&] { base::spawn(store.commit(std::move(removals)), [](const auto&) {}); });
    run([&] { live(removal(6)); });
    EXPECT_EQ(out.frames.back(), "message 3");
    EXPECT_EQ(out.joins, 1);
}

TEST_F(FeedTest, AMembershipThatTheDeviceHasAllOfIsOver) {
    store_messages(1, 9);
    run([&] { start(Seq{3}, Seq{9}, Seq{3}); });
    EXPECT_EQ(out.leaves, 1);
    run([&] { feed->add({chat, Seq{7}, Seq{3}, Seq{9}, {}}); });
    EXPECT_EQ(out.frames, (Frames{"synced 0 0", "message 7", "message 8", "message 9"}));
}

// Nobody acknowledges a chat that is over, so what was on its way no longer counts.
TEST_F(FeedTest, AStreamThatEndsMakesRoomForTheOthers) {
    const ChatId other{*domain::parse_uuid("1f8fad5b-d9cb-469f-a165-70867728950e")};
    store_messages(1, 4);
    ports::CommitBatch batch;
    batch.messages.push_back({message(1), {}});
    batch.messages.back().message.chat = other;
    batch.heads.push_back({other, Seq{1}, {}, {}, "", {}});
    executor.run(store.commit(std::move(batch)));
    run([&] {
        feed->add({chat, Seq{1}, Seq{0}, Seq{4}, {}});
        feed->add({other, Seq{1}, Seq{0}, Seq{1}, {}});
        feed->start();
    });
    ASSERT_EQ(out.frames.size(), 4U);
    run([&] { live(removal(5)); });
    EXPECT_EQ(out.frames.back(), "synced 2 5");
}

TEST_F(FeedTest, HoldsReceiptsUntilTheBacklogIsThroughAndMergesThem) {
    store_messages(1, 6);
    protocol::Receipt early{chat, ann, Seq{2}, {}, {}};
    run([&] {
        feed->add_receipt(early);
        start(Seq{0}, Seq{6});
    });
    ReceiptNotice notice{{chat, ann, Seq{5}, {}, {}}, {{me, true, false}}};
    run([&] { feed->receipt(notice); });
    run([&] { feed->acknowledged(chat, Seq{4}); });
    EXPECT_EQ(out.frames[6], "receipt 5");
    EXPECT_EQ(out.frames[7], "synced 1 6");
}

TEST_F(FeedTest, AHoleInTheLogEndsTheSessionInsteadOfSkippingIt) {
    store_messages(1, 2);
    run([&] { start(Seq{0}, Seq{5}); });
    EXPECT_EQ(out.failures, 1);
}

TEST_F(FeedTest, WaitsForASlowReaderInsteadOfFillingMemory) {
    store_messages(1, 4);
    out.full_at = 2;
    run([&] { start(Seq{0}, Seq{4}); });
    EXPECT_EQ(out.frames, (Frames{"message 1", "message 2"}));
    out.full_at = 1000;
    run([&] { feed->resume(); });
    EXPECT_EQ(out.frames.back(), "synced 1 4");
}

TEST_F(FeedTest, WritesNothingAfterClose) {
    run([&] { start(Seq{0}, Seq{0}); });
    run([&] {
        feed->close();
        live(message(1));
    });
    EXPECT_EQ(out.frames, Frames{"synced 0 0"});
}

TEST_F(FeedTest, StatesThatChangedWhileAwayComeBeforeSynced) {
    feed->add_state(chat, at(1), encode_frame(R"({"type":"state"})"));
    start(Seq{0}, Seq{0});
    EXPECT_EQ(out.frames, (std::vector<std::string>{"state", "synced 0 0"}));
}

TEST_F(FeedTest, AStateThatIsNewerThanTheOneBeforeSyncedTakesItsPlace) {
    feed->state(chat, at(2), encode_frame(R"({"type":"newer"})"));
    feed->add_state(chat, at(1), encode_frame(R"({"type":"state"})"));
    start(Seq{0}, Seq{0});
    EXPECT_EQ(out.frames, (std::vector<std::string>{"newer", "synced 0 0"}));
    feed->state(chat, at(3), encode_frame(R"({"type":"later"})"));
    EXPECT_EQ(out.frames.back(), "later");
}

TEST_F(FeedTest, AStateThatIsOlderThanWhatWasToldIsTheAnswerOnly) {
    run([&] { start(Seq{0}, Seq{0}); });
    feed->state(chat, at(2), encode_frame(R"({"type":"newer"})"));
    feed->state(chat, at(1), encode_frame(R"({"type":"older"})"));
    run([&] { feed->add_state(chat, at(1), encode_frame(R"({"type":"missed"})")); });
    EXPECT_EQ(out.frames.back(), "newer");
    feed->state_answer(chat, at(1), encode_frame(R"({"type":"answer"})"));
    EXPECT_EQ(out.frames.back(), "answer");
}

TEST_F(FeedTest, WhatWasMissedLaterWaitsForASlowReaderAndIsNotOvertaken) {
    run([&] { start(Seq{0}, Seq{0}); });
    out.full_at = out.frames.size();
    run([&] { feed->add_receipt({chat, UserId{3}, Seq{1}, {}, {}}); });
    ReceiptNotice notice;
    notice.receipt = {chat, UserId{3}, Seq{2}, {}, {}};
    notice.targets.push_back({feed->identity().user, true, false});
    run([&] { feed->receipt(notice); });
    EXPECT_EQ(out.frames.size(), out.full_at);
    read_on();
    EXPECT_EQ(out.frames.back(), "receipt 2");
}

TEST_F(FeedTest, WhatChangedWhileAwayWaitsForASlowReader) {
    out.full_at = 2;
    for (std::uint64_t user = 3; user < 8; ++user) {
        protocol::Receipt receipt{chat, UserId{user}, Seq{1}, {}, {}};
        feed->add_receipt(receipt);
    }
    feed->add_state(chat, at(1), encode_frame(R"({"type":"state"})"));
    start(Seq{0}, Seq{0});
    EXPECT_EQ(out.frames.size(), 2U);
    out.full_at = 1000;
    feed->resume();
    executor.run_until_idle();
    ASSERT_EQ(out.frames.size(), 7U);
    EXPECT_EQ(out.frames[5], "state");
    EXPECT_EQ(out.frames[6], "synced 0 0");
}

}  // namespace
}  // namespace banter::delivery
