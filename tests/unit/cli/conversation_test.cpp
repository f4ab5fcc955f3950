#include "cli/scroll.hpp"
#include "cli/text.hpp"
#include "model_fixture.hpp"

namespace banter::cli::testing {
namespace {

using Conversation = ModelTest;

TEST_F(Conversation, GroupsMessagesBySenderUnderTheirDay) {
    model.on_message(message(1, 5, bob, "one"));
    model.on_message(message(1, 6, bob, "two"));
    model.on_message(message(1, 7, alice, "three"));
    const auto lines = shown(1);
    ASSERT_EQ(lines.size(), 6u);
    EXPECT_NE(lines[0].find("Today"), std::string::npos);
    EXPECT_EQ(lines[1], "Bob");
    EXPECT_TRUE(lines[2].ends_with("  one"));
    EXPECT_TRUE(lines[3].ends_with("  two"));
    EXPECT_EQ(lines[4], "You");
    EXPECT_TRUE(lines[5].ends_with("  three ✓"));
}

TEST_F(Conversation, MarksWhereTheNewMessagesBegin) {
    model.on_message(message(1, 5, bob, "new"));
    model.open(chat_id(1));
    EXPECT_TRUE(shows(1, "new messages"));
    model.open(chat_id(2));
    EXPECT_FALSE(shows(1, "new messages"));
}

TEST_F(Conversation, TellsEventsAsSentences) {
    const auto say = [&](UserId actor, client::ChatEvent what) {
        return model.describe(event(2, 8, actor, std::move(what)));
    };
    EXPECT_EQ(say(alice, {.change = "created", .users = {alice, bob}, .title = "Hike", .role = ""}),
              "You created the group \"Hike\" with Bob");
    EXPECT_EQ(say(bob, {.change = "member_added", .users = {alice}, .title = "", .role = ""}),
              "Bob added you");
    EXPECT_EQ(say(bob, {.change = "member_removed", .users = {bob}, .title = "", .role = ""}),
              "Bob left");
    EXPECT_EQ(say(bob, {.change = "title", .users = {}, .title = "A\x1B[2J", .role = ""}),
              "Bob renamed the group to \"A␛[2J\"");
    EXPECT_EQ(say(bob, {.change = "role", .users = {alice}, .title = "", .role = "admin"}),
              "Bob made you admin");
}

TEST_F(Conversation, NeverPassesOnWhatCouldSteerTheTerminal) {
    model.put_user({.id = carol, .username = "c", .display_name = "C\x1B]0;x\x07", .role = ""});
    model.on_message(message(1, 5, carol, "\x1B[2J\u202E\rx"));
    for (const auto& line : shown(1)) {
        EXPECT_EQ(line, harmless(line));
        EXPECT_EQ(line.find('\x1B'), std::string::npos);
    }
}

TEST_F(Conversation, FitsEveryWidth) {
    model.on_message(message(1, 5, bob, "a rather long text with 日本語 and more words to wrap"));
    model.add_outgoing(chat_id(1), client_id(1), std::string(100, 'x'), noon + 1h);
    for (std::size_t width = 20; width < 100; ++width) {
        for (const auto& line : shown(1, width))
            EXPECT_LE(columns(line), width) << line;
    }
}

TEST_F(Conversation, TellsWhenSomeoneWasLastSeen) {
    const auto& chat = *model.find(chat_id(1));
    model.put_presence({.user = bob, .status = "online", .last_seen = {}});
    EXPECT_EQ(header_state(model, chat, noon), "online");
    model.put_presence({.user = bob, .status = "offline", .last_seen = noon});
    EXPECT_TRUE(header_state(model, chat, noon).starts_with("last seen today at "));
    EXPECT_TRUE(header_state(model, chat, noon + 24h).starts_with("last seen yesterday at "));
    EXPECT_EQ(header_state(model, chat, noon + 24h * 400), "last seen on 31 January 2026");
    model.put_presence({.user = bob, .status = "hidden", .last_seen = {}});
    EXPECT_EQ(header_state(model, chat, noon), "");
    EXPECT_EQ(header_state(model, *model.find(chat_id(2)), noon), "3 members");
}

std::vector<Row> rows(std::uint64_t first, std::uint64_t last) {
    std::vector<Row> made;
    for (auto seq = first; seq <= last; ++seq) {
        made.push_back({.spans = {}, .seq = Seq{seq}, .line = 0});
    }
    return made;
}

TEST(Scrolling, FollowsTheNewestUntilScrolledUp) {
    Scroll scroll;
    EXPECT_EQ(scroll.window(rows(1, 20), 5).first, 15u);
    EXPECT_EQ(scroll.window(rows(1, 21), 5).end, 21u);
    EXPECT_FALSE(scroll.move(rows(1, 21), 5, -4));
    EXPECT_FALSE(scroll.follows_newest());
    EXPECT_EQ(scroll.window(rows(1, 30), 5).end, 17u);
    scroll.to_newest();
    EXPECT_EQ(scroll.window(rows(1, 30), 5).end, 30u);
}

TEST(Scrolling, HoldsItsPlaceWhenOlderMessagesAreLoaded) {
    Scroll scroll;
    EXPECT_TRUE(scroll.move(rows(51, 60), 5, -100));
    const auto window = scroll.window(rows(1, 60), 5);
    EXPECT_EQ(window.first, 50u);
    EXPECT_EQ(window.end, 55u);
}

TEST(Scrolling, GoesDownToTheNewestAgain) {
    Scroll scroll;
    scroll.move(rows(1, 20), 5, -3);
    EXPECT_FALSE(scroll.move(rows(1, 20), 5, 10));
    EXPECT_TRUE(scroll.follows_newest());
    EXPECT_EQ(scroll.window({}, 5).end, 0u);
}

}  // namespace
}  // namespace banter::cli::testing
