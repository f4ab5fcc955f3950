#include "harness.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;

class SequencerTest : public ChatTest {
protected:
    ChatId chat = open_direct(ann, bob);
};

TEST_F(SequencerTest, GivesDenseSeqsAndRisingIds) {
    std::vector<domain::MessageId> ids;
    for (std::uint64_t seq = 1; seq <= 20; ++seq) {
        const auto sent = send(chat, seq % 2 == 0 ? ann : bob);
        ASSERT_TRUE(sent);
        EXPECT_EQ(sent->seq, Seq{seq});
        ids.push_back(sent->message_id);
    }
    for (std::size_t i = 1; i < ids.size(); ++i) {
        EXPECT_LT(domain::ticks_of(ids[i - 1]), domain::ticks_of(ids[i]));
    }
}

TEST_F(SequencerTest, KeepsRisingWhenTheClockGoesBack) {
    const auto first = send(chat, ann);
    clock.jump(std::chrono::hours(-5));
    const auto second = send(chat, ann);
    EXPECT_LT(domain::ticks_of(first->message_id), domain::ticks_of(second->message_id));
    restart();
    const auto third = send(chat, ann);
    EXPECT_LT(domain::ticks_of(second->message_id), domain::ticks_of(third->message_id));
    EXPECT_EQ(third->seq, Seq{3});
}

TEST_F(SequencerTest, AcknowledgesNothingBeforeItIsCommitted) {
    send(chat, ann);
    store.hold_commits();
    const auto outcome = begin_send(chat, ann, ann_phone, new_client_id(), "held");
    executor.run_until_idle();
    EXPECT_FALSE(outcome->has_value());
    EXPECT_EQ(history(chat, bob).size(), 1U);
    store.release_commits();
    executor.run_until_idle();
    ASSERT_TRUE(outcome->has_value());
    EXPECT_TRUE(outcome->value());
}

TEST_F(SequencerTest, GathersWhatComesDuringACommitIntoTheNext) {
    send(chat, ann);
    const auto before = store.commits();
    store.hold_commits();
    const auto first = begin_send(chat, ann, ann_phone, new_client_id(), "0");
    executor.run_until_idle();
    for (int i = 1; i < 50; ++i) {
        begin_send(chat, ann, ann_phone, new_client_id(), std::to_string(i));
        executor.run_until_idle();
    }
    store.release_commits();
    executor.run_until_idle();
    EXPECT_EQ(store.commits() - before, 2U);
    EXPECT_EQ(history(chat, bob).size(), 51U);
}

TEST_F(SequencerTest, RepeatsTheFirstAckOfARetriedSend) {
    const auto id = new_client_id();
    const auto first = send(chat, ann, ann_phone, id);
    send(chat, bob);
    const auto again = send(chat, ann, ann_phone, id);
    EXPECT_EQ(again->seq, first->seq);
    EXPECT_EQ(again->message_id, first->message_id);
    restart();
    clock.advance(std::chrono::hours(25));
    EXPECT_EQ(send(chat, ann, ann_phone, id)->seq, first->seq);
    EXPECT_EQ(history(chat, ann).size(), 2U);
}

TEST_F(SequencerTest, GivesTwoTriesInFlightTheSameAck) {
    const auto id = new_client_id();
    store.hold_commits();
    const auto one = begin_send(chat, ann, ann_phone, id, "same");
    executor.run_until_idle();
    const auto other = begin_send(chat, ann, ann_phone, id, "same");
    executor.run_until_idle();
    EXPECT_FALSE(other->has_value());
    store.release_commits();
    executor.run_until_idle();
    EXPECT_EQ(one->value()->seq, Seq{1});
    EXPECT_EQ(other->value()->seq, Seq{1});
}

