// What every ports::ChatDirectory promises.
#include <algorithm>
#include <gtest/gtest.h>

#include "directory_fixtures.hpp"

namespace banter::contract {
namespace {

using base::ErrorCode;
using domain::Change;
using domain::ChatId;
using domain::ChatType;
using domain::ClientId;
using domain::Event;
using domain::Member;
using domain::Role;
using domain::Seq;
using domain::UserId;
using ports::ControlMessage;
using namespace std::chrono_literals;

constexpr UserId ada{(1ULL << 63) - 1};  // ids are 63 bits wide
constexpr UserId bob{2};
constexpr UserId carl{3};

template <class Engine>
class ChatDirectoryContract : public testing::Test {
protected:
    template <class T>
    T run(base::Task<T> task) {
        return engine_.executor.run(std::move(task));
    }
    template <class Id>
    Id new_id() {
        return Id{engine_.random.uuid()};
    }
    ControlMessage control(ChatId chat, Change change, std::vector<UserId> users) {
        return {new_id<ClientId>(), chat, ada, Event{change, std::move(users), {}, {}}};
    }
    Member member(UserId user, Role role = Role::member) { return {user, role, {}, now()}; }

    ports::NewChat new_group(std::vector<UserId> others) {
        ports::NewChat group;
        group.chat = {new_id<ChatId>(), ChatType::group, "Ducks 🦆", domain::HistoryMode::shared,
                      now()};
        group.creator = ada;
        group.members.push_back(member(ada, Role::owner));
        for (const auto user : others)
            group.members.push_back(member(user));
        std::vector<UserId> everyone{ada};
        everyone.insert(everyone.end(), others.begin(), others.end());
        group.control = control(group.chat.id, Change::created, everyone);
        group.control->event.title = group.chat.title;
        return group;
    }
    // A group whose first event has got its place.
    ports::NewChat add_group(std::vector<UserId> others) {
        auto group = new_group(std::move(others));
        EXPECT_TRUE(run(directory().create(group))->created);
        EXPECT_TRUE(run(directory().sequenced(*group.control, Seq{1})));
        return group;
    }
    ports::NewChat new_direct(UserId one, UserId other) {
        ports::NewChat direct;
        direct.chat.id = domain::direct_chat_id(one, other);
        direct.chat.created_at = now();
        direct.creator = one;
        direct.members = {member(one), member(other)};
        return direct;
    }
    ControlMessage add(ChatId chat, UserId user) {
        ports::MemberChange change;
        change.control = control(chat, Change::member_added, {user});
        change.added = {member(user)};
        EXPECT_TRUE(run(directory().change(change)));
        return change.control;
    }
    ControlMessage remove(ChatId chat, UserId user) {
        ports::MemberChange change;
        change.control = control(chat, Change::member_removed, {user});
        change.removed = {user};
        EXPECT_TRUE(run(directory().change(change)));
        return change.control;
    }
    void sequenced(const ControlMessage& control, std::uint64_t seq) {
        EXPECT_TRUE(run(directory().sequenced(control, Seq{seq})));
    }
    ports::ChatWithMembers find(ChatId chat) { return run(directory().find(chat)).value().value(); }
    std::vector<UserId> users(ChatId chat) {
        std::vector<UserId> result;
        for (const auto& member : find(chat).members)
            result.push_back(member.user);
        return result;
    }
    std::vector<ClientId> outbox() {
        std::vector<ClientId> ids;
        for (const auto& waiting : run(directory().outbox()).value())
            ids.push_back(waiting.id);
        return ids;
    }
    Seq joined_seq(ChatId chat, UserId user) {
        for (const auto& member : find(chat).members) {
            if (member.user == user) return member.joined_seq;
        }
        ADD_FAILURE() << "not a member";
        return {};
    }

    ports::ChatDirectory& directory() { return engine_.chats; }
    base::Timestamp now() { return engine_.clock.now(); }

