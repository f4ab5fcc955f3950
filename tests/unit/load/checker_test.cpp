#include "load/replay/checker.hpp"

#include <gtest/gtest.h>

#include <string>

namespace banter::load {
namespace {

constexpr Person owner = 1;
constexpr Person reader = 2;

std::uint64_t content(Seq seq) { return digest("message " + std::to_string(seq)); }

// A group of two with ten messages, all of them acknowledged to their senders.
class ReplayChecker : public testing::Test {
protected:
    ReplayChecker() {
        event(1, Change::begins, {owner, reader});
        say(2, 11);
    }

    void event(Seq seq, Change change, std::vector<Person> people) {
        ledger.observed(seq, content(seq), change, people);
    }
    void say(Seq from, Seq to) {
        for (Seq seq = from; seq <= to; ++seq) {
            ledger.observed(seq, content(seq), Change::none, {});
            ledger.accepted(seq, content(seq));
        }
    }
    void read(Seq from, Seq to) {
        for (Seq seq = from; seq <= to; ++seq) stream.message(seq, Change::none);
    }
    Faults verdict() const {
        Faults faults = ledger.audit(reader, stream);
        faults += ledger.audit_log();
        return faults;
    }

    GroupLedger ledger;
    StreamChecker stream;
};

TEST_F(ReplayChecker, FindsNothingInAWholeStream) {
    stream.message(1, Change::begins);
    read(2, 11);
    EXPECT_EQ(verdict().total(), 0U);
    EXPECT_EQ(ledger.messages(), 10U);
    EXPECT_EQ(ledger.events(), 1U);
    EXPECT_EQ(ledger.expected_last(reader), 11U);
}

TEST_F(ReplayChecker, FindsALostMessage) {
    stream.message(1, Change::begins);
    read(2, 5);
    read(7, 11);
    EXPECT_EQ(verdict().lost, 1U);
    EXPECT_EQ(verdict().disorder, 1U);
}

TEST_F(ReplayChecker, FindsALostEnd) {
    stream.message(1, Change::begins);
    read(2, 9);
    EXPECT_EQ(verdict().lost, 2U);
    EXPECT_EQ(verdict().disorder, 0U);
}

TEST_F(ReplayChecker, FindsSomeoneWhoGotNothing) { EXPECT_EQ(verdict().lost, 11U); }

TEST_F(ReplayChecker, FindsADuplicateOnOneConnection) {
    stream.message(1, Change::begins);
    read(2, 6);
    read(6, 11);
    EXPECT_EQ(verdict().duplicates, 1U);
    EXPECT_EQ(verdict().total(), 1U);
}

TEST_F(ReplayChecker, FindsTwoMessagesSwapped) {
    stream.message(1, Change::begins);
    read(2, 4);
    read(6, 6);
    read(5, 5);
    read(7, 11);
    EXPECT_EQ(verdict().disorder, 2U);  // 6 too early, 5 too late
    EXPECT_EQ(verdict().lost, 0U);
}

TEST_F(ReplayChecker, TakesUnacknowledgedMessagesAgainAfterAReconnect) {
    stream.message(1, Change::begins);
    read(2, 6);
    stream.acknowledged(4);
    stream.connection_started();
    read(3, 11);  // the acknowledgement may have been lost with the connection
    EXPECT_EQ(verdict().total(), 0U);
    EXPECT_EQ(verdict().redelivered, 4U);
}

TEST_F(ReplayChecker, FindsARepeatOfWhatWasAcknowledgedLongBefore) {
    stream.message(1, Change::begins);
    read(2, 6);
    stream.acknowledged(6);
    stream.acknowledgement_settled(6);
    stream.connection_started();
    read(6, 11);
    EXPECT_EQ(verdict().duplicates, 1U);
}

TEST_F(ReplayChecker, FindsAGapOverAReconnect) {
    stream.message(1, Change::begins);
    read(2, 6);
    stream.connection_started();
    read(8, 11);
    EXPECT_EQ(verdict().disorder, 1U);
    EXPECT_EQ(verdict().lost, 1U);
}

TEST_F(ReplayChecker, FindsAMessageAfterTheRemoval) {
    event(12, Change::ends, {reader});
    say(13, 14);
    stream.message(1, Change::begins);
    read(2, 11);
    stream.message(12, Change::ends);
    EXPECT_EQ(verdict().total(), 0U);
    EXPECT_EQ(ledger.expected_last(reader), 12U);
    read(13, 13);
    EXPECT_EQ(verdict().outside, 1U);
}

TEST_F(ReplayChecker, FindsAMissingRemovalEvent) {
    event(12, Change::ends, {reader});
    stream.message(1, Change::begins);
    read(2, 11);
    EXPECT_EQ(verdict().lost, 1U);
}

TEST_F(ReplayChecker, FindsAMessageBeforeTheJoin) {
    constexpr Person newcomer = 3;
    event(12, Change::begins, {newcomer});
    say(13, 14);
    StreamChecker fine;
    fine.message(12, Change::begins);
    fine.message(13, Change::none);
    fine.message(14, Change::none);
    EXPECT_EQ(ledger.audit(newcomer, fine).total(), 0U);
    StreamChecker early;
    early.message(11, Change::none);
    early.message(12, Change::begins);
    early.message(13, Change::none);
    early.message(14, Change::none);
    EXPECT_EQ(ledger.audit(newcomer, early).outside, 1U);
}

TEST_F(ReplayChecker, ARejoinedMemberMissesWhatWasBetween) {
    event(12, Change::ends, {reader});
    say(13, 15);
    event(16, Change::begins, {reader});
    say(17, 18);
    stream.message(1, Change::begins);
    read(2, 11);
    stream.message(12, Change::ends);
    stream.message(16, Change::begins);
    read(17, 18);
    EXPECT_EQ(verdict().total(), 0U);
}

TEST_F(ReplayChecker, WhoIsAddedAnewWhileAwayBeginsAtTheNewJoin) {
    event(12, Change::ends, {reader});
    event(13, Change::begins, {reader});
    stream.message(1, Change::begins);
    read(2, 6);
    stream.connection_started();
    stream.message(13, Change::begins);
    EXPECT_EQ(verdict().total(), 0U);
}

TEST_F(ReplayChecker, WhoIsAddedAnewBeforeHeEverConnectsBeginsThere) {
    event(12, Change::ends, {reader});
    event(13, Change::begins, {reader});
    stream.message(13, Change::begins);
    EXPECT_EQ(verdict().total(), 0U);
}

TEST_F(ReplayChecker, SaysWhatWasWrongFirst) {
    stream.message(1, Change::begins);
    read(2, 5);
    read(5, 5);
    read(7, 7);
    EXPECT_EQ(stream.first_oddity().what, "twice");
    EXPECT_EQ(stream.first_oddity().seq, 5U);
    EXPECT_EQ(stream.first_oddity().expected, 6U);
}

TEST_F(ReplayChecker, ANewJoinExcusesNoLossOnALiveConnection) {
    event(12, Change::ends, {reader});
    event(13, Change::begins, {reader});
    stream.message(1, Change::begins);
    read(2, 6);
    stream.message(13, Change::begins);
    EXPECT_EQ(verdict().disorder, 1U);
    EXPECT_EQ(verdict().lost, 6U);
}

TEST_F(ReplayChecker, AnAckTakesTheMessagesPlaceOnce) {
    stream.message(1, Change::begins);
    read(2, 6);
    stream.sent(7);
    read(8, 11);
    EXPECT_EQ(verdict().total(), 0U);
    stream.connection_started();
    stream.sent(7);  // the answer to a retry of what the stream has passed
    EXPECT_EQ(verdict().total(), 0U);
    read(7, 11);
    EXPECT_EQ(verdict().redelivered, 5U);
    EXPECT_EQ(verdict().total(), 0U);
}

TEST_F(ReplayChecker, FindsAnAckThatOvertookAMessage) {
    stream.message(1, Change::begins);
    read(2, 6);
    stream.sent(8);
    read(7, 7);
    read(9, 11);
    EXPECT_GE(verdict().disorder, 1U);
}

TEST_F(ReplayChecker, FindsAnotherContent) {
    ledger.observed(5, digest("forged"), Change::none, {});
    EXPECT_EQ(ledger.audit_log().different, 1U);
}

TEST_F(ReplayChecker, FindsASendThatWasStoredTwice) {
    ledger.observed(12, content(11), Change::none, {});
    EXPECT_EQ(ledger.audit_log().duplicates, 1U);
}

TEST_F(ReplayChecker, FindsAnAcknowledgedMessageThatNobodySaw) {
    ledger.accepted(12, content(12));
    stream.message(1, Change::begins);
    read(2, 11);
    EXPECT_EQ(verdict().lost, 1U);
}

TEST_F(ReplayChecker, FindsAHoleInTheLog) {
    ledger.accepted(13, content(13));
    EXPECT_EQ(ledger.audit_log().lost, 1U);
}

TEST(ContentDigest, ToldApartByEveryPart) {
    const auto whole = content_digest("id", "7", "text", "hello");
    EXPECT_NE(whole, content_digest("ie", "7", "text", "hello"));
    EXPECT_NE(whole, content_digest("id", "8", "text", "hello"));
    EXPECT_NE(whole, content_digest("7", "id", "text", "hello"));
    EXPECT_NE(whole, content_digest("id", "7", "text", "hello "));
}

}  // namespace
}  // namespace banter::load
