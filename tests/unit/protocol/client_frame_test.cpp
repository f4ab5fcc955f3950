#include "protocol/client_frame.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/utf8.hpp"
#include "protocol/json_writer.hpp"

namespace banter::protocol {
namespace {

constexpr std::string_view chat = "11111111-2222-4333-8444-555555555555";
constexpr std::string_view client_id = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";

ParsedFrame parse(std::string_view text) {
    return parse_client_frame(text, FrameLimits{});
}

std::string send_with(std::string_view rest) {
    return std::string(R"({"type":"send","client_id":")") + std::string(client_id) +
           R"(","chat":")" + std::string(chat) + R"(","kind":"text")" + std::string(rest) + "}";
}

std::string refusal(const ParsedFrame& parsed) {
    return parsed.frame ? "accepted" : parsed.frame.error().detail;
}

TEST(ClientFrame, ReadsASend) {
    const auto parsed = parse(send_with(R"(,"text":"hi\u0000 😀","reply_to":7,"ref":"r1")"));
    ASSERT_TRUE(parsed.frame) << refusal(parsed);
    const auto& send = std::get<Send>(*parsed.frame);
    EXPECT_EQ(send.content.text, std::string("hi\0 😀", 8));
    EXPECT_EQ(send.content.reply_to, domain::Seq{7});
    EXPECT_EQ(parsed.ref, "r1");
    EXPECT_EQ(domain::to_string(send.client_id), client_id);
}

TEST(ClientFrame, IgnoresWhatItDoesNotKnow) {
    EXPECT_TRUE(parse(R"({"type":"ping","n":3,"later":{"deep":[1,2]}})").frame);
}

TEST(ClientFrame, RefusesWrongTypesByNameOfTheField) {
    EXPECT_EQ(refusal(parse(send_with(R"(,"text":7)"))), "The field 'text' must be a string.");
    EXPECT_EQ(refusal(parse(R"({"type":"read","chat":"x","seq":1})")),
              "The field 'chat' must be an id as the server writes it.");
    EXPECT_EQ(refusal(parse(std::string(R"({"type":"read","chat":")") + std::string(chat) +
                            R"(","seq":-1})")),
              "The field 'seq' must not be negative.");
    EXPECT_EQ(refusal(parse(R"({"type":7})")), "The field 'type' must be a string.");
    EXPECT_EQ(refusal(parse(R"({"type":"dance"})")), "There is no frame of this type.");
    EXPECT_EQ(refusal(parse("[1]")), "A JSON object is expected here.");
}

TEST(ClientFrame, RepeatsRefAndClientIdOfARefusedSend) {
    const auto parsed = parse(send_with(R"(,"text":"","ref":"again")"));
    EXPECT_FALSE(parsed.frame);
    EXPECT_EQ(parsed.ref, "again");
    ASSERT_TRUE(parsed.client_id);
    EXPECT_EQ(domain::to_string(*parsed.client_id), client_id);
}

TEST(ClientFrame, RefusesALoneSurrogateAndStillKnowsWhoseItIs) {
    const auto parsed = parse(send_with(R"(,"text":"\ud83d alone","ref":"r")"));
    ASSERT_FALSE(parsed.frame);
    EXPECT_EQ(parsed.frame.error().code, base::ErrorCode::invalid);
    EXPECT_EQ(parsed.ref, "r");
    EXPECT_TRUE(parsed.client_id);
    EXPECT_TRUE(parse(send_with(R"(,"text":"\ud83d\ude00")")).frame);
}

TEST(ClientFrame, RefusesDeepNesting) {
    std::string deep = R"({"type":"ping","x":)";
    for (int i = 0; i < 1000; ++i)
        deep += '[';
    for (int i = 0; i < 1000; ++i)
        deep += ']';
    EXPECT_FALSE(parse(deep + "}").frame);
}

std::string state_with(std::string_view rest) {
    return R"({"type":"state","chat":")" + std::string(chat) + R"(",)" + std::string(rest) + "}";
}

TEST(ClientFrame, ReadsWhatOfAStateIsToChange) {
    const auto muted = parse(state_with(R"("muted_until":"2026-01-31T12:00:00Z","pinned":true)"));
    ASSERT_TRUE(muted.frame) << refusal(muted);
    domain::PersonalStateChange change;
    change.muted_until = base::Timestamp(std::chrono::milliseconds(1'769'860'800'000));
    change.pinned = true;
    EXPECT_EQ(std::get<State>(*muted.frame).change, change);
    const auto loud = parse(state_with(R"("muted_until":null,"archived":false,"draft":"")"));
    ASSERT_TRUE(loud.frame) << refusal(loud);
    change = {};
    change.muted_until.emplace();
    change.archived = false;
    change.draft = "";
    EXPECT_EQ(std::get<State>(*loud.frame).change, change);
}

TEST(ClientFrame, RefusesABadState) {
    const std::string fits(domain::max_draft_bytes, 'x');
    EXPECT_TRUE(parse(state_with(R"("draft":")" + fits + '"')).frame);
    EXPECT_FALSE(parse(state_with(R"("draft":"x)" + fits + '"')).frame);
    for (const auto* bad :
         {R"("pinned":1)", R"("archived":"yes")", R"("draft":7)", R"("muted_until":"tomorrow")",
          R"("muted_until":0)", R"("draft":null)", R"("other":true)"}) {
        EXPECT_FALSE(parse(state_with(bad)).frame) << bad;
    }
}

TEST(ClientFrame, LimitsTheTextInBytes) {
    const std::string fits(65'536, 'x');
    EXPECT_TRUE(parse(send_with(R"(,"text":")" + fits + '"')).frame);
    EXPECT_FALSE(parse(send_with(R"(,"text":"x)" + fits + '"')).frame);
}

TEST(ClientFrame, LimitsTheRef) {
    const std::string ref(64, 'r');
    EXPECT_TRUE(parse(R"({"type":"ping","ref":")" + ref + R"("})").frame);
    EXPECT_FALSE(parse(R"({"type":"ping","ref":"r)" + ref + R"("})").frame);
}

// Any text that a server writes as JSON is read back unchanged.
TEST(ClientFrameProperty, TextSurvivesTheCodec) {
    const bool holds = rc::check("text", [] {
        const auto text = *rc::gen::suchThat(rc::gen::nonEmpty(rc::gen::arbitrary<std::string>()),
                                             [](const std::string& s) { return base::is_utf8(s); });
        std::string quoted;
        append_json_string(quoted, text);
        const auto parsed = parse(send_with(",\"text\":" + quoted));
        RC_ASSERT(parsed.frame.has_value());
        RC_ASSERT(std::get<Send>(*parsed.frame).content.text == text);
    });
    EXPECT_TRUE(holds);
}

TEST(ClientFrameProperty, NeverFailsOnGarbage) {
    const bool holds = rc::check("garbage", [] {
        auto text = send_with(R"(,"text":"hello","reply_to":3)");
        const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
        text[at] = *rc::gen::arbitrary<char>();
        parse(text);
        parse(text.substr(0, at));
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace banter::protocol