TEST_F(SequencerTest, RefusesAnotherMeaningUnderTheSameClientId) {
    const auto id = new_client_id();
    send(chat, ann, ann_phone, id, "one thing");
    EXPECT_EQ(code_of(send(chat, ann, ann_phone, id, "another")), ErrorCode::conflict);
    const auto elsewhere = open_direct(ann, cem);
    EXPECT_EQ(code_of(send(elsewhere, ann, ann_phone, id, "one thing")), ErrorCode::conflict);
}

TEST_F(SequencerTest, TheSameClientIdOfAnotherDeviceIsAnotherMessage) {
    const auto id = new_client_id();
    EXPECT_EQ(send(chat, ann, ann_phone, id)->seq, Seq{1});
    EXPECT_EQ(send(chat, ann, DeviceId{12}, id)->seq, Seq{2});
}

TEST_F(SequencerTest, TellsNothingOfAForeignChat) {
    EXPECT_EQ(code_of(send(chat, cem)), ErrorCode::not_found);
    EXPECT_EQ(code_of(send(ChatId{random.uuid()}, ann)), ErrorCode::not_found);
    EXPECT_TRUE(history(chat, cem).empty());
}

TEST_F(SequencerTest, RefusesAReplyToWhatIsNotThere) {
    ports::SendCommand command{chat, {ann, ann_phone, new_client_id()}, {}};
    command.content.text = "re";
    command.content.reply_to = Seq{1};
    std::optional<base::Result<protocol::Sent>> outcome;
    service->send(0, std::move(command), [&](const auto& result) { outcome = result; });
    executor.run_until_idle();
    EXPECT_EQ(code_of(*outcome), ErrorCode::invalid);
}

TEST_F(SequencerTest, AFailedCommitIsNoAckAndLeavesNoGap) {
    send(chat, ann);
    store.fail_next_commit();
    const auto id = new_client_id();
    const auto lost = send(chat, ann, ann_phone, id);
    EXPECT_EQ(code_of(lost), ErrorCode::overloaded);
    restart();
    EXPECT_EQ(send(chat, ann, ann_phone, id)->seq, Seq{2});
    EXPECT_EQ(history(chat, bob).size(), 2U);
}

TEST_F(SequencerTest, WhatWasGatheredBehindAFailedCommitFailsToo) {
    send(chat, ann);
    store.hold_commits();
    const auto first = begin_send(chat, ann, ann_phone, new_client_id(), "first");
    executor.run_until_idle();
    const auto second = begin_send(chat, ann, ann_phone, new_client_id(), "second");
    executor.run_until_idle();
    store.fail_next_commit();
    store.release_commits();
    executor.run_until_idle();
    ASSERT_TRUE(first->has_value() && second->has_value());
    if (!first->value()) EXPECT_FALSE(second->value());
    restart();
    const auto next = send(chat, ann);
    EXPECT_EQ(next->seq, Seq{history(chat, bob).size()});
}

TEST_F(SequencerTest, ARefusedCommitIsForgottenAndTheNextSendGoesOn) {
    send(chat, ann);
    store.refuse_next_commit();
    EXPECT_EQ(code_of(send(chat, ann)), ErrorCode::overloaded);
    EXPECT_EQ(send(chat, ann)->seq, Seq{2});
}

TEST_F(SequencerTest, RefusesWhenTooManyWait) {
    limits.sequencer.max_pending = 0;
    restart();
    EXPECT_EQ(code_of(send(chat, ann)), ErrorCode::overloaded);
}

TEST_F(SequencerTest, BlockedEitherWayMayNotSend) {
    relations.blocks.insert({bob, ann});
    ASSERT_TRUE(run(service->blocks_changed(ann, bob)));
    EXPECT_EQ(code_of(send(chat, ann)), ErrorCode::forbidden);
    EXPECT_EQ(code_of(send(chat, bob)), ErrorCode::forbidden);
    relations.blocks.clear();
    ASSERT_TRUE(run(service->blocks_changed(ann, bob)));
    EXPECT_TRUE(send(chat, ann));
}

}  // namespace
}  // namespace banter::chat