    Engine engine_;
};

using Engines = testing::Types<MemoryEngine, SqliteEngine>;
TYPED_TEST_SUITE(ChatDirectoryContract, Engines);

TYPED_TEST(ChatDirectoryContract, KeepsAGroupAndItsFirstEvent) {
    const auto group = this->new_group({carl, bob});
    const auto created = this->run(this->directory().create(group)).value();
    EXPECT_TRUE(created.created);
    EXPECT_EQ(created.chat, group.chat.id);
    const auto found = this->find(group.chat.id);
    EXPECT_EQ(found.chat, group.chat);
    EXPECT_EQ(found.members, group.members);
    const auto waiting = this->run(this->directory().outbox()).value();
    ASSERT_EQ(waiting.size(), 1U);
    EXPECT_EQ(waiting[0].id, group.control->id);
    EXPECT_EQ(waiting[0].chat, group.chat.id);
    EXPECT_EQ(waiting[0].actor, ada);
    EXPECT_EQ(waiting[0].event, group.control->event);
    EXPECT_FALSE(this->run(this->directory().find(this->template new_id<ChatId>())).value());
}

TYPED_TEST(ChatDirectoryContract, ADirectChatIsOne) {
    const auto direct = this->new_direct(ada, bob);
    EXPECT_TRUE(this->run(this->directory().create(direct))->created);
    const auto again = this->run(this->directory().create(this->new_direct(bob, ada))).value();
    EXPECT_FALSE(again.created);
    EXPECT_EQ(again.chat, direct.chat.id);
    EXPECT_TRUE(this->outbox().empty());
    const auto memberships = this->run(this->directory().memberships(bob)).value();
    ASSERT_EQ(memberships.size(), 1U);
    EXPECT_EQ(memberships[0].chat, direct.chat);
    EXPECT_EQ(memberships[0].members, 2U);
    EXPECT_EQ(memberships[0].other, ada);
    EXPECT_EQ(memberships[0].member, this->member(bob));
}

TYPED_TEST(ChatDirectoryContract, ARetriedCreationFindsTheGroup) {
    auto group = this->new_group({bob});
    group.client_id = this->template new_id<ClientId>();
    EXPECT_TRUE(this->run(this->directory().create(group))->created);
    auto retry = this->new_group({bob});
    retry.client_id = group.client_id;
    const auto found = this->run(this->directory().create(retry)).value();
    EXPECT_FALSE(found.created);
    EXPECT_EQ(found.chat, group.chat.id);
    EXPECT_EQ(this->outbox(), (std::vector{group.control->id}));
    auto foreign = this->new_group({bob});
    foreign.creator = carl;
    foreign.client_id = group.client_id;
    EXPECT_TRUE(this->run(this->directory().create(foreign))->created);
    EXPECT_TRUE(this->run(this->directory().create(this->new_group({})))->created);
    EXPECT_TRUE(this->run(this->directory().create(this->new_group({})))->created);
}

TYPED_TEST(ChatDirectoryContract, TheFirstEventBringsEveryMembersJoinedSeq) {
    const auto group = this->new_group({bob});
    this->run(this->directory().create(group)).value();
    EXPECT_EQ(this->joined_seq(group.chat.id, bob), Seq{});
    this->sequenced(*group.control, 1);
    EXPECT_EQ(this->joined_seq(group.chat.id, ada), Seq{1});
    EXPECT_EQ(this->joined_seq(group.chat.id, bob), Seq{1});
    EXPECT_TRUE(this->outbox().empty());
}

TYPED_TEST(ChatDirectoryContract, AddsAndRemoves) {
    const auto chat = this->add_group({bob}).chat.id;
    const auto added = this->add(chat, carl);
    EXPECT_EQ(this->users(chat), (std::vector{ada, bob, carl}));
    EXPECT_EQ(this->joined_seq(chat, carl), Seq{});
    EXPECT_EQ(this->joined_seq(chat, bob), Seq{1});
    this->sequenced(added, 5);
    EXPECT_EQ(this->joined_seq(chat, carl), Seq{5});
    this->engine_.executor.advance(1s);
    const auto removed = this->remove(chat, bob);
    EXPECT_EQ(this->users(chat), (std::vector{ada, carl}));
    const auto leaving = this->run(this->directory().find(chat)).value()->leaving;
    ASSERT_EQ(leaving.size(), 1U);
    const auto left = this->run(this->directory().find(chat)).value()->outbox;
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].id, removed.id);
    EXPECT_EQ(left[0].event, removed.event);
    EXPECT_EQ(leaving[0].user, bob);
    EXPECT_EQ(leaving[0].joined_seq, Seq{1});
    EXPECT_EQ(this->run(this->directory().memberships(bob)).value().size(), 1U);
    EXPECT_TRUE(this->run(this->directory().ended_memberships(bob)).value().empty());
    this->sequenced(removed, 6);
    EXPECT_TRUE(this->run(this->directory().find(chat)).value()->leaving.empty());
    EXPECT_TRUE(this->run(this->directory().memberships(bob)).value().empty());
    const auto ended = this->run(this->directory().ended_memberships(bob)).value();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].chat, chat);
    EXPECT_EQ(ended[0].joined_seq, Seq{1});
    EXPECT_EQ(ended[0].left_seq, Seq{6});
    EXPECT_EQ(ended[0].left_at, this->now());
    EXPECT_EQ(this->run(this->directory().memberships(ada)).value()[0].members, 2U);
    EXPECT_EQ(this->run(this->directory().memberships(ada)).value()[0].other, UserId{});
}

