// Who types where, as it is relayed.

#include "chat/typing.hpp"

#include <gtest/gtest.h>

#include "harness.hpp"

namespace banter::chat {
namespace {

using domain::TypingKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

const ChatId lunch = domain::direct_chat_id(ann, bob);
const ChatId dinner = domain::direct_chat_id(ann, cem);
constexpr auto text = TypingKind::text;
constexpr auto recording = TypingKind::recording;

struct Relayed {
    ChatId chat;
    UserId user;
    bool on = false;
    TypingKind kind = text;

    bool operator==(const Relayed&) const = default;
};
using Relays = std::vector<Relayed>;

class TypingTest : public testing::Test {
protected:
    Relays take() { return std::exchange(relayed, {}); }

    ManualClock clock;
    ManualExecutor executor{&clock};
    Relays relayed;
    TypingRelay relay{executor, clock, [this](ChatId chat, UserId user, bool on, TypingKind kind) {
                          relayed.push_back({chat, user, on, kind});
                      }};
};

TEST_F(TypingTest, RelaysTheStartAtOnceAndTheEndAfter6SecondsOfSilence) {
    relay.started(lunch, ann, text);
    EXPECT_EQ(take(), (Relays{{lunch, ann, true}}));
    executor.advance(TypingRelay::renewal - milliseconds(1));
    EXPECT_EQ(take(), Relays{});
    executor.advance(milliseconds(1));
    EXPECT_EQ(take(), (Relays{{lunch, ann, false}}));
    executor.advance(seconds(60));
    EXPECT_EQ(take(), Relays{});
}

TEST_F(TypingTest, RelaysRenewalsAtMostEvery3Seconds) {
    for (int second = 0; second < 9; ++second) {
        relay.started(lunch, ann, text);
        executor.advance(seconds(1));
    }
    EXPECT_EQ(take(), (Relays{{lunch, ann, true}, {lunch, ann, true}, {lunch, ann, true}}));
}

TEST_F(TypingTest, ARenewalThatIsNotRelayedKeepsItOn) {
    relay.started(lunch, ann, text);
    executor.advance(seconds(2));
    relay.started(lunch, ann, text);
    executor.advance(TypingRelay::renewal - milliseconds(1));
    EXPECT_EQ(take(), (Relays{{lunch, ann, true}}));
    executor.advance(milliseconds(1));
    EXPECT_EQ(take(), (Relays{{lunch, ann, false}}));
}

TEST_F(TypingTest, AnotherKindIsRelayedAtOnce) {
    relay.started(lunch, ann, text);
    relay.started(lunch, ann, recording);
    relay.started(lunch, ann, recording);
    relay.ended(lunch, ann);
    EXPECT_EQ(take(), (Relays{{lunch, ann, true, text},
                              {lunch, ann, true, recording},
                              {lunch, ann, false, recording}}));
}

TEST_F(TypingTest, StopsAtOnceWhenItIsSaidAndOnce) {
    relay.started(lunch, ann, text);
    relay.ended(lunch, ann);
    relay.ended(lunch, ann);
    EXPECT_EQ(take(), (Relays{{lunch, ann, true}, {lunch, ann, false}}));
    executor.advance(seconds(60));
    EXPECT_EQ(take(), Relays{});
}

TEST_F(TypingTest, ChatsAndUsersAreApart) {
    relay.started(lunch, ann, text);
    relay.started(dinner, ann, text);
    relay.started(lunch, bob, text);
    take();
    relay.ended(lunch, ann);
    EXPECT_EQ(take(), (Relays{{lunch, ann, false}}));
    executor.advance(TypingRelay::renewal);
    EXPECT_EQ(take().size(), 2u);
}

}  // namespace
}  // namespace banter::chat
