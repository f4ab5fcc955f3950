#include "machine_harness.hpp"

namespace banter::client::testing {
namespace {

TEST(Stream, HandsOverMessagesInOrderAndRepeatsOnce) {
    Harness h;
    h.go_live();
    h.message(chat(1), 4);
    h.message(chat(1), 5);
    h.message(chat(2), 1);
    h.close(1006);
    h.reconnect();
    h.message(chat(1), 4);
    h.message(chat(1), 5);
    h.message(chat(1), 6);
    h.synced();
    EXPECT_EQ(h.seqs(), (std::vector<std::uint64_t>{4, 5, 1, 6}));
    EXPECT_TRUE(h.events_of<Gap>().empty());
}

TEST(Stream, TellsOfAGap) {
    Harness h;
    h.go_live();
    h.message(chat(1), 4);
    h.message(chat(1), 7);
    ASSERT_EQ(h.events_of<Gap>().size(), 1u);
    EXPECT_EQ(h.events_of<Gap>()[0], (Gap{chat(1), {4}, {7}}));
    EXPECT_EQ(h.seqs(), (std::vector<std::uint64_t>{4, 7}));
}

TEST(Stream, OwnSendsTakeTheirPlaceInIt) {
    Harness h;
    h.go_live();
    h.message(chat(1), 4);
    h.machine.send(h.now, client_id(1), chat(1), text("x"));
    h.sent(client_id(1), chat(1), 5);
    h.message(chat(1), 6);
    EXPECT_TRUE(h.events_of<Gap>().empty());
}

TEST(Stream, AnAnswerThatOvertakesTheBacklogHidesNoMessage) {
    Harness h;
    h.go_live();
    h.message(chat(1), 4);
    h.machine.send(h.now, client_id(1), chat(1), text("x"));
    h.close(1006);
    h.reconnect();
    h.forget();
    h.sent(client_id(1), chat(1), 7);
    h.pass(20ms);
    for (const auto& frame : h.frames_of("received"))
        EXPECT_EQ(frame.at("seq").as_int64(), 4);
    h.message(chat(1), 5);
    h.message(chat(1), 6);
    h.message(chat(1), 7, alice, R"(,"client_id":")" + to_string(client_id(1)) + "\"");
    h.message(chat(1), 8);
    EXPECT_EQ(h.seqs(), (std::vector<std::uint64_t>{5, 6, 8}));
    EXPECT_TRUE(h.events_of<Gap>().empty());
    h.pass(20ms);
    EXPECT_EQ(h.frames_of("received").back().at("seq").as_int64(), 8);
}

TEST(Stream, ANewMembershipBeginsAnywhere) {
    Harness h;
    h.go_live();
    h.message(chat(1), 4, bob, R"(,"event":{"change":"member_removed","users":["1"]})");
    h.message(chat(1), 9);
    EXPECT_EQ(h.seqs(), (std::vector<std::uint64_t>{4, 9}));
    EXPECT_TRUE(h.events_of<Gap>().empty());
}

TEST(Stream, AKindOfALaterVersionCounts) {
    Harness h;
    h.go_live();
    h.message(chat(1), 1);
    h.frame(R"({"type":"message","chat":")" + to_string(chat(1)) +
            R"(","seq":2,"message_id":"0e984725-c51c-11ee-9080-000000000000","sender":"2",)"
            R"("kind":"reaction","target":1,"at":"2026-01-31T12:00:00.000Z"})");
    h.frame(R"({"type":"confetti"})");
    h.message(chat(1), 3);
    EXPECT_EQ(h.seqs(), (std::vector<std::uint64_t>{1, 2, 3}));
    EXPECT_TRUE(h.events_of<Misunderstood>().empty());
}

TEST(Acknowledgement, SpeaksOnceForMessagesThatComeTogether) {
    Harness h;
    h.go_live();
    h.message(chat(1), 1);
    h.message(chat(1), 2);
    h.message(chat(2), 8);
    EXPECT_TRUE(h.frames_of("received").empty());
    h.pass(20ms);
    const auto frames = h.frames_of("received");
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[0].at("chat").as_string(), to_string(chat(1)));
    EXPECT_EQ(frames[0].at("seq").as_int64(), 2);
    EXPECT_EQ(frames[1].at("seq").as_int64(), 8);
}

TEST(Acknowledgement, DoesNotLetTheWindowFillUp) {
    Harness h;
    h.connect();
    h.welcome(64);
    for (std::uint64_t seq = 1; seq <= 32; ++seq)
        h.message(chat(1), seq);
    const auto frames = h.frames_of("received");
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[1].at("seq").as_int64(), 32);
}

TEST(Acknowledgement, RepeatsItselfForARepeatedMessage) {
    Harness h;
    h.go_live();
    h.message(chat(1), 1);
    h.close(1006);  // before the acknowledgement went out
    h.reconnect();
    h.message(chat(1), 1);
    h.pass(20ms);
    ASSERT_EQ(h.frames_of("received").size(), 1u);
    EXPECT_EQ(h.seqs().size(), 1u);
}

TEST(Acknowledgement, WaitsForTheApplicationWhenToldTo) {
    Harness h(ProtocolMachine::Settings{.acknowledge_automatically = false});
    h.go_live();
    h.message(chat(1), 1);
    h.pass(1s);
    EXPECT_TRUE(h.frames_of("received").empty());
    h.machine.received(h.now, chat(1), {1});
    h.pass(20ms);
    EXPECT_EQ(h.frames_of("received").size(), 1u);
}

TEST(Acknowledgement, GoesOutBeforeTheConnectionIsClosed) {
    Harness h;
    h.go_live();
    h.message(chat(1), 1);
    h.machine.stop(h.now);
    EXPECT_EQ(h.frames_of("received").size(), 1u);
    EXPECT_EQ(h.disconnects, 1);
}

TEST(ReadMark, IsWrittenAgainUntilAPongConfirmsIt) {
    Harness h;
    h.go_live();
    h.machine.read(h.now, chat(1), {3});
    h.machine.read(h.now, chat(1), {2});  // no news
    EXPECT_EQ(h.frames_of("read").size(), 1u);
    h.close(1006);
    h.machine.read(h.now, chat(2), {1});  // while away
    h.reconnect();
    h.synced();
    EXPECT_EQ(h.frames_of("read").size(), 3u);
    h.pass(30s);
    h.frame(R"({"type":"pong","n":1})");
    h.close(1006);
    h.reconnect();
    EXPECT_EQ(h.frames_of("read").size(), 3u);
}

}  // namespace
}  // namespace banter::client::testing
