#include "machine_harness.hpp"

namespace banter::client::testing {
namespace {

TEST(Outbox, KeepsWhatIsSentBeforeTheConnectionIsThere) {
    Harness h;
    h.machine.send(h.now, client_id(1), chat(1), text("early"));
    h.connect();
    EXPECT_TRUE(h.frames_of("send").empty());
    h.welcome();
    ASSERT_EQ(h.frames_of("send").size(), 1u);
    EXPECT_EQ(h.frames_of("send")[0].at("text").as_string(), "early");
}

TEST(Outbox, ResendsOnceUnderTheSameIdAfterAReconnection) {
    Harness h;
    h.go_live();
    h.machine.send(h.now, client_id(1), chat(1), text("hello"));
    h.close(1006);
    h.reconnect();
    h.synced();
    h.pass(1s);
    const auto sends = h.frames_of("send");
    ASSERT_EQ(sends.size(), 2u);
    EXPECT_EQ(sends[0], sends[1]);
    h.sent(client_id(1), chat(1), 5);
    h.close(1006);
    h.reconnect();
    EXPECT_EQ(h.frames_of("send").size(), 2u);
    ASSERT_EQ(h.events_of<MessageSent>().size(), 1u);
    EXPECT_EQ(h.events_of<MessageSent>()[0].sent.seq.value, 5u);
    EXPECT_EQ(h.machine.unacknowledged_sends(), 0u);
}

TEST(Outbox, ResendsInTheOrderSent) {
    Harness h;
    h.go_live();
    for (std::uint8_t n = 1; n <= 3; ++n) {
        h.machine.send(h.now, client_id(n), chat(1), text(std::to_string(n)));
    }
    h.close(1001);
    h.forget();
    h.reconnect();
    const auto sends = h.frames_of("send");
    ASSERT_EQ(sends.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(sends[i].at("text").as_string(), std::to_string(i + 1));
    }
}

TEST(Outbox, LearnsOfALostSentFromTheBacklog) {
    Harness h;
    h.go_live();
    h.machine.send(h.now, client_id(1), chat(1), text("hello"));
    h.close(1006);
    h.reconnect();
    h.message(chat(1), 9, alice, R"(,"client_id":")" + to_string(client_id(1)) + "\"");
    ASSERT_EQ(h.events_of<MessageSent>().size(), 1u);
    EXPECT_EQ(h.events_of<MessageSent>()[0].sent.seq.value, 9u);
    EXPECT_TRUE(h.events_of<Message>().empty());
    // The answer to the repeated send comes too: it is no news.
    h.sent(client_id(1), chat(1), 9);
    EXPECT_EQ(h.events_of<MessageSent>().size(), 1u);
}

TEST(Outbox, AMessageOfAnotherDeviceOfTheUserIsAMessage) {
    Harness h;
    h.go_live();
    h.message(chat(1), 9, alice, R"(,"client_id":")" + to_string(client_id(8)) + "\"");
    EXPECT_EQ(h.seqs(), std::vector<std::uint64_t>{9});
}

TEST(Outbox, GivesUpASendTheServerRefuses) {
    Harness h;
    h.go_live();
    h.machine.send(h.now, client_id(1), chat(1), text("hello"));
    h.frame(R"({"type":"error","code":"forbidden","title":"Forbidden","status":403,)"
            R"("detail":"You are blocked.","client_id":")" +
            to_string(client_id(1)) + "\"}");
    ASSERT_EQ(h.events_of<SendFailed>().size(), 1u);
    const auto failed = h.events_of<SendFailed>()[0];
    EXPECT_TRUE(failed.error.is(base::ErrorCode::forbidden));
    EXPECT_EQ(failed.error.detail, "You are blocked.");
    EXPECT_EQ(failed.chat, chat(1));
    h.close(1006);
    h.reconnect();
    EXPECT_EQ(h.frames_of("send").size(), 1u);
}

TEST(Outbox, TriesAgainAfterTheTimeARateLimitNames) {
    Harness h;
    h.go_live();
    h.machine.send(h.now, client_id(1), chat(1), text("hello"));
    h.frame(R"({"type":"error","code":"rate_limited","title":"Slow down","status":429,)"
            R"("retry_after_ms":1500,"client_id":")" +
            to_string(client_id(1)) + "\"}");
    h.machine.send(h.now, client_id(2), chat(1), text("later"));
    h.pass(1499ms);
    EXPECT_EQ(h.frames_of("send").size(), 1u);
    EXPECT_EQ(*h.machine.next_deadline(), h.now + 1ms);
    h.pass(1ms);
    const auto sends = h.frames_of("send");
    ASSERT_EQ(sends.size(), 3u);
    EXPECT_EQ(sends[1].at("text").as_string(), "hello");
    EXPECT_EQ(sends[2].at("text").as_string(), "later");
    EXPECT_TRUE(h.events_of<SendFailed>().empty());
}

TEST(Outbox, HasNoMoreThanTheAgreedNumberInFlight) {
    Harness h(ProtocolMachine::Settings{.max_in_flight = 2});
    h.go_live();
    for (std::uint8_t n = 1; n <= 3; ++n)
        h.machine.send(h.now, client_id(n), chat(1), text("x"));
    EXPECT_EQ(h.frames_of("send").size(), 2u);
    h.sent(client_id(1), chat(1), 1);
    EXPECT_EQ(h.frames_of("send").size(), 3u);
}

TEST(Outbox, DoesNotWriteWhatTheServerWouldCloseTheConnectionFor) {
    Harness h;
    h.go_live();
    h.machine.send(h.now, client_id(1), chat(1), text(std::string(65537, 'x')));
    EXPECT_TRUE(h.frames_of("send").empty());
    ASSERT_EQ(h.events_of<SendFailed>().size(), 1u);
    EXPECT_TRUE(h.events_of<SendFailed>()[0].error.is(base::ErrorCode::too_large));
}

}  // namespace
}  // namespace banter::client::testing
