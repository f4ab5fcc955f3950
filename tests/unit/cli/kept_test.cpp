#include "model_fixture.hpp"

namespace banter::cli::testing {
namespace {

using Kept = ModelTest;

std::vector<ChatId> ids_of(const std::vector<const Chat*>& chats) {
    std::vector<ChatId> ids;
    for (const auto* chat : chats)
        ids.push_back(chat->id);
    return ids;
}

TEST_F(Kept, PinnedChatsComeFirstAndArchivedOnesLast) {
    model.put_chat(summary(3, "group", 1));
    EXPECT_EQ(ids_of(model.chats()), (std::vector{chat_id(3), chat_id(2), chat_id(1)}));
    client::KeptState pinned;
    pinned.pinned = true;
    model.on_state({.chat = chat_id(1), .kept = pinned, .ref = {}});
    client::KeptState archived;
    archived.archived = true;
    model.on_state({.chat = chat_id(3), .kept = archived, .ref = {}});
    EXPECT_EQ(ids_of(model.chats()), (std::vector{chat_id(1), chat_id(2), chat_id(3)}));
}

TEST_F(Kept, MutedLastsUntilItsTime) {
    auto row = summary(1, "direct", 4);
    EXPECT_FALSE(model.find(chat_id(1))->is_muted(noon));
    row.kept.muted_until = noon + 1h;
    model.put_chat(row);
    EXPECT_TRUE(model.find(chat_id(1))->is_muted(noon));
    EXPECT_FALSE(model.find(chat_id(1))->is_muted(noon + 1h));
}

TEST_F(Kept, AListThatIsOlderThanTheReadingCountsNothingAgain) {
    model.on_message(message(1, 5, bob));
    model.open(chat_id(1));
    model.see_open_chat();
    auto row = summary(1, "direct", 5);
    row.read = {4};
    row.unread = 1;
    model.put_chat(row);
    EXPECT_EQ(model.find(chat_id(1))->unread, 0u);
}

TEST_F(Kept, ThePreviewOfAGroupSaysWhoSaidIt) {
    model.on_message(message(2, 8, bob, "hello all"));
    model.on_message(message(1, 5, bob, "hello you"));
    EXPECT_EQ(model.preview_of(*model.find(chat_id(2))), "Bob: hello all");
    EXPECT_EQ(model.preview_of(*model.find(chat_id(1))), "hello you");
    model.on_message(message(2, 9, alice, "mine"));
    EXPECT_EQ(model.preview_of(*model.find(chat_id(2))), "You: mine");
}

TEST_F(Kept, ThePreviewOfTheListLearnsItsSender) {
    group.preview = "from the list";
    model.put_chat(group);
    EXPECT_EQ(model.preview_of(*model.find(chat_id(2))), "from the list");
    model.put_newest(chat_id(2), message(2, 6, carol, "older"));
    EXPECT_EQ(model.preview_of(*model.find(chat_id(2))), "from the list");
    model.put_newest(chat_id(2), message(2, 7, bob, "from the list"));
    EXPECT_EQ(model.preview_of(*model.find(chat_id(2))), "Bob: from the list");
    // It has no place among the messages: the stream is still to bring it.
    EXPECT_TRUE(model.on_message(message(2, 7, bob, "from the list")));
}

TEST_F(Kept, AGroupFollowsWhatItsEventsTell) {
    const auto& chat = *model.find(chat_id(2));
    EXPECT_TRUE(chat.may_write());
    client::ChatEvent rules{.change = "permissions", .users = {}, .title = "", .role = ""};
    rules.send_scope = "admins";
    rules.edit_scope = "members";
    rules.join_approval = true;
    model.on_message(event(2, 8, bob, rules));
    EXPECT_FALSE(chat.may_write());
    EXPECT_TRUE(chat.join_approval);
    EXPECT_TRUE(shows(2, "only admins may write"));
    model.on_message(
        event(2, 9, bob, {.change = "role", .users = {alice}, .title = "", .role = "admin"}));
    EXPECT_TRUE(chat.may_write());
    EXPECT_TRUE(chat.is_managed());
    client::ChatEvent words{.change = "description", .users = {}, .title = "", .role = ""};
    words.description = "We walk.";
    model.on_message(event(2, 10, bob, words));
    EXPECT_EQ(chat.description, "We walk.");
}

TEST_F(Kept, WhoHandsAGroupOverStaysAnAdmin) {
    client::Member own{
        .user = alice, .role = "owner", .joined_at = {}, .delivered = {}, .read = {}};
    client::Member other{
        .user = bob, .role = "member", .joined_at = {}, .delivered = {}, .read = {}};
    model.put_members(chat_id(2), {own, other});
    EXPECT_EQ(model.find(chat_id(2))->role, "owner");
    model.on_message(
        event(2, 8, alice, {.change = "role", .users = {bob}, .title = "", .role = "owner"}));
    EXPECT_EQ(model.find(chat_id(2))->role, "admin");
    EXPECT_EQ(model.find(chat_id(2))->members.at(bob).role, "owner");
}

TEST_F(Kept, WhoJoinedAfterAMessageDoesNotHoldBackItsTicks) {
    client::Member own{
        .user = alice, .role = "owner", .joined_at = noon, .delivered = {}, .read = {}};
    client::Member other{
        .user = bob, .role = "member", .joined_at = noon, .delivered = {8}, .read = {8}};
    model.put_members(chat_id(2), {own, other});
    model.on_message(message(2, 8, alice, "before Carol"));
    model.on_message(
        event(2, 9, bob, {.change = "member_added", .users = {carol}, .title = "", .role = ""}));
    model.on_message(message(2, 10, alice, "after"));
    const auto& chat = *model.find(chat_id(2));
    EXPECT_EQ(model.tick_of(chat, {8}), Tick::read);
    EXPECT_EQ(model.tick_of(chat, {10}), Tick::sent);
    model.on_receipt({.chat = chat_id(2), .user = bob, .delivered = {}, .read = Seq{10}, .at = {}});
    model.on_receipt(
        {.chat = chat_id(2), .user = carol, .delivered = Seq{10}, .read = {}, .at = {}});
    EXPECT_EQ(model.tick_of(chat, {10}), Tick::delivered);
}

TEST_F(Kept, RequestsComeAndGo) {
    const auto& chat = *model.find(chat_id(2));
    model.on_request({.chat = chat_id(2), .user = carol, .status = "open"});
    EXPECT_EQ(chat.requests.size(), 1u);
    EXPECT_EQ(header_state(model, chat, noon), "3 members, 1 to let in (/requests)");
    model.on_message(
        event(2, 8, carol, {.change = "member_added", .users = {carol}, .title = "", .role = ""}));
    EXPECT_TRUE(chat.requests.empty());
    EXPECT_TRUE(shows(2, "joined by a link"));
    model.on_request({.chat = chat_id(2), .user = bob, .status = "open"});
    model.on_request({.chat = chat_id(2), .user = bob, .status = "refused"});
    EXPECT_TRUE(chat.requests.empty());
}

TEST_F(Kept, TellsWhoRecords) {
    const auto& chat = *model.find(chat_id(2));
    model.on_typing({.chat = chat_id(2), .user = bob, .on = true, .kind = "recording"});
    EXPECT_EQ(header_state(model, chat, noon), "Bob is recording…");
    model.on_typing({.chat = chat_id(2), .user = alice, .on = true, .kind = "text"});
    EXPECT_EQ(header_state(model, chat, noon), "Alice, Bob are typing…");
}

TEST_F(Kept, FindsMessagesByWhoseTheyAre) {
    model.on_message(message(2, 8, bob, "one"));
    model.on_message(message(2, 9, alice, "two"));
    model.on_message(message(2, 10, carol, "three"));
    model.on_message(message(2, 11, bob, "four"));
    const auto& chat = *model.find(chat_id(2));
    EXPECT_EQ(model.own_message(chat, 1)->text, "two");
    EXPECT_EQ(model.own_message(chat, 2), nullptr);
    ASSERT_EQ(model.messages_of_others(chat, {}, 2).size(), 2u);
    EXPECT_EQ(model.messages_of_others(chat, {}, 2).front()->text, "three");
    ASSERT_EQ(model.messages_of_others(chat, bob, 10).size(), 2u);
    EXPECT_EQ(model.messages_of_others(chat, bob, 10).back()->text, "four");
}

}  // namespace
}  // namespace banter::cli::testing
