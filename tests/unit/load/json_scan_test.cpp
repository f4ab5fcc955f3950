#include "load/json_scan.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "load/client_frames.hpp"
#include "load/frame.hpp"

namespace banter::load {
namespace {

TEST(JsonScan, FindsMembersBesideNestedOnesOfTheSameName) {
    const std::string_view json =
        R"( {"event":{"seq":7,"users":["1","2"]} , "text":"a\"}{\\", "seq" : 42,"last":[[],{}]} )";
    EXPECT_EQ(member(json, "seq"), "42");
    EXPECT_EQ(decode_string(member(json, "text")), R"(a"}{\)");
    EXPECT_EQ(member(member(json, "event"), "seq"), "7");
    EXPECT_EQ(member(json, "last"), "[[],{}]");
    EXPECT_EQ(member(json, "missing"), "");
}

TEST(JsonScan, DecodesEveryEscape) {
    EXPECT_EQ(decode_string(R"("\b\f\n\r\t\/\u0041\u00e9\u20ac\ud83d\ude00")"),
              "\b\f\n\r\t/A\u00e9\u20ac\U0001F600");
    EXPECT_EQ(decode_string("\"\\u0000\""), std::string(1, '\0'));
    EXPECT_EQ(decode_string("17"), "");
}

TEST(JsonScan, ListsElements) {
    std::vector<std::string_view> found;
    const auto keep = [&](std::string_view value) { found.push_back(value); };
    EXPECT_TRUE(scan_array(R"([ "a,]" ,{"b":[1]}, 3 ])", keep));
    EXPECT_EQ(found, (std::vector<std::string_view>{R"("a,]")", R"({"b":[1]})", "3"}));
    EXPECT_TRUE(scan_array("[]", [](auto) { FAIL(); }));
}

TEST(JsonScan, RefusesWhatIsNoObject) {
    for (const auto* broken : {"", "[]", "{", R"({"a")", R"({"a":)", R"({"a":"b)", R"({"a":{)"}) {
        EXPECT_FALSE(scan_object(broken, [](auto, auto) {})) << broken;
    }
}

TEST(Frame, ReadsWhatTheServerSays) {
    const Frame frame = read_frame(
        R"({"type":"error","code":"overloaded","client_id":"x","retry_after_ms":250,"new":[1]})");
    EXPECT_EQ(frame.type, "error");
    EXPECT_EQ(frame.code, "overloaded");
    EXPECT_EQ(frame.client_id, "x");
    EXPECT_EQ(frame.retry_after_ms, 250);
}

TEST(ClientFrames, AnswersLeadBackToTheirSend) {
    const auto id = client_id_of(0xFEDCBA9876543210, 123456789);
    EXPECT_EQ(id.size(), 36U);
    EXPECT_EQ(index_of_client_id(id), 123456789U);
    EXPECT_NE(id, client_id_of(0x1EDCBA9876543210, 123456789));
}

TEST(ClientFrames, TextIsEscaped) {
    const auto frame = send_frame("id", "chat", "say \"hi\"\n\\o/");
    EXPECT_EQ(decode_string(member(frame, "text")), "say \"hi\"\n\\o/");
}

}  // namespace
}  // namespace banter::load
