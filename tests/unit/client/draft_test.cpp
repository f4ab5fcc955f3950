#include "machine_harness.hpp"

namespace banter::client::testing {
namespace {

std::string text_of(const boost::json::object& frame) {
    return std::string(frame.at("draft").as_string());
}

std::string state_frame(const std::string& draft, const std::string& ref) {
    return R"({"type":"state","chat":")" + to_string(chat(1)) +
           R"(","muted_until":null,"pinned":true,"archived":false,"draft":")" + draft +
           R"(","at":"2026-01-31T12:00:00.000Z")" + (ref.empty() ? "" : R"(,"ref":")" + ref + '"') +
           "}";
}

std::string ref_of(const boost::json::object& frame) {
    return std::string(frame.at("ref").as_string());
}

TEST(Drafts, AreToldAndAnsweredOnce) {
    Harness given;
    given.go_live();
    given.machine.keep_draft(given.now, chat(1), "hello");
    const auto frames = given.frames_of("state");
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(text_of(frames[0]), "hello");
    given.frame(state_frame("hello", ref_of(frames[0])));
    given.close(1006);
    given.forget();
    given.reconnect();
    EXPECT_TRUE(given.frames_of("state").empty());
}

TEST(Drafts, AreToldAgainOverANewConnectionUntilAnswered) {
    Harness given;
    given.machine.keep_draft(given.now, chat(1), "before any connection");
    given.go_live();
    ASSERT_EQ(given.frames_of("state").size(), 1u);
    given.machine.keep_draft(given.now, chat(1), "newer");
    given.close(1006);
    given.forget();
    given.reconnect();
    const auto frames = given.frames_of("state");
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(text_of(frames[0]), "newer");
}

TEST(Drafts, WhatIsOlderThanTheirAnswerIsNotNews) {
    Harness given;
    given.go_live();
    given.frame(state_frame("from the phone", ""));
    ASSERT_EQ(given.events_of<StateChanged>().size(), 1u);
    EXPECT_EQ(given.events_of<StateChanged>()[0].kept.draft, "from the phone");
    EXPECT_TRUE(given.events_of<StateChanged>()[0].kept.pinned);
    given.machine.keep_draft(given.now, chat(1), "mine");
    given.frame(state_frame("from the phone, later", ""));
    EXPECT_EQ(given.events_of<StateChanged>().size(), 1u);
    given.frame(state_frame("mine", ref_of(given.frames_of("state")[0])));
    ASSERT_EQ(given.events_of<StateChanged>().size(), 2u);
    EXPECT_EQ(given.events_of<StateChanged>()[1].kept.draft, "mine");
}

TEST(Drafts, ARefusedOneIsGivenUp) {
    Harness given;
    given.go_live();
    given.machine.keep_draft(given.now, chat(1), "hello");
    given.frame(
        R"({"type":"error","code":"not_found","title":"No such chat","status":404,"ref":")" +
        ref_of(given.frames_of("state")[0]) + R"("})");
    given.close(1006);
    given.forget();
    given.reconnect();
    EXPECT_TRUE(given.frames_of("state").empty());
}

TEST(Drafts, OneThatIsTooLongStaysHere) {
    Harness given;
    given.go_live();
    given.machine.keep_draft(given.now, chat(1), std::string(4097, 'x'));
    EXPECT_TRUE(given.frames_of("state").empty());
    given.machine.keep_draft(given.now, chat(1), std::string(4096, 'x'));
    EXPECT_EQ(given.frames_of("state").size(), 1u);
}

TEST(Requests, AreToldToTheApplication) {
    Harness given;
    given.go_live();
    given.frame(R"({"type":"request","chat":")" + to_string(chat(1)) +
                R"(","user":"2","status":"open","at":"2026-01-31T12:00:00.000Z"})");
    ASSERT_EQ(given.events_of<RequestChange>().size(), 1u);
    EXPECT_EQ(given.events_of<RequestChange>()[0].user, bob);
    EXPECT_EQ(given.events_of<RequestChange>()[0].status, "open");
}

}  // namespace
}  // namespace banter::client::testing
