// Who types where, as it is relayed.

#include "presence/typing.hpp"

#include <gtest/gtest.h>

#include "adapters/memory/manual_executor.hpp"

namespace banter::presence {
namespace {

using domain::ChatId;
using domain::UserId;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr UserId alice{1};
constexpr UserId bob{2};
const ChatId lunch = domain::direct_chat_id(alice, bob);
const ChatId dinner = domain::direct_chat_id(alice, UserId{3});

struct Relayed {
    ChatId chat;
    UserId user;
    bool on = false;

    bool operator==(const Relayed&) const = default;
};
using Relays = std::vector<Relayed>;

class TypingTest : public testing::Test {
protected:
    Relays take() { return std::exchange(relayed, {}); }

    adapters::memory::ManualClock clock;
    adapters::memory::ManualExecutor executor{&clock};
    Relays relayed;
    TypingRelay relay{executor, clock, [this](ChatId chat, UserId user, bool on) {
                          relayed.push_back({chat, user, on});
                      }};
};

TEST_F(TypingTest, RelaysTheStartAtOnceAndTheEndAfter6SecondsOfSilence) {
    relay.set(lunch, alice, true);
    EXPECT_EQ(take(), (Relays{{lunch, alice, true}}));
    executor.advance(TypingRelay::renewal - milliseconds(1));
    EXPECT_EQ(take(), Relays{});
    executor.advance(milliseconds(1));
    EXPECT_EQ(take(), (Relays{{lunch, alice, false}}));
    executor.advance(seconds(60));
    EXPECT_EQ(take(), Relays{});
}

TEST_F(TypingTest, RelaysRenewalsAtMostEvery3Seconds) {
    for (int second = 0; second < 9; ++second) {
        relay.set(lunch, alice, true);
        executor.advance(seconds(1));
    }
    EXPECT_EQ(take(), (Relays{{lunch, alice, true}, {lunch, alice, true}, {lunch, alice, true}}));
}

TEST_F(TypingTest, ARenewalThatIsNotRelayedKeepsItOn) {
    relay.set(lunch, alice, true);
    executor.advance(seconds(2));
    relay.set(lunch, alice, true);
    executor.advance(TypingRelay::renewal - milliseconds(1));
    EXPECT_EQ(take(), (Relays{{lunch, alice, true}}));
    executor.advance(milliseconds(1));
    EXPECT_EQ(take(), (Relays{{lunch, alice, false}}));
}

TEST_F(TypingTest, StopsAtOnceWhenHeSaysSoOrSends) {
    relay.set(lunch, alice, true);
    relay.set(lunch, alice, false);
    EXPECT_EQ(take(), (Relays{{lunch, alice, true}, {lunch, alice, false}}));
    relay.set(lunch, alice, true);
    relay.message_sent(lunch, alice);
    EXPECT_EQ(take(), (Relays{{lunch, alice, true}, {lunch, alice, false}}));
    executor.advance(seconds(60));
    EXPECT_EQ(take(), Relays{});
}

TEST_F(TypingTest, WhoDoesNotTypeStopsInSilence) {
    relay.set(lunch, alice, false);
    relay.message_sent(lunch, alice);
    relay.session_closed(alice);
    EXPECT_EQ(take(), Relays{});
}

TEST_F(TypingTest, ChatsAndUsersAreApart) {
    relay.set(lunch, alice, true);
    relay.set(dinner, alice, true);
    relay.set(lunch, bob, true);
    take();
    relay.message_sent(lunch, alice);
    EXPECT_EQ(take(), (Relays{{lunch, alice, false}}));
    executor.advance(TypingRelay::renewal);
    EXPECT_EQ(take().size(), 2u);
}

TEST_F(TypingTest, TheCloseOfHisSessionEndsItInEveryChat) {
    relay.set(lunch, alice, true);
    relay.set(dinner, alice, true);
    relay.set(lunch, bob, true);
    take();
    relay.session_closed(alice);
    const auto ended = take();
    EXPECT_EQ(ended.size(), 2u);
    for (const auto& end : ended) {
        EXPECT_EQ(end.user, alice);
        EXPECT_FALSE(end.on);
    }
}

}  // namespace
}  // namespace banter::presence
