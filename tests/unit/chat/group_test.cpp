#include "harness.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;
using domain::Change;
using domain::Role;

constexpr UserId dan{4};

class GroupTest : public ChatTest {
protected:
    ChatId group = make_group(ann, {bob});

    Change last_change() { return history(group, ann).back().content.event->change; }
};

TEST_F(GroupTest, BeginsWithItsEvent) {
    const auto messages = history(group, bob);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].content.event->change, Change::created);
    EXPECT_EQ(messages[0].sender, ann);
}

TEST_F(GroupTest, ANewcomerSeesFromHisJoinOn) {
    send(group, ann, "before");
    ASSERT_TRUE(run(service->add(group, ann, {cem})));
    send(group, ann, "after");
    const auto seen = history(group, cem);
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0].content.event->change, Change::member_added);
    EXPECT_EQ(seen[1].content.text, "after");
}

TEST_F(GroupTest, ASharedHistoryIsSeenWhole) {
    NewGroup open;
    open.creator = ann;
    open.title = "open";
    open.history = domain::HistoryMode::shared;
    const auto chat = run(service->create_group(open))->chat;
    send(chat, ann, "before");
    ASSERT_TRUE(run(service->add(chat, ann, {cem})));
    EXPECT_EQ(history(chat, cem).size(), 3U);
}

TEST_F(GroupTest, OnceRemovedASendIsNotFound) {
    send(group, bob);
    ASSERT_TRUE(run(service->remove(group, ann, bob)));
    EXPECT_EQ(code_of(send(group, bob)), ErrorCode::not_found);
    EXPECT_TRUE(history(group, bob).empty());
    restart();
    EXPECT_EQ(code_of(send(group, bob)), ErrorCode::not_found);
}

TEST_F(GroupTest, WhoIsRemovedBeforeHisSessionTookTheChatUpIsStillToldOfIt) {
    ASSERT_TRUE(run(service->add(group, ann, {cem})));
    ASSERT_TRUE(run(service->remove(group, ann, cem)));
    const auto attachment = run(service->attach(group, cem, DeviceId{31}, 0, {}));
    ASSERT_TRUE(attachment);
    EXPECT_EQ(attachment->first_seq, Seq{2});
    EXPECT_EQ(attachment->last_seq, Seq{3});
    EXPECT_FALSE(run(service->attach(group, UserId{4}, DeviceId{41}, 0, {})));
}

TEST_F(GroupTest, ARepeatOfAnAcceptedSendIsAnsweredAfterRemoval) {
    const auto id = new_client_id();
    const auto first = send(group, bob, bob_phone, id);
    ASSERT_TRUE(run(service->remove(group, ann, bob)));
    EXPECT_EQ(send(group, bob, bob_phone, id)->seq, first->seq);
}

TEST_F(GroupTest, ReJoinedSeesFromTheNewJoin) {
    send(group, bob, "first time");
    ASSERT_TRUE(run(service->remove(group, ann, bob)));
    send(group, ann, "without him");
    ASSERT_TRUE(run(service->add(group, ann, {bob})));
    EXPECT_EQ(history(group, bob).size(), 1U);
    restart();
    EXPECT_EQ(history(group, bob).size(), 1U);
}

TEST_F(GroupTest, AddingWhoIsInChangesNothing) {
    const auto before = history(group, ann).size();
    const auto added = run(service->add(group, ann, {bob}));
    ASSERT_TRUE(added);
    EXPECT_TRUE(added->empty());
    EXPECT_EQ(history(group, ann).size(), before);
}

TEST_F(GroupTest, RefusesOneMoreThanFits) {
    ASSERT_TRUE(run(service->add(group, ann, {cem, dan, UserId{5}})));
    EXPECT_EQ(code_of(run(service->add(group, ann, {UserId{6}}))), ErrorCode::too_many_members);
    NewGroup large;
    large.creator = ann;
    large.title = "large";
    large.members = {bob, cem, dan, UserId{5}, UserId{6}};
    EXPECT_EQ(code_of(run(service->create_group(large))), ErrorCode::too_many_members);
}

TEST_F(GroupTest, RolesDecideWhoMayDoWhat) {
    ASSERT_TRUE(run(service->add(group, ann, {cem, dan})));
    EXPECT_EQ(code_of(run(service->add(group, bob, {UserId{5}}))), ErrorCode::forbidden);
    EXPECT_EQ(code_of(run(service->remove(group, bob, cem))), ErrorCode::forbidden);
    ASSERT_TRUE(run(service->set_role(group, ann, bob, Role::admin)));
    ASSERT_TRUE(run(service->set_role(group, ann, cem, Role::admin)));
    EXPECT_EQ(code_of(run(service->remove(group, bob, cem))), ErrorCode::forbidden);
    EXPECT_EQ(code_of(run(service->remove(group, bob, ann))), ErrorCode::forbidden);
    EXPECT_EQ(code_of(run(service->set_role(group, bob, dan, Role::admin))), ErrorCode::forbidden);
    EXPECT_TRUE(run(service->remove(group, bob, dan)));
}