TYPED_TEST(ChatDirectoryContract, AChatComesWithItsOwnPartOfTheOutbox) {
    const auto chat = this->add_group({bob}).chat.id;
    const auto other = this->add_group({bob}).chat.id;
    const auto first = this->add(chat, carl);
    const auto second = this->remove(chat, bob);
    const auto outbox = this->run(this->directory().find(chat)).value()->outbox;
    ASSERT_EQ(outbox.size(), 2U);
    EXPECT_EQ(outbox[0].id, first.id);
    EXPECT_EQ(outbox[1].event, second.event);
    EXPECT_TRUE(this->run(this->directory().find(other)).value()->outbox.empty());
}

TYPED_TEST(ChatDirectoryContract, LeavesThoseAsTheyAreWhomAChangeDoesNotConcern) {
    const auto chat = this->add_group({bob}).chat.id;
    this->sequenced(this->add(chat, bob), 2);
    EXPECT_EQ(this->users(chat), (std::vector{ada, bob}));
    EXPECT_EQ(this->joined_seq(chat, bob), Seq{1});
    this->sequenced(this->remove(chat, carl), 3);
    EXPECT_EQ(this->users(chat), (std::vector{ada, bob}));
    EXPECT_TRUE(this->run(this->directory().ended_memberships(carl)).value().empty());
}

TYPED_TEST(ChatDirectoryContract, WhoComesBackBeginsAnew) {
    const auto chat = this->add_group({bob}).chat.id;
    const auto removed = this->remove(chat, bob);
    const auto added = this->add(chat, bob);
    EXPECT_EQ(this->joined_seq(chat, bob), Seq{});
    this->sequenced(removed, 7);
    EXPECT_EQ(this->users(chat), (std::vector{ada, bob}));
    EXPECT_EQ(this->joined_seq(chat, bob), Seq{});
    EXPECT_EQ(this->run(this->directory().ended_memberships(bob)).value().at(0).left_seq, Seq{7});
    this->sequenced(added, 8);
    this->sequenced(removed, 7);
    this->sequenced(added, 8);
    EXPECT_EQ(this->joined_seq(chat, bob), Seq{8});
    EXPECT_TRUE(this->run(this->directory().ended_memberships(bob)).value().empty());
    this->sequenced(this->remove(chat, bob), 9);
    const auto ended = this->run(this->directory().ended_memberships(bob)).value();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].joined_seq, Seq{8});
    EXPECT_EQ(ended[0].left_seq, Seq{9});
}

TYPED_TEST(ChatDirectoryContract, ARepeatedSequencedChangesNothing) {
    const auto group = this->add_group({bob});
    this->sequenced(*group.control, 4);
    EXPECT_EQ(this->joined_seq(group.chat.id, bob), Seq{1});
    const auto removed = this->remove(group.chat.id, bob);
    this->sequenced(removed, 5);
    this->sequenced(removed, 6);
    this->sequenced(*group.control, 1);
    EXPECT_EQ(this->run(this->directory().ended_memberships(bob)).value()[0].left_seq, Seq{5});
}

