// What every ports::Receipts and ports::Inbox promises.
#include <algorithm>

#include "message_store_fixtures.hpp"

namespace banter::contract {
namespace {

using domain::ChatId;
using domain::Marks;
using domain::Seq;
using domain::UserId;
using ports::StepKind;

constexpr UserId ada{(1ULL << 63) - 1};
constexpr UserId bob{2};
constexpr UserId carl{3};

template <class Engine>
class ReceiptsInboxContract : public testing::Test {
protected:
    template <class T>
    T run(base::Task<T> task) {
        return engine_.executor().run(std::move(task));
    }
    auto& store() { return engine_.store(); }
    void commit(ports::CommitBatch batch) { ASSERT_TRUE(run(store().commit(std::move(batch)))); }

    void write_inbox(UserId user, ChatId chat, std::uint64_t seq) {
        ports::CommitBatch batch;
        batch.inbox.push_back(inbox_row(user, chat, seq));
        commit(std::move(batch));
    }
    static ports::InboxRow inbox_row(UserId user, ChatId chat, std::uint64_t seq) {
        const auto message = text_message(chat, seq);
        return {user, chat, message.seq, message.id, message.at, message.content.text};
    }
    void write_cursor(UserId user, std::uint64_t device, ChatId chat, std::uint64_t seq) {
        ports::CommitBatch batch;
        batch.cursors.push_back({user, {device}, chat, {seq}});
        commit(std::move(batch));
    }
    void write_marks(UserId user, Marks marks, std::int64_t at) {
        ports::CommitBatch batch;
        batch.marks.push_back({chat_, user, marks, at_millisecond(at)});
        commit(std::move(batch));
    }
    void write_step(UserId user, StepKind kind, std::uint64_t seq, std::int64_t at) {
        ports::CommitBatch batch;
        batch.steps.push_back({chat_, user, kind, {seq}, at_millisecond(at)});
        commit(std::move(batch));
    }
    ports::PassedAt passed(UserId user, std::uint64_t seq) {
        return run(store().passed(chat_, {seq}, {user})).value().at(0);
    }
    std::optional<ports::MarksRow> marks(UserId user) {
        for (const auto& row : run(store().marks(chat_)).value()) {
            if (row.user == user) return row;
        }
        return std::nullopt;
    }

