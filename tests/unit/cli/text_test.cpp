#include "cli/text.hpp"

#include <clocale>
#include <gtest/gtest.h>

namespace banter::cli {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

class Text : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr); }
};

using Harmless = Text;
using Wrapping = Text;

TEST_F(Harmless, LeavesWhatPeopleWriteAlone) {
    for (const auto* text : {"plain", "Grüße", "日本語", "🎉 party", "שלום", "e\u0301"}) {
        EXPECT_EQ(harmless(text), text);
    }
}

TEST_F(Harmless, ShowsControlCharactersInsteadOfObeyingThem) {
    EXPECT_EQ(harmless("\x1B[31mred"), "␛[31mred");
    EXPECT_EQ(harmless("\x1B]0;title\x07"), "␛]0;title␇");
    EXPECT_EQ(harmless("a\0b"sv), "a␀b");
    EXPECT_EQ(harmless("a\x7F"), "a␡");
    EXPECT_EQ(harmless("\u009B31m"), "\uFFFD31m");  // the one-character CSI
}

TEST_F(Harmless, LeavesNoControlCharacterWhateverTheBytes) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte)
        all += static_cast<char>(byte);
    for (const auto breaks : {LineBreaks::keep, LineBreaks::as_spaces}) {
        for (const char c : harmless(all, breaks)) {
            const auto byte = static_cast<unsigned char>(c);
            const bool kept_break = c == '\n' && breaks == LineBreaks::keep;
            EXPECT_TRUE(kept_break || (byte >= 0x20 && byte != 0x7F)) << int{byte};
        }
    }
}

TEST_F(Harmless, ReplacesWhatIsNotUtf8) {
    EXPECT_EQ(harmless("a\xFFz"), "a\uFFFDz");
    EXPECT_EQ(harmless("\xC0\xAF"), "\uFFFD\uFFFD");            // overlong
    EXPECT_EQ(harmless("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
    EXPECT_EQ(harmless("\xE6\x97"), "\uFFFD\uFFFD");            // cut off
    EXPECT_EQ(harmless("\xF5\x80\x80\x80").substr(0, 3), "\uFFFD");
}

TEST_F(Harmless, TakesAwayBidirectionalDisguises) {
    EXPECT_EQ(harmless("evil\u202Egpj.exe"), "evil\uFFFDgpj.exe");
    EXPECT_EQ(harmless("\u2066x\u2069"), "\uFFFDx\uFFFD");
}

TEST_F(Harmless, CutsTowersOfMarks) {
    std::string tower = "a";
    for (int i = 0; i < 100; ++i)
        tower += "\u0301";
    EXPECT_EQ(harmless(tower).size(), 1u + 4 * 2);
}

TEST_F(Harmless, KeepsLineBreaksOnlyWhenAsked) {
    EXPECT_EQ(harmless("a\r\nb\nc\u2028d"), "a b c d");
    EXPECT_EQ(harmless("a\r\nb\nc\u2028d", LineBreaks::keep), "a\nb\nc\nd");
    EXPECT_EQ(harmless("a\tb"), "a    b");
}

TEST_F(Text, CountsColumns) {
    EXPECT_EQ(columns("abc"), 3u);
    EXPECT_EQ(columns("日本"), 4u);
    EXPECT_EQ(columns("e\u0301"), 1u);
    EXPECT_EQ(columns(""), 0u);
}

TEST_F(Text, FitsAndPads) {
    EXPECT_EQ(fit("abcdef", 6), "abcdef");
    EXPECT_EQ(fit("abcdef", 4), "abc…");
    EXPECT_EQ(fit("日本語", 4), "日…");
    EXPECT_EQ(pad("日本語", 4), "日… ");
    EXPECT_EQ(pad("ab", 4), "ab  ");
    EXPECT_EQ(fit("ab", 0), "");
}

TEST_F(Wrapping, BreaksAtSpaces) {
    EXPECT_EQ(wrap("the quick brown fox", 10), (std::vector{"the quick"s, "brown fox"s}));
    EXPECT_EQ(wrap("", 10), std::vector{""s});
    EXPECT_EQ(wrap("a\n\nb", 10), (std::vector{"a"s, ""s, "b"s}));
    EXPECT_EQ(wrap("  indented", 20), std::vector{"  indented"s});
}

TEST_F(Wrapping, CutsWordsThatAreTooLong) {
    EXPECT_EQ(wrap("abcdefghij", 4), (std::vector{"abcd"s, "efgh"s, "ij"s}));
    EXPECT_EQ(wrap("a abcdef", 4), (std::vector{"a"s, "abcd"s, "ef"s}));
    EXPECT_EQ(wrap("日本語", 5), (std::vector{"日本"s, "語"s}));
}

TEST_F(Wrapping, NoLineIsWiderThanAllowed) {
    const auto text =
        "Some words, 日本語のテキスト, e\u0301a\u0301, and averyverylongwordindeed 🎉🎉🎉";
    for (std::size_t width = 2; width < 60; ++width) {
        for (const auto& line : wrap(text, width))
            EXPECT_LE(columns(line), width);
    }
}

TEST_F(Text, StepsOverWholeCharacters) {
    const auto text = "ae\u0301日"s;
    EXPECT_EQ(next_character(text, 0), 1u);
    EXPECT_EQ(next_character(text, 1), 4u);
    EXPECT_EQ(next_character(text, 4), 7u);
    EXPECT_EQ(previous_character(text, 7), 4u);
    EXPECT_EQ(previous_character(text, 4), 1u);
    EXPECT_EQ(previous_character(text, 0), 0u);
}

}  // namespace
}  // namespace banter::cli
