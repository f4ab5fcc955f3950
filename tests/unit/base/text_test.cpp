#include <gtest/gtest.h>

#include "base/time.hpp"
#include "base/utf8.hpp"

namespace banter::base {
namespace {

using namespace std::chrono_literals;

TEST(Rfc3339, WritesMilliseconds) {
    EXPECT_EQ(format_rfc3339(Timestamp(0ms)), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(format_rfc3339(Timestamp(951'782'400'007ms)), "2000-02-29T00:00:00.007Z");
}

TEST(Rfc3339, ReadsWhatItWrites) {
    for (const auto time : {0ms, 1ms, 1'700'000'000'123ms, 253'402'300'799'999ms}) {
        EXPECT_EQ(parse_rfc3339(format_rfc3339(Timestamp(time))), Timestamp(time));
    }
}

TEST(Rfc3339, TakesAnyFractionAndOffset) {
    for (const auto* text : {"2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.500999Z",
                             "2026-01-31T13:30:00.50+01:30", "2026-01-31T10:30:00.500-01:30"}) {
        const auto time = parse_rfc3339(text);
        ASSERT_TRUE(time) << text;
        EXPECT_EQ(format_rfc3339(*time), "2026-01-31T12:00:00.500Z") << text;
    }
    EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), Timestamp(0ms));
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
    for (const auto* text :
         {"", "2026-01-31", "2026-02-29T00:00:00.000Z", "2026-13-01T00:00:00.000Z",
          "2026-01-01T24:00:00.000Z", "2026-01-01T00:60:00.000Z", "2026-01-01T00:00:00.000+",
          "2026-01-01 00:00:00.000Z", "2026-01-01T00:00:0a.000Z", "2026-01-01T00:00:00.000Zx",
          "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+01", "+01:00",
          "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00x01:00",
          "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00"}) {
        EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
    }
}

TEST(Utf8, TakesWellFormedText) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8(std::string_view("a\0b", 3)));
    EXPECT_TRUE(is_utf8("grüße, 日本, 👋🏽"));
    EXPECT_TRUE(is_utf8("\xF4\x8F\xBF\xBF"));  // U+10FFFF
}

// Unicode 15, table 3-7.
TEST(Utf8, RefusesWhatIsIllFormed) {
    for (const auto* text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x80\x80", "\xE2\x82",
                             "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80",
                             "\xFF", "long enough to be looked at by words \x80 and on"}) {
        EXPECT_FALSE(is_utf8(text)) << text;
    }
}

TEST(Utf8, CountsCodePoints) {
    EXPECT_EQ(count_code_points(""), 0u);
    EXPECT_EQ(count_code_points("naïve 👋"), 7u);
}

TEST(Utf8, KnowsControlCharacters) {
    EXPECT_FALSE(has_control_characters("Zoë 👋"));
    EXPECT_FALSE(has_control_characters("\xC2\xA0"));  // U+00A0 is a space
    for (const auto* text : {"a\nb", "\x1b[2J", "\x7f", "\xC2\x80", "\xC2\x9F"}) {
        EXPECT_TRUE(has_control_characters(text)) << text;
    }
}

}  // namespace
}  // namespace banter::base