TYPED_TEST(ChatDirectoryContract, ChangesRolesAndTitle) {
    const auto chat = this->add_group({bob}).chat.id;
    ports::MemberChange change;
    change.control = this->control(chat, Change::role, {bob});
    change.control.event.role = Role::owner;
    change.title = "Geese";
    EXPECT_TRUE(this->run(this->directory().change(change)));
    EXPECT_EQ(this->find(chat).chat.title, "Geese");
    EXPECT_EQ(this->find(chat).members[0].role, Role::owner);
    const auto waiting = this->run(this->directory().outbox()).value();
    ASSERT_EQ(waiting.size(), 1U);
    EXPECT_EQ(waiting[0].event, change.control.event);
    this->sequenced(change.control, 2);
    const auto found = this->find(chat);
    EXPECT_EQ(found.members[0].role, Role::admin);
    EXPECT_EQ(found.members[1].role, Role::owner);
    EXPECT_EQ(this->run(this->directory().memberships(bob)).value()[0].member.role, Role::owner);
    auto back = change.control;
    back.id = this->control(chat, Change::role, {ada}).id;
    back.actor = bob;
    back.event.users = {ada};
    ports::MemberChange undo;
    undo.control = back;
    EXPECT_TRUE(this->run(this->directory().change(undo)));
    this->sequenced(back, 3);
    this->sequenced(change.control, 2);  // again, and late: changes nothing
    EXPECT_EQ(this->find(chat).members[0].role, Role::owner);
    EXPECT_EQ(this->find(chat).members[1].role, Role::admin);
}

TYPED_TEST(ChatDirectoryContract, TheOutboxIsInOrder) {
    const auto chat = this->add_group({}).chat.id;
    const auto first = this->add(chat, bob);
    const auto second = this->remove(chat, bob);
    const auto third = this->add(chat, carl);
    EXPECT_EQ(this->outbox(), (std::vector{first.id, second.id, third.id}));
    this->sequenced(second, 3);
    EXPECT_EQ(this->outbox(), (std::vector{first.id, third.id}));
}

TYPED_TEST(ChatDirectoryContract, AChangeOfNoChatIsNotFound) {
    ports::MemberChange change;
    change.control = this->control(this->template new_id<ChatId>(), Change::title, {});
    const auto refused = this->run(this->directory().change(change));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::not_found);
    EXPECT_TRUE(this->outbox().empty());
}

TYPED_TEST(ChatDirectoryContract, AChangeOfAnotherVersionIsRefusedAndChangesNothing) {
    const auto chat = this->add_group({}).chat.id;
    ports::MemberChange change;
    change.control = this->control(chat, Change::member_added, {bob});
    change.added = {this->member(bob)};
    change.version = this->find(chat).version;
    this->add(chat, carl);
    EXPECT_EQ(this->find(chat).version, *change.version + 1);
    const auto refused = this->run(this->directory().change(change));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_EQ(this->users(chat), (std::vector{ada, carl}));
    EXPECT_EQ(this->find(chat).version, *change.version + 1);
    change.version = this->find(chat).version;
    EXPECT_TRUE(this->run(this->directory().change(change)));
    EXPECT_EQ(this->users(chat), (std::vector{ada, carl, bob}));
}

TYPED_TEST(ChatDirectoryContract, OfManyAtOnceOneCreatesADirectChat) {
    int created = 0;
    int answered = 0;
    for (int i = 0; i < 20; ++i) {
        const auto count = [&](base::Result<ports::ChatDirectory::Created> chat) {
            if (chat.value().created) ++created;
            ++answered;
        };
        this->engine_.executor.start(this->directory().create(this->new_direct(ada, bob)), count);
    }
    EXPECT_TRUE(this->engine_.executor.run_until([&] { return answered == 20; }));
    EXPECT_EQ(created, 1);
}

}  // namespace
}  // namespace banter::contract
