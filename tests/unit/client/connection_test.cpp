#include "machine_harness.hpp"

namespace banter::client::testing {
namespace {

std::chrono::milliseconds last_delay(Harness& h) {
    std::chrono::milliseconds delay{-1};
    for (const auto& change : h.events_of<PhaseChanged>()) {
        if (change.phase == Phase::waiting) delay = change.retry_in;
    }
    return delay;
}

void fail_to_connect(Harness& h) {
    h.machine.on_connect_failed(h.now, 0, "Connection refused");
    h.collect();
}

TEST(Connection, SaysHelloFirstAndNothingElseBeforeTheWelcome) {
    Harness h(ProtocolMachine::Settings{.client = "test/1", .platform = "here"});
    h.machine.watch(h.now, {bob});
    h.machine.read(h.now, chat(1), {1});
    h.connect();
    ASSERT_EQ(h.frames.size(), 1u);
    const auto& hello = h.frames[0];
    EXPECT_EQ(hello.at("type").as_string(), "hello");
    EXPECT_EQ(hello.at("token").as_string(), "token-1");
    EXPECT_EQ(hello.at("client").as_string(), "test/1");
    EXPECT_EQ(hello.at("since").as_string(), "start");
    h.welcome();
    EXPECT_EQ(h.frames_of("watch").size(), 1u);
    EXPECT_EQ(h.frames_of("read").size(), 1u);
    EXPECT_EQ(h.machine.phase(), Phase::catching_up);
    h.synced();
    EXPECT_EQ(h.machine.phase(), Phase::live);
}

TEST(Reconnection, DoublesItsCeilingUpToTheLongestDelay) {
    // With random bits all set the delay is 2^64-1 modulo (ceiling + 1).
    Harness h({}, 0xFF);
    h.machine.start(h.now);
    std::chrono::milliseconds ceiling = 500ms;
    for (int attempt = 0; attempt < 8; ++attempt) {
        fail_to_connect(h);
        const auto modulus = static_cast<std::uint64_t>(ceiling.count()) + 1;
        EXPECT_EQ(last_delay(h).count(), static_cast<std::int64_t>(UINT64_MAX % modulus));
        EXPECT_LE(last_delay(h), ceiling);
        h.pass(last_delay(h));
        EXPECT_EQ(h.machine.phase(), Phase::connecting);
        ceiling = std::min<std::chrono::milliseconds>(ceiling * 2, 20s);
    }
    // A connection that got through starts the delays anew.
    h.open();
    h.welcome();
    h.synced();
    h.close(1006);
    EXPECT_LE(last_delay(h), 500ms);
}

TEST(Reconnection, WaitsAsLongAsAGoodbyeAsks) {
    Harness h;
    h.go_live();
    h.frame(R"({"type":"goodbye","reason":"draining","reconnect_after_ms":4321})");
    h.close(4013);
    EXPECT_EQ(last_delay(h), 4321ms);
}

TEST(Reconnection, HappensAtOnceWhenAsked) {
    Harness h({}, 0x7F);
    h.machine.start(h.now);
    fail_to_connect(h);
    ASSERT_EQ(h.machine.phase(), Phase::waiting);
    h.machine.reconnect_now(h.now);
    EXPECT_EQ(h.machine.phase(), Phase::connecting);
}

class Closing : public ::testing::TestWithParam<std::uint16_t> {};

TEST_P(Closing, WithThisCodeIsFollowedByAnotherAttempt) {
    Harness h;
    h.go_live();
    h.close(GetParam());
    EXPECT_EQ(h.machine.phase(), Phase::waiting);
    h.reconnect();
    EXPECT_EQ(h.machine.phase(), Phase::catching_up);
}
INSTANTIATE_TEST_SUITE_P(Reconnects, Closing,
                         ::testing::Values(0, 1000, 1001, 1006, 1009, 4001, 4002, 4008, 4012, 4013,
                                           4499));

TEST(Closing, OfARevokedDeviceIsFinal) {
    Harness h;
    h.go_live();
    h.close(4501);
    ASSERT_EQ(h.events_of<Ended>().size(), 1u);
    EXPECT_EQ(h.events_of<Ended>()[0].reason, EndReason::revoked);
    EXPECT_FALSE(h.machine.next_deadline().has_value());
    h.machine.start(h.now);
    EXPECT_EQ(h.machine.phase(), Phase::ended);
}

TEST(Closing, ForABrokenProtocolIsFinal) {
    for (const std::uint16_t code : {4502, 4510, 4999}) {
        Harness h;
        h.go_live();
        h.close(code);
        ASSERT_EQ(h.events_of<Ended>().size(), 1u);
        EXPECT_EQ(h.events_of<Ended>()[0].reason, EndReason::protocol_error);
    }
}

TEST(Tokens, AreRefreshedOnceWhenTheServerDoesNotTakeThem) {
    Harness h;
    h.connect();
    h.frame(R"({"type":"error","code":"unauthorized","status":401,"detail":"Token expired."})");
    h.close(4500);
    EXPECT_EQ(h.refreshes, std::vector<std::string>{"token-1"});
    h.machine.on_tokens(h.now, "token-2", std::nullopt);
    h.open();
    EXPECT_EQ(h.frames_of("hello").back().at("token").as_string(), "token-2");
    h.close(4500);
    ASSERT_EQ(h.events_of<Ended>().size(), 1u);
    EXPECT_EQ(h.events_of<Ended>()[0].reason, EndReason::signed_out);
    EXPECT_EQ(h.refreshes.size(), 1u);
}

TEST(Tokens, AreRefreshedWhenTheUpgradeIsRefused) {
    Harness h;
    h.machine.start(h.now);
    h.machine.on_connect_failed(h.now, 401, "HTTP status 401");
    h.collect();
    EXPECT_EQ(h.refreshes.size(), 1u);
}

TEST(Tokens, AreRefreshedBeforeAnAttemptWhenTheyHaveExpired) {
    Harness h;
    h.machine.on_tokens(h.now, "token-1", h.now + 60s);
    h.go_live();
    h.pass(61s);
    h.close(1006);
    h.machine.reconnect_now(h.now);
    h.collect();
    EXPECT_EQ(h.refreshes, std::vector<std::string>{"token-1"});
    // Tokens that look expired by a wrong clock are tried all the same.
    h.machine.on_tokens(h.now, "token-2", h.now - 1s);
    h.collect();
    EXPECT_EQ(h.machine.phase(), Phase::connecting);
}

TEST(Tokens, ThatCannotBeRefreshedEndTheSession) {
    Harness h;
    h.connect();
    h.close(4500);
    Error refused;
    refused.code = base::ErrorCode::unauthorized;
    refused.detail = "Sign in again.";
    h.machine.on_refresh_failed(h.now, refused);
    ASSERT_EQ(h.events_of<Ended>().size(), 1u);
    EXPECT_EQ(h.events_of<Ended>()[0].reason, EndReason::signed_out);
}

TEST(Tokens, AServerOutOfReachIsNoReasonToSignOut) {
    Harness h;
    h.connect();
    h.close(4500);
    h.machine.on_refresh_failed(h.now, Error{.kind = Error::Kind::unreachable, .detail = "down"});
    EXPECT_EQ(h.machine.phase(), Phase::waiting);
    h.now = *h.machine.next_deadline();
    h.pass(0ms);
    EXPECT_GE(h.connects, 2);
}

TEST(Heartbeat, PingsAndNoticesASilentServer) {
    Harness h;
    h.go_live();
    EXPECT_EQ(*h.machine.next_deadline(), h.now + 30s);
    h.pass(30s);
    ASSERT_EQ(h.frames_of("ping").size(), 1u);
    h.frame(R"({"type":"pong","n":1})");
    h.pass(30s);
    EXPECT_EQ(h.frames_of("ping").size(), 2u);
    h.pass(10s);
    EXPECT_EQ(h.disconnects, 1);
    EXPECT_EQ(h.machine.phase(), Phase::waiting);
}

TEST(Heartbeat, AServerThatDoesNotWelcomeIsGivenUp) {
    Harness h;
    h.connect();
    h.pass(10s);
    EXPECT_EQ(h.disconnects, 1);
    EXPECT_EQ(h.machine.phase(), Phase::waiting);
}

TEST(Typing, IsRenewedRarelyAndEndsWithTheMessage) {
    Harness h;
    h.go_live();
    h.machine.typing(h.now, chat(1), true);
    h.machine.typing(h.now, chat(1), true);
    h.pass(2s);
    h.machine.typing(h.now, chat(1), true);
    EXPECT_EQ(h.frames_of("typing").size(), 1u);
    h.pass(1s);
    h.machine.typing(h.now, chat(1), true);
    EXPECT_EQ(h.frames_of("typing").size(), 2u);
    h.machine.typing(h.now, chat(2), true);
    EXPECT_EQ(h.frames_of("typing").size(), 4u);
    h.machine.typing(h.now, chat(2), false);
    h.machine.typing(h.now, chat(2), false);
    EXPECT_EQ(h.frames_of("typing").size(), 5u);
    EXPECT_FALSE(h.frames_of("typing").back().at("on").as_bool());
    // A message ends it for everyone, so what is typed after it is news.
    h.machine.typing(h.now, chat(1), true);
    h.machine.send(h.now, client_id(1), chat(1), text("done"));
    h.machine.typing(h.now, chat(1), true);
    EXPECT_EQ(h.frames_of("typing").size(), 7u);
}

TEST(Watching, GoesOnAfterAReconnection) {
    Harness h;
    h.go_live();
    h.machine.watch(h.now, {alice, bob});
    h.machine.watch(h.now, {bob});
    h.machine.unwatch(h.now, {alice});
    EXPECT_EQ(h.frames_of("watch").size(), 1u);
    EXPECT_EQ(h.frames_of("unwatch").size(), 1u);
    h.close(1006);
    h.reconnect();
    ASSERT_EQ(h.frames_of("watch").size(), 2u);
    EXPECT_EQ(h.frames_of("watch")[1].at("users").as_array().size(), 1u);
}

TEST(Frames, AGarbledOneIsToldAndSkipped) {
    Harness h;
    h.go_live();
    h.frame(R"({"type":"message","seq":"three"})");
    h.frame("not json");
    EXPECT_EQ(h.events_of<Misunderstood>().size(), 2u);
    EXPECT_EQ(h.machine.phase(), Phase::live);
}

TEST(Frames, ARefusalOfSomethingElseCarriesItsRef) {
    Harness h;
    h.go_live();
    h.frame(R"({"type":"error","code":"not_found","status":404,"detail":"No.","ref":"read"})");
    ASSERT_EQ(h.events_of<Refused>().size(), 1u);
    EXPECT_EQ(h.events_of<Refused>()[0].ref, "read");
    EXPECT_TRUE(h.events_of<Refused>()[0].error.is(base::ErrorCode::not_found));
}

TEST(Frames, MarksThatWereRefusedForNowAreSaidAgain) {
    Harness h;
    h.go_live();
    h.message(chat(1), 1);
    h.machine.read(h.now, chat(1), domain::Seq{1});
    h.pass(1s);
    h.forget();
    const std::string refusal =
        R"({"type":"error","code":"overloaded","status":503,"detail":"No.",)"
        R"("retry_after_ms":1000,"ref":")";
    h.frame(refusal + R"(received"})");
    h.frame(refusal + R"(read"})");
    h.pass(900ms);
    EXPECT_TRUE(h.frames_of("received").empty());
    EXPECT_TRUE(h.frames_of("read").empty());
    h.pass(200ms);
    ASSERT_EQ(h.frames_of("received").size(), 1u);
    EXPECT_EQ(h.frames_of("received")[0].at("seq").as_int64(), 1);
    EXPECT_EQ(h.frames_of("read").size(), 1u);
}

TEST(Frames, AnswersThatCameBeforeTheEndOfTheBacklogAreAcknowledgedAtItsEnd) {
    Harness h;
    h.machine.send(h.now, client_id(1), chat(1), text("hi"));
    h.connect();
    h.welcome();
    h.sent(client_id(1), chat(1), 7);
    h.pass(1s);
    EXPECT_TRUE(h.frames_of("received").empty());
    h.synced();
    h.pass(1s);
    ASSERT_EQ(h.frames_of("received").size(), 1u);
    EXPECT_EQ(h.frames_of("received")[0].at("seq").as_int64(), 7);
}

TEST(Frames, OfAnEndedConnectionChangeNothing) {
    Harness h;
    h.go_live();
    h.close(1006);
    h.forget();
    h.message(chat(1), 1);
    EXPECT_TRUE(h.events.empty());
}

}  // namespace
}  // namespace banter::client::testing
