// What every ports::PersonalStates promises.
#include <gtest/gtest.h>

#include "directory_fixtures.hpp"

namespace banter::contract {
namespace {

using base::ErrorCode;
using base::Timestamp;
using domain::ChatId;
using domain::PersonalState;
using domain::PersonalStateChange;
using domain::UserId;
using ports::PersonalStateRow;
using namespace std::chrono_literals;

constexpr UserId ada{(1ULL << 63) - 1};
constexpr UserId bob{2};
constexpr UserId carl{3};

PersonalStateChange drafting(std::string text) {
    PersonalStateChange change;
    change.draft = std::move(text);
    return change;
}

template <class Engine>
class PersonalStatesContract : public testing::Test {
protected:
    template <class T>
    T run(base::Task<T> task) {
        return engine_.executor.run(std::move(task));
    }
    ports::PersonalStates& states() { return engine_.states; }

    ChatId open_direct(UserId one, UserId other) {
        ports::NewChat direct;
        direct.chat.id = domain::direct_chat_id(one, other);
        direct.creator = one;
        direct.members = {{one, {}, {}, {}}, {other, {}, {}, {}}};
        EXPECT_TRUE(run(engine_.chats.create(direct)));
        return direct.chat.id;
    }
    void remove(ChatId chat, UserId user) {
        ports::MemberChange change;
        change.control = {domain::ClientId{engine_.random.uuid()}, chat, user, {}};
        change.removed = {user};
        EXPECT_TRUE(run(engine_.chats.change(change)));
    }
    ports::PersonalStates::Applied apply(UserId user, ChatId chat, PersonalStateChange change) {
        return run(states().apply(user, chat, std::move(change))).value();
    }
    PersonalStateRow find(UserId user, ChatId chat) {
        return run(states().find(user, {chat}))->front();
    }

    Engine engine_;
    const ChatId chat_ = open_direct(ada, bob);
};

using Engines = testing::Types<MemoryEngine, SqliteEngine>;
TYPED_TEST_SUITE(PersonalStatesContract, Engines);

TYPED_TEST(PersonalStatesContract, NothingIsKeptAtFirst) {
    const auto other = this->open_direct(ada, carl);
    const auto rows = *this->run(this->states().find(ada, {other, this->chat_}));
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0], (PersonalStateRow{other, {}, {}}));
    EXPECT_EQ(rows[1], (PersonalStateRow{this->chat_, {}, {}}));
    EXPECT_TRUE(this->run(this->states().changed_since(ada, Timestamp{}))->empty());
}

TYPED_TEST(PersonalStatesContract, EachPartChangesAloneAndIsFoundAgain) {
    PersonalStateChange change;
    change.muted_until = Timestamp(1'800'000'000'123ms);
    EXPECT_TRUE(this->apply(ada, this->chat_, change).changed);
    change = {};
    change.pinned = true;
    this->apply(ada, this->chat_, change);
    change = {};
    change.archived = true;
    this->apply(ada, this->chat_, change);
    const std::string text("d\0raft \n\xF0\x9F\xA6\x86", 13);
    const auto applied = this->apply(ada, this->chat_, drafting(text));
    const PersonalState all{Timestamp(1'800'000'000'123ms), true, true, text};
    EXPECT_EQ(applied.row.state, all);
    EXPECT_EQ(this->find(ada, this->chat_), applied.row);

    change = {};
    change.muted_until = std::optional<Timestamp>{};
    change.pinned = false;
    change.archived = false;
    change.draft = "";
    EXPECT_EQ(this->apply(ada, this->chat_, change).row.state, PersonalState{});
    EXPECT_EQ(this->find(ada, this->chat_).state, PersonalState{});
}

TYPED_TEST(PersonalStatesContract, UsersAndChatsAreApart) {
    const auto other = this->open_direct(ada, carl);
    this->apply(ada, this->chat_, drafting("mine"));
    this->apply(bob, this->chat_, drafting("his"));
    EXPECT_EQ(this->find(ada, this->chat_).state.draft, "mine");
    EXPECT_EQ(this->find(bob, this->chat_).state.draft, "his");
    EXPECT_EQ(this->find(ada, other).state, PersonalState{});
}

TYPED_TEST(PersonalStatesContract, WhatIsSoAlreadyIsNoChange) {
    const auto first = this->apply(ada, this->chat_, drafting("x"));
    this->engine_.clock.advance(1s);
    const auto again = this->apply(ada, this->chat_, drafting("x"));
    EXPECT_FALSE(again.changed);
    EXPECT_EQ(again.row, first.row);
    EXPECT_FALSE(this->apply(bob, this->chat_, drafting("")).changed);
    EXPECT_TRUE(this->run(this->states().changed_since(bob, Timestamp{}))->empty());
}

TYPED_TEST(PersonalStatesContract, TheTimeOfAChangeRisesAlsoWhenTheClockGoesBack) {
    auto before = this->apply(ada, this->chat_, drafting("0")).row.at;
    EXPECT_EQ(before, this->engine_.clock.now());
    this->engine_.clock.jump(-1h);
    for (const auto* text : {"1", "2", "3"}) {
        const auto at = this->apply(ada, this->chat_, drafting(text)).row.at;
        EXPECT_GT(at, before);
        before = at;
    }
}

TYPED_TEST(PersonalStatesContract, OnlyAMemberKeepsAState) {
    const auto refused = this->run(this->states().apply(carl, this->chat_, drafting("x")));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::not_found);
    const auto unknown =
        this->run(this->states().apply(ada, ChatId{this->engine_.random.uuid()}, drafting("x")));
    EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
    EXPECT_EQ(this->find(carl, this->chat_).state, PersonalState{});
}

TYPED_TEST(PersonalStatesContract, WhoLeavesIsToldNothingAndFindsItAgainWhenHeComesBack) {
    this->apply(bob, this->chat_, drafting("later"));
    this->remove(this->chat_, bob);
    EXPECT_FALSE(this->run(this->states().apply(bob, this->chat_, drafting("now"))));
    EXPECT_TRUE(this->run(this->states().changed_since(bob, Timestamp{}))->empty());
    ports::MemberChange back;
    back.control = {domain::ClientId{this->engine_.random.uuid()}, this->chat_, ada, {}};
    back.added = {{bob, {}, {}, {}}};
    ASSERT_TRUE(this->run(this->engine_.chats.change(back)));
    EXPECT_EQ(this->find(bob, this->chat_).state.draft, "later");
}

TYPED_TEST(PersonalStatesContract, WhatChangedSinceATimeIsFound) {
    const auto other = this->open_direct(ada, carl);
    this->apply(ada, other, drafting("early"));
    this->engine_.clock.advance(1s);
    const auto since = this->engine_.clock.now();
    const auto late = this->apply(ada, this->chat_, drafting("late")).row;
    this->apply(bob, this->chat_, drafting("his"));
    EXPECT_EQ(*this->run(this->states().changed_since(ada, since)), std::vector{late});
    EXPECT_EQ(this->run(this->states().changed_since(ada, Timestamp{}))->size(), 2u);
    EXPECT_TRUE(this->run(this->states().changed_since(ada, since + 1ms))->empty());
}

}  // namespace
}  // namespace banter::contract