TEST_F(GroupTest, TheOwnerHandsOverBeforeHeLeaves) {
    EXPECT_EQ(code_of(run(service->remove(group, ann, ann))), ErrorCode::conflict);
    ASSERT_TRUE(run(service->set_role(group, ann, bob, Role::owner)));
    restart();
    const auto view = run(service->summary(group, ann));
    EXPECT_EQ(view->view.role, Role::admin);
    EXPECT_TRUE(run(service->remove(group, ann, ann)));
    EXPECT_EQ(run(service->summary(group, bob))->view.role, Role::owner);
}

TEST_F(GroupTest, NobodyAddsWhoHasBlockedHim) {
    relations.blocks.insert({cem, ann});
    EXPECT_EQ(code_of(run(service->add(group, ann, {cem}))), ErrorCode::forbidden);
}

TEST_F(GroupTest, ADirectChatIsNotChanged) {
    const auto chat = open_direct(ann, bob);
    EXPECT_EQ(code_of(run(service->add(chat, ann, {cem}))), ErrorCode::forbidden);
    EXPECT_EQ(chat, open_direct(bob, ann));
}

TEST_F(GroupTest, TheTitleIsAnEvent) {
    ASSERT_TRUE(run(service->edit(group, bob, {.title = "renamed"})));
    EXPECT_EQ(last_change(), Change::title);
    restart();
    EXPECT_EQ(run(service->summary(group, ann))->view.chat.title, "renamed");
    EXPECT_EQ(code_of(run(service->edit(group, bob, {.title = "bad\ntitle"}))), ErrorCode::invalid);
}

// The process ends between the stored change and its place in the log: the next start gives it
// its place, once.
TEST_F(GroupTest, AChangeThatWasStoredIsSequencedAfterARestart) {
    ports::MemberChange change;
    change.control = {new_client_id(), group, ann, {Change::member_added, {cem}, {}, {}}};
    change.added.push_back({cem, Role::member, {}, clock.now()});
    ASSERT_TRUE(run(directory.change(change)));
    restart();
    EXPECT_EQ(run(service->recover()), 1U);
    restart();
    EXPECT_EQ(run(service->recover()), 0U);
    EXPECT_EQ(history(group, cem).size(), 1U);
    EXPECT_TRUE(send(group, cem));
    EXPECT_EQ(history(group, ann).size(), 3U);
}

// A change that the store refused stays in the outbox, and the next one does not overtake it.
TEST_F(GroupTest, AChangeThatWasRefusedItsPlaceGetsItBeforeTheNextOne) {
    send(group, ann);
    store.refuse_next_commit();
    EXPECT_EQ(code_of(run(service->remove(group, ann, bob))), ErrorCode::overloaded);
    ASSERT_TRUE(run(service->add(group, ann, {bob})));
    const auto messages = history(group, ann);
    ASSERT_EQ(messages.size(), 4U);
    EXPECT_EQ(messages[2].content.event->change, Change::member_removed);
    EXPECT_EQ(messages[3].content.event->change, Change::member_added);
    EXPECT_TRUE(send(group, bob));
}

TEST_F(GroupTest, AChangeThatWasRefusedItsPlaceIsTriedAgain) {
    send(group, ann);
    store.refuse_next_commit();
    EXPECT_EQ(code_of(run(service->remove(group, ann, bob))), ErrorCode::overloaded);
    executor.advance(std::chrono::seconds(2));
    EXPECT_EQ(last_change(), Change::member_removed);
    EXPECT_EQ(code_of(send(group, bob)), ErrorCode::not_found);
    EXPECT_TRUE(run(directory.outbox())->empty());
}

TEST_F(GroupTest, AGroupThatIsMadeTwiceWithOneClientIdIsOne) {
    NewGroup again;
    again.creator = ann;
    again.title = "once";
    again.client_id = new_client_id();
    const auto first = run(service->create_group(again));
    const auto second = run(service->create_group(again));
    EXPECT_TRUE(first->created);
    EXPECT_FALSE(second->created);
    EXPECT_EQ(first->chat, second->chat);
}

}  // namespace
}  // namespace banter::chat
