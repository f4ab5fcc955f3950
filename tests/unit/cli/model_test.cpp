#include "model_fixture.hpp"

namespace banter::cli::testing {
namespace {

TEST_F(ModelTest, ListsChatsByActivity) {
    ASSERT_EQ(model.chats().size(), 2u);
    EXPECT_EQ(model.chats()[0]->id, chat_id(2));
    model.on_message(message(1, 5, bob));
    EXPECT_EQ(model.chats()[0]->id, chat_id(1));
    EXPECT_EQ(model.chats()[0]->preview, "hi");
    EXPECT_EQ(model.neighbour(1), chat_id(1));
    model.open(chat_id(1));
    EXPECT_EQ(model.neighbour(1), chat_id(2));
    EXPECT_EQ(model.neighbour(-1), chat_id(2));
}

TEST_F(ModelTest, CountsTheMessagesOfOthersAsUnreadOnce) {
    EXPECT_TRUE(model.on_message(message(1, 5, bob)));
    EXPECT_FALSE(model.on_message(message(1, 5, bob)));
    model.on_message(message(1, 6, alice));
    model.on_message(event(1, 7, bob, {.change = "title", .users = {}, .title = "", .role = ""}));
    EXPECT_EQ(model.find(chat_id(1))->unread, 1u);
}

TEST_F(ModelTest, DoesNotCountAgainWhatTheSummaryHasCounted) {
    auto behind = summary(3, "group", 7);
    behind.read = {2};
    behind.unread = 5;
    model.put_chat(behind);
    EXPECT_TRUE(model.on_message(message(3, 5, bob)));
    EXPECT_EQ(model.find(chat_id(3))->unread, 5u);
    EXPECT_TRUE(model.on_message(message(3, 8, bob)));
    EXPECT_EQ(model.find(chat_id(3))->unread, 6u);
}

TEST_F(ModelTest, SeeingTheOpenChatIsNewsOnce) {
    EXPECT_EQ(model.see_open_chat(), std::nullopt);
    model.on_message(message(1, 5, bob));
    model.open(chat_id(1));
    EXPECT_EQ(model.see_open_chat(), Seq{5});
    EXPECT_EQ(model.see_open_chat(), std::nullopt);
    EXPECT_EQ(model.find(chat_id(1))->unread, 0u);
}

TEST_F(ModelTest, ReadingOnAnotherDeviceLowersTheUnreadCount) {
    model.on_message(message(1, 5, bob));
    model.on_message(message(1, 6, bob));
    model.on_receipt(
        {.chat = chat_id(1), .user = alice, .delivered = {}, .read = Seq{5}, .at = {}});
    EXPECT_EQ(model.find(chat_id(1))->unread, 1u);
}

TEST_F(ModelTest, AnOwnMessageGetsItsPlaceAndItsTicks) {
    model.open(chat_id(1));
    model.add_outgoing(chat_id(1), client_id(1), "hello", noon + 1h);
    EXPECT_TRUE(shows(1, "hello ◷"));
    model.on_sent({.client_id = client_id(1),
                   .chat = chat_id(1),
                   .seq = {5},
                   .message_id = {},
                   .at = noon + 1h});
    EXPECT_TRUE(model.find(chat_id(1))->outgoing.empty());
    EXPECT_TRUE(shows(1, "hello ✓"));
    EXPECT_FALSE(shows(1, "hello ✓✓"));
    const auto& chat = *model.find(chat_id(1));
    model.on_receipt({.chat = chat_id(1), .user = bob, .delivered = Seq{5}, .read = {}, .at = {}});
    EXPECT_EQ(model.tick_of(chat, {5}), Tick::delivered);
    EXPECT_TRUE(shows(1, "hello ✓✓"));
    model.on_receipt({.chat = chat_id(1), .user = bob, .delivered = {}, .read = Seq{5}, .at = {}});
    EXPECT_EQ(model.tick_of(chat, {5}), Tick::read);
    // Marks never go back.
    model.on_receipt(
        {.chat = chat_id(1), .user = bob, .delivered = Seq{3}, .read = Seq{3}, .at = {}});
    EXPECT_EQ(model.tick_of(chat, {5}), Tick::read);
}

TEST_F(ModelTest, ARefusedMessageSaysWhy) {
    model.add_outgoing(chat_id(1), client_id(1), "hello", noon + 1h);
    model.on_failed(
        {.client_id = client_id(1), .chat = chat_id(1), .error = {.detail = "You are blocked."}});
    EXPECT_TRUE(shows(1, "hello ✗"));
    EXPECT_TRUE(shows(1, "not sent: You are blocked."));
}

TEST_F(ModelTest, GroupTicksAreThoseOfTheSlowestMember) {
    const auto& chat = *model.find(chat_id(2));
    EXPECT_EQ(model.tick_of(chat, {7}), Tick::sent);
    client::Member own{
        .user = alice, .role = "owner", .joined_at = {}, .delivered = {}, .read = {}};
    client::Member slow{
        .user = bob, .role = "member", .joined_at = {}, .delivered = {7}, .read = {2}};
    client::Member fast{
        .user = carol, .role = "member", .joined_at = {}, .delivered = {7}, .read = {7}};
    model.put_members(chat_id(2), {own, fast, slow});
    EXPECT_EQ(model.tick_of(chat, {7}), Tick::delivered);
    model.on_receipt({.chat = chat_id(2), .user = bob, .delivered = {}, .read = Seq{7}, .at = {}});
    EXPECT_EQ(model.tick_of(chat, {7}), Tick::read);
    EXPECT_EQ(model.tick_of(chat, {8}), Tick::sent);
    // Marks heard of before the list of members came are kept.
    model.put_members(chat_id(2), {own, fast, slow});
    EXPECT_EQ(model.tick_of(chat, {7}), Tick::read);
}

TEST_F(ModelTest, AsksForNamesAndChatsItDoesNotKnowOnce) {
    model.on_message(message(9, 1, carol));
    EXPECT_EQ(model.take_unknown_users(), std::vector<UserId>{carol});
    EXPECT_EQ(model.take_unknown_chats(), std::vector<ChatId>{chat_id(9)});
    model.on_message(message(9, 2, carol));
    EXPECT_TRUE(model.take_unknown_users().empty());
    EXPECT_TRUE(model.take_unknown_chats().empty());
    EXPECT_EQ(model.chats().size(), 2u);
    EXPECT_EQ(model.take_unwatched_users(), std::vector<UserId>{bob});
}

TEST_F(ModelTest, KeepsTheLastMessagesOfAGroupItWasRemovedFromWhileAway) {
    model.on_message(message(9, 4, bob, "farewell"));
    model.put_left_chat(chat_id(9));
    EXPECT_EQ(model.chats().size(), 3u);
    EXPECT_EQ(model.title_of(*model.find(chat_id(9))), "a group you left");
    EXPECT_TRUE(shows(9, "farewell"));
}

TEST_F(ModelTest, AsksAgainWhenTheConnectionIsBack) {
    model.on_message(message(9, 1, carol));
    model.take_unknown_users();
    model.take_unknown_chats();
    model.ask_again_for(carol);
    model.ask_again_for(chat_id(9));
    EXPECT_TRUE(model.take_unknown_users().empty());
    model.on_phase({.phase = client::Phase::live, .retry_in = 0ms, .reason = ""}, {});
    EXPECT_EQ(model.take_unknown_users(), std::vector<UserId>{carol});
    EXPECT_EQ(model.take_unknown_chats(), std::vector<ChatId>{chat_id(9)});
}

TEST_F(ModelTest, MembershipFollowsTheEvents) {
    client::Member own{
        .user = alice, .role = "member", .joined_at = {}, .delivered = {}, .read = {}};
    model.put_members(chat_id(2), {own});
    model.on_message(
        event(2, 8, bob, {.change = "member_added", .users = {carol}, .title = "", .role = ""}));
    EXPECT_EQ(model.find(chat_id(2))->member_count, 2u);
    model.on_message(
        event(2, 9, bob, {.change = "title", .users = {}, .title = "Walk", .role = ""}));
    EXPECT_EQ(model.title_of(*model.find(chat_id(2))), "Walk");
    model.on_message(
        event(2, 10, bob, {.change = "member_removed", .users = {alice}, .title = "", .role = ""}));
    EXPECT_TRUE(model.find(chat_id(2))->is_left);
    EXPECT_TRUE(shows(2, "no longer a member"));
    model.on_message(
        event(2, 20, bob, {.change = "member_added", .users = {alice}, .title = "", .role = ""}));
    EXPECT_FALSE(model.find(chat_id(2))->is_left);
    EXPECT_EQ(model.take_unknown_chats(), std::vector<ChatId>{chat_id(2)});
}

TEST_F(ModelTest, ShowsOnlyWhatHasNoHoleInIt) {
    model.on_message(message(1, 5, bob, "five"));
    model.on_message(message(1, 8, bob, "eight"));
    model.on_message(message(1, 9, bob, "nine"));
    EXPECT_FALSE(shows(1, "five"));
    EXPECT_TRUE(shows(1, "eight"));
    model.put_history(chat_id(1), {message(1, 7, bob, "seven"), message(1, 6, bob, "six")}, true);
    EXPECT_TRUE(shows(1, "five"));
    EXPECT_FALSE(model.find(chat_id(1))->history_complete);
    model.put_history(chat_id(1), {}, true);
    EXPECT_TRUE(model.find(chat_id(1))->history_complete);
}

TEST_F(ModelTest, ForgetsPresenceAndTypingWithTheConnection) {
    model.put_presence({.user = bob, .status = "online", .last_seen = {}});
    model.on_typing({.chat = chat_id(1), .user = bob, .on = true});
    const auto& chat = *model.find(chat_id(1));
    EXPECT_EQ(header_state(model, chat, noon), "typing…");
    model.on_phase({.phase = client::Phase::waiting, .retry_in = 2500ms, .reason = "gone"}, {});
    EXPECT_EQ(header_state(model, chat, noon), "");
    EXPECT_EQ(connection_state(model, {}), "reconnecting in 3 s (gone)");
}

}  // namespace
}  // namespace banter::cli::testing
