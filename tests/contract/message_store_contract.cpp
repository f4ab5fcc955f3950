// What every ports::MessageStore promises.
#include <algorithm>

#include "message_store_fixtures.hpp"

namespace banter::contract {
namespace {

using base::ErrorCode;
using domain::ChatId;
using domain::Message;
using domain::Seq;

template <class Engine>
class MessageStoreContract : public testing::Test {
protected:
    template <class T>
    T run(base::Task<T> task) {
        return engine_.executor().run(std::move(task));
    }
    auto& store() { return engine_.store(); }
    void commit(ports::CommitBatch batch) { ASSERT_TRUE(run(store().commit(std::move(batch)))); }
    std::vector<std::uint64_t> seqs(ports::MessageRange range) {
        const auto found = run(store().read(range));
        EXPECT_TRUE(found.has_value());
        std::vector<std::uint64_t> result;
        for (const auto& message : *found)
            result.push_back(message.seq.value);
        return result;
    }
    std::vector<std::uint64_t> all_seqs(ChatId chat) {
        ports::MessageRange range;
        range.chat = chat;
        range.limit = 1000;
        return seqs(range);
    }

    Engine engine_;
    ChatId chat_ = chat_number(1);
};

TYPED_TEST_SUITE(MessageStoreContract, StoreEngines, StoreEngineNames);

using Numbers = std::vector<std::uint64_t>;

TYPED_TEST(MessageStoreContract, AnUnknownChatHasNoMessageAndNoHead) {
    EXPECT_EQ(this->all_seqs(this->chat_), Numbers{});
    EXPECT_EQ(this->run(this->store().head(this->chat_)).value(), std::nullopt);
    EXPECT_EQ(this->run(this->store().find_send({{1}, {2}, {}}))->has_value(), false);
    EXPECT_FALSE(this->store().failed());
}

TYPED_TEST(MessageStoreContract, AnEmptyBatchIsCommitted) {
    this->commit({});
}

TYPED_TEST(MessageStoreContract, ACommittedBatchIsReadWhole) {
    this->commit(conversation(this->chat_, 1, 3));
    EXPECT_EQ(this->all_seqs(this->chat_), (Numbers{1, 2, 3}));
    const auto head = this->run(this->store().head(this->chat_)).value();
    ASSERT_TRUE(head);
    EXPECT_TRUE(same_head(*head, head_of(text_message(this->chat_, 3))));
    const auto expected = send_of(text_message(this->chat_, 2));
    const auto send = this->run(this->store().find_send(expected.key)).value();
    ASSERT_TRUE(send);
    EXPECT_EQ(send->key, expected.key);
    EXPECT_EQ(send->chat, expected.chat);
    EXPECT_EQ(send->seq, expected.seq);
    EXPECT_EQ(send->message_id, expected.message_id);
    EXPECT_EQ(send->at, expected.at);
    EXPECT_EQ(send->digest, expected.digest);
}

TYPED_TEST(MessageStoreContract, EveryFieldOfAMessageComesBack) {
    std::vector<Message> written;
    auto batch = conversation(this->chat_, 1, 7);
    auto& rows = batch.messages;
    auto& rich = rows[0].message;
    rich.sender = {(1ULL << 63) - 1};
    rich.content.kind = domain::MessageKind::image;
    rich.content.text = std::string("NUL \0 and duck \xF0\x9F\xA6\x86", 19);
    rich.content.media = domain::MediaId{numbered_uuid(5)};
    rows[1].message.content.reply_to = Seq{1};
    auto& event = rows[2].message;
    event.device = {};
    event.content = {domain::MessageKind::event, "", {}, {}, domain::Event{}};
    event.content.event->change = domain::Change::role;
    event.content.event->users = {{1}, {(1ULL << 63) - 1}};
    event.content.event->role = domain::Role::owner;
    auto& renamed = rows[3].message;
    renamed.content = {domain::MessageKind::event, "", {}, {}, domain::Event{}};
    renamed.content.event->change = domain::Change::title;
    renamed.content.event->title = "Ducks";
    for (std::size_t i = 4; i < 7; ++i)
        rows[i].message.content = {domain::MessageKind::event, "", {}, {}, domain::Event{}};
    rows[4].message.content.event->change = domain::Change::description;
    rows[4].message.content.event->description = "two\nlines";
    rows[5].message.content.event->change = domain::Change::picture;
    rows[5].message.content.event->picture = (1ULL << 48) - 1;
    auto& permissions = *rows[6].message.content.event;
    permissions.change = domain::Change::permissions;
    permissions.permissions = {domain::Allowed::admins, domain::Allowed::members};
    permissions.join_approval = true;
    for (const auto& row : rows)
        written.push_back(row.message);
    this->commit(std::move(batch));
    ports::MessageRange range;
    range.chat = this->chat_;
    EXPECT_EQ(this->run(this->store().read(range)).value(), written);
}

TYPED_TEST(MessageStoreContract, ATextOfTheGreatestLengthComesBack) {
    auto batch = conversation(this->chat_, 1, 1);
    batch.messages[0].message.content.text = std::string(65'536, 'x');
    this->commit(std::move(batch));
    ports::MessageRange range;
    range.chat = this->chat_;
    const auto found = this->run(this->store().read(range)).value();
    EXPECT_EQ(found.at(0).content.text.size(), 65'536u);
}

TYPED_TEST(MessageStoreContract, RangesExcludeBothTheirEnds) {
    this->commit(conversation(this->chat_, 1, 9));
    ports::MessageRange range;
    range.chat = this->chat_;
    range.after = {3};
    range.before = {7};
    EXPECT_EQ(this->seqs(range), (Numbers{4, 5, 6}));
    range.newest_first = true;
    EXPECT_EQ(this->seqs(range), (Numbers{6, 5, 4}));
}

TYPED_TEST(MessageStoreContract, TheLimitCountsFromTheEndAskedFor) {
    this->commit(conversation(this->chat_, 1, 9));
    ports::MessageRange range;
    range.chat = this->chat_;
    range.limit = 2;
    EXPECT_EQ(this->seqs(range), (Numbers{1, 2}));
    range.newest_first = true;
    EXPECT_EQ(this->seqs(range), (Numbers{9, 8}));
    range.before = {5};
    EXPECT_EQ(this->seqs(range), (Numbers{4, 3}));
    range.newest_first = false;
    range.after = {8};
    range.before = {100};
    EXPECT_EQ(this->seqs(range), (Numbers{9}));
}

TYPED_TEST(MessageStoreContract, ARangeBeyondTheEndsIsEmpty) {
    this->commit(conversation(this->chat_, 1, 3));
    ports::MessageRange range;
    range.chat = this->chat_;
    range.after = {3};
    EXPECT_EQ(this->seqs(range), Numbers{});
    range.after = {~std::uint64_t{0}};
    EXPECT_EQ(this->seqs(range), Numbers{});
    range.after = {0};
    range.before = {1};
    EXPECT_EQ(this->seqs(range), Numbers{});
    range.before = {0};
    EXPECT_EQ(this->seqs(range), Numbers{});
    range.after = {2};
    range.before = {2};
    EXPECT_EQ(this->seqs(range), Numbers{});
}

TYPED_TEST(MessageStoreContract, RangesCrossBuckets) {
    constexpr std::uint64_t bucket = 16384;
    this->commit(conversation(this->chat_, 1, bucket + 3));
    ports::MessageRange range;
    range.chat = this->chat_;
    range.after = {bucket - 3};
    EXPECT_EQ(this->seqs(range),
              (Numbers{bucket - 2, bucket - 1, bucket, bucket + 1, bucket + 2, bucket + 3}));
    range.before = {bucket + 1};
    range.newest_first = true;
    EXPECT_EQ(this->seqs(range), (Numbers{bucket, bucket - 1, bucket - 2}));
}

TYPED_TEST(MessageStoreContract, ChatsThatAreNeighboursStayApart) {
    this->commit(conversation(chat_number(1), 1, 2));
    this->commit(conversation(chat_number(2), 1, 3));
    ports::CommitBatch both = conversation(chat_number(1), 3, 4);
    const auto other = conversation(chat_number(3), 1, 1);
    both.messages.insert(both.messages.end(), other.messages.begin(), other.messages.end());
    both.heads.insert(both.heads.end(), other.heads.begin(), other.heads.end());
    this->commit(both);
    EXPECT_EQ(this->all_seqs(chat_number(1)), (Numbers{1, 2, 3, 4}));
    EXPECT_EQ(this->all_seqs(chat_number(2)), (Numbers{1, 2, 3}));
    EXPECT_EQ(this->all_seqs(chat_number(3)), (Numbers{1}));
}

TYPED_TEST(MessageStoreContract, HeadsAnswerInTheOrderAsked) {
    this->commit(conversation(chat_number(1), 1, 2));
    this->commit(conversation(chat_number(3), 1, 1));
    const auto heads =
        this->run(this->store().heads({chat_number(3), chat_number(2), chat_number(1)})).value();
    ASSERT_EQ(heads.size(), 3u);
    EXPECT_EQ(heads[0]->seq, Seq{1});
    EXPECT_EQ(heads[1], std::nullopt);
    EXPECT_EQ(heads[2]->seq, Seq{2});
    std::vector<ChatId> many(200, chat_number(1));
    EXPECT_EQ(this->run(this->store().heads(many)).value().size(), 200u);
}

TYPED_TEST(MessageStoreContract, WritingABatchAgainChangesNothing) {
    this->commit(conversation(this->chat_, 1, 3));
    ports::MessageRange range;
    range.chat = this->chat_;
    const auto before = this->run(this->store().read(range)).value();
    this->commit(conversation(this->chat_, 2, 3));
    this->commit(conversation(this->chat_, 1, 3));
    EXPECT_EQ(this->run(this->store().read(range)).value(), before);
    EXPECT_EQ(this->run(this->store().head(this->chat_)).value()->seq, Seq{3});
}

TYPED_TEST(MessageStoreContract, SendsAreFoundByTheirWholeKey) {
    this->commit(conversation(this->chat_, 1, 1));
    const auto key = send_of(text_message(this->chat_, 1)).key;
    auto other = key;
    other.device = {71};
    EXPECT_FALSE(this->run(this->store().find_send(other))->has_value());
    other = key;
    other.sender = {8};
    EXPECT_FALSE(this->run(this->store().find_send(other))->has_value());
    other = key;
    other.client_id = {numbered_uuid(99)};
    EXPECT_FALSE(this->run(this->store().find_send(other))->has_value());
    EXPECT_TRUE(this->run(this->store().find_send(key))->has_value());
}

TYPED_TEST(MessageStoreContract, WhatWasCommittedIsThereAfterReopening) {
    for (std::uint64_t i = 1; i <= 20; ++i)
        this->commit(conversation(chat_number(i), 1, i));
    this->engine_.reopen();
    for (std::uint64_t i = 1; i <= 20; ++i) {
        EXPECT_EQ(this->all_seqs(chat_number(i)).size(), i);
        EXPECT_EQ(this->run(this->store().head(chat_number(i))).value()->seq, Seq{i});
        const auto key = send_of(text_message(chat_number(i), i)).key;
        EXPECT_TRUE(this->run(this->store().find_send(key))->has_value());
    }
    this->commit(conversation(chat_number(1), 2, 2));
    EXPECT_EQ(this->all_seqs(chat_number(1)), (Numbers{1, 2}));
}

TYPED_TEST(MessageStoreContract, ABatchIsVisibleOnlyWhenItIsDurable) {
    this->commit(conversation(this->chat_, 1, 1));
    this->engine_.hold_writes();
    std::optional<base::Result<void>> answer;
    this->engine_.executor().start(this->store().commit(conversation(this->chat_, 2, 3)),
                                   [&](base::Result<void> result) { answer = result; });
    this->engine_.wait_for_held_write();
    EXPECT_EQ(this->all_seqs(this->chat_), Numbers{1});
    EXPECT_EQ(this->run(this->store().head(this->chat_)).value()->seq, Seq{1});
    const auto key = send_of(text_message(this->chat_, 2)).key;
    EXPECT_FALSE(this->run(this->store().find_send(key))->has_value());
    EXPECT_FALSE(answer);
    this->engine_.release_writes();
    ASSERT_TRUE(this->engine_.executor().run_until([&] { return answer.has_value(); }));
    EXPECT_TRUE(answer->has_value());
    EXPECT_EQ(this->all_seqs(this->chat_), (Numbers{1, 2, 3}));
    EXPECT_TRUE(this->run(this->store().find_send(key))->has_value());
}

TYPED_TEST(MessageStoreContract, CommitsAreAnsweredInTheOrderOfTheirCalls) {
    std::vector<std::uint64_t> answered;
    for (std::uint64_t seq = 1; seq <= 50; ++seq) {
        this->engine_.executor().start(this->store().commit(conversation(this->chat_, seq, seq)),
                                       [&answered, seq](base::Result<void> result) {
                                           if (result) answered.push_back(seq);
                                       });
    }
    ASSERT_TRUE(this->engine_.executor().run_until([&] { return answered.size() == 50; }));
    EXPECT_TRUE(std::ranges::is_sorted(answered));
    EXPECT_EQ(this->all_seqs(this->chat_).size(), 50u);
    EXPECT_EQ(this->run(this->store().head(this->chat_)).value()->seq, Seq{50});
}

TYPED_TEST(MessageStoreContract, AfterAFailedWriteNothingIsTakenUntilItIsReopened) {
    this->commit(conversation(this->chat_, 1, 1));
    this->engine_.fail_next_write();
    const auto failed = this->run(this->store().commit(conversation(this->chat_, 2, 2)));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::overloaded);
    EXPECT_GT(failed.error().retry_after.count(), 0);
    EXPECT_TRUE(this->store().failed());
    const auto later = this->run(this->store().commit(conversation(this->chat_, 2, 2)));
    ASSERT_FALSE(later);
    EXPECT_EQ(later.error().code, ErrorCode::overloaded);
    EXPECT_EQ(this->all_seqs(this->chat_), Numbers{1});

    this->engine_.reopen();
    EXPECT_FALSE(this->store().failed());
    this->commit(conversation(this->chat_, 2, 3));
    EXPECT_EQ(this->all_seqs(this->chat_), (Numbers{1, 2, 3}));
}

}  // namespace
}  // namespace banter::contract