    Engine engine_;
    ChatId chat_ = chat_number(1);
};

TYPED_TEST_SUITE(ReceiptsInboxContract, StoreEngines, StoreEngineNames);

TYPED_TEST(ReceiptsInboxContract, NothingWrittenIsNothingFound) {
    EXPECT_TRUE(this->run(this->store().marks(this->chat_)).value().empty());
    EXPECT_TRUE(this->run(this->store().cursors(ada, {1})).value().empty());
    EXPECT_TRUE(this->run(this->store().entries(ada)).value().empty());
    EXPECT_EQ(this->passed(ada, 1).delivered, std::nullopt);
}

TYPED_TEST(ReceiptsInboxContract, AnInboxHasOneRowForEachChat) {
    this->write_inbox(ada, chat_number(1), 4);
    this->write_inbox(ada, chat_number(2), 1);
    this->write_inbox(bob, chat_number(1), 4);
    auto entries = this->run(this->store().entries(ada)).value();
    ASSERT_EQ(entries.size(), 2u);
    std::ranges::sort(entries, {}, &ports::InboxRow::chat);
    const auto expected = this->inbox_row(ada, chat_number(1), 4);
    EXPECT_EQ(entries[0].user, ada);
    EXPECT_EQ(entries[0].chat, expected.chat);
    EXPECT_EQ(entries[0].seq, expected.seq);
    EXPECT_EQ(entries[0].message_id, expected.message_id);
    EXPECT_EQ(entries[0].at, expected.at);
    EXPECT_EQ(entries[0].preview, expected.preview);
    EXPECT_EQ(entries[1].seq, Seq{1});
}

TYPED_TEST(ReceiptsInboxContract, AnInboxRowNeverGoesBack) {
    for (const std::uint64_t seq : {3, 7, 5, 7, 1})
        this->write_inbox(ada, this->chat_, seq);
    const auto check = [&] {
        const auto entries = this->run(this->store().entries(ada)).value();
        ASSERT_EQ(entries.size(), 1u);
        EXPECT_EQ(entries[0].seq, Seq{7});
        EXPECT_EQ(entries[0].preview, "message 7");
    };
    check();
    this->engine_.reopen();
    check();
    this->write_inbox(ada, this->chat_, 6);
    check();
}

TYPED_TEST(ReceiptsInboxContract, CursorsBelongToOneDeviceAndNeverGoBack) {
    for (const std::uint64_t seq : {2, 9, 4})
        this->write_cursor(ada, 1, this->chat_, seq);
    this->write_cursor(ada, 2, this->chat_, 3);
    this->write_cursor(ada, 1, chat_number(2), 0);
    this->write_cursor(bob, 1, this->chat_, 8);
    this->engine_.reopen();
    auto cursors = this->run(this->store().cursors(ada, {1})).value();
    ASSERT_EQ(cursors.size(), 2u);
    std::ranges::sort(cursors, {}, &ports::CursorRow::chat);
    EXPECT_EQ(cursors[0].chat, this->chat_);
    EXPECT_EQ(cursors[0].user, ada);
    EXPECT_EQ(cursors[0].device, domain::DeviceId{1});
    EXPECT_EQ(cursors[0].delivered, Seq{9});
    EXPECT_EQ(cursors[1].delivered, Seq{0});
    EXPECT_EQ(this->run(this->store().cursors(ada, {2})).value().at(0).delivered, Seq{3});
    EXPECT_TRUE(this->run(this->store().cursors(bob, {2})).value().empty());
    EXPECT_EQ(this->run(this->store().cursor(ada, {1}, this->chat_)), Seq{9});
    EXPECT_EQ(this->run(this->store().cursor(ada, {2}, chat_number(2))), Seq{});
}

TYPED_TEST(ReceiptsInboxContract, MarksAreMergedInAnyOrder) {
    this->write_marks(ada, {{5}, {2}}, 50);
    this->write_marks(ada, {{3}, {3}}, 30);
    EXPECT_EQ(this->marks(ada)->marks, (Marks{{5}, {3}}));
    EXPECT_EQ(this->marks(ada)->at, at_millisecond(50));
    this->write_marks(ada, {{0}, {8}}, 60);
    this->write_marks(bob, {{1}, {0}}, 10);
    this->engine_.reopen();
    EXPECT_EQ(this->marks(ada)->marks, (Marks{{8}, {8}}));
    EXPECT_EQ(this->marks(ada)->at, at_millisecond(60));
    EXPECT_EQ(this->marks(bob)->marks, (Marks{{1}, {0}}));
    EXPECT_EQ(this->marks(carl), std::nullopt);
}

TYPED_TEST(ReceiptsInboxContract, ManyRowsOfOneKeyStayOneRow) {
    for (std::uint64_t seq = 1; seq <= 100; ++seq) {
        ports::CommitBatch batch;
        batch.inbox.push_back(this->inbox_row(ada, this->chat_, seq));
        batch.cursors.push_back({ada, {1}, this->chat_, {seq}});
        batch.marks.push_back({this->chat_, ada, {{seq}, {seq / 2}}, at_millisecond(seq)});
        batch.marks.push_back({this->chat_, ada, {{seq - 1}, {}}, at_millisecond(seq)});
        this->commit(std::move(batch));
    }
    EXPECT_EQ(this->run(this->store().entries(ada)).value().at(0).seq, Seq{100});
    EXPECT_EQ(this->run(this->store().cursors(ada, {1})).value().at(0).delivered, Seq{100});
    EXPECT_EQ(this->marks(ada)->marks, (Marks{{100}, {50}}));
}

TYPED_TEST(ReceiptsInboxContract, PassedIsTheFirstStepThatReachedTheSeq) {
    this->write_step(ada, StepKind::delivered, 3, 30);
    this->write_step(ada, StepKind::delivered, 7, 70);
    this->write_step(ada, StepKind::read, 7, 75);
    this->write_step(bob, StepKind::delivered, 7, 71);
    EXPECT_EQ(this->passed(ada, 1).delivered, at_millisecond(30));
    EXPECT_EQ(this->passed(ada, 3).delivered, at_millisecond(30));
    EXPECT_EQ(this->passed(ada, 4).delivered, at_millisecond(70));
    EXPECT_EQ(this->passed(ada, 7).delivered, at_millisecond(70));
    EXPECT_EQ(this->passed(ada, 8).delivered, std::nullopt);
    EXPECT_EQ(this->passed(ada, 1).read, at_millisecond(75));
    EXPECT_EQ(this->passed(ada, 8).read, std::nullopt);
    EXPECT_EQ(this->passed(bob, 1).read, std::nullopt);
}

TYPED_TEST(ReceiptsInboxContract, PassedAnswersForEachUserInTheOrderAsked) {
    this->write_step(ada, StepKind::delivered, 2, 20);
    this->write_step(bob, StepKind::read, 2, 21);
    const auto found = this->run(this->store().passed(this->chat_, {2}, {carl, bob, ada})).value();
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found[0].user, carl);
    EXPECT_EQ(found[0].delivered, std::nullopt);
    EXPECT_EQ(found[1].user, bob);
    EXPECT_EQ(found[1].delivered, std::nullopt);
    EXPECT_EQ(found[1].read, at_millisecond(21));
    EXPECT_EQ(found[2].user, ada);
    EXPECT_EQ(found[2].delivered, at_millisecond(20));
}

TYPED_TEST(ReceiptsInboxContract, PassedFindsStepsOfLaterBuckets) {
    constexpr std::uint64_t bucket = 16384;
    this->write_step(ada, StepKind::delivered, 5, 1);
    this->write_step(bob, StepKind::delivered, 2 * bucket + 1, 2);
    this->write_step(ada, StepKind::delivered, 5 * bucket, 3);
    this->write_step(carl, StepKind::read, 5 * bucket + 7, 4);
    EXPECT_EQ(this->passed(ada, 6).delivered, at_millisecond(3));
    EXPECT_EQ(this->passed(bob, 1).delivered, at_millisecond(2));
    EXPECT_EQ(this->passed(carl, 9).read, at_millisecond(4));
    EXPECT_EQ(this->passed(ada, 5 * bucket + 1).delivered, std::nullopt);
}

TYPED_TEST(ReceiptsInboxContract, StepsOfOtherChatsDoNotCount) {
    this->write_step(ada, StepKind::delivered, 1, 10);
    ports::CommitBatch other;
    other.steps.push_back({chat_number(2), ada, StepKind::delivered, {9}, at_millisecond(90)});
    this->commit(std::move(other));
    EXPECT_EQ(this->passed(ada, 2).delivered, std::nullopt);
}

}  // namespace
}  // namespace banter::contract
