#include "cli/input_line.hpp"

#include <clocale>
#include <gtest/gtest.h>

#include "cli/command.hpp"

namespace banter::cli {
namespace {

class InputLineTest : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr); }
    InputLine line;
};

TEST_F(InputLineTest, EditsCharacterByCharacter) {
    line.insert("añ日");
    line.move_left();
    line.insert("x");
    EXPECT_EQ(line.text(), "añx日");
    line.erase_before();
    line.erase_before();
    EXPECT_EQ(line.text(), "a日");
    line.erase_at();
    EXPECT_EQ(line.text(), "a");
    line.move_home();
    line.erase_before();
    EXPECT_EQ(line.text(), "a");
}

TEST_F(InputLineTest, EditsWordByWord) {
    line.insert("one two  three");
    line.erase_word_before();
    EXPECT_EQ(line.text(), "one two  ");
    line.move_word_left();
    line.erase_to_end();
    EXPECT_EQ(line.text(), "one ");
    line.move_home();
    line.move_word_right();
    EXPECT_EQ(line.cursor(), 3u);
    line.erase_to_start();
    EXPECT_EQ(line.text(), " ");
}

TEST_F(InputLineTest, RemembersWhatWasEnteredAndTheDraft) {
    line.insert("first");
    EXPECT_EQ(line.take(), "first");
    line.insert("second");
    line.take();
    line.insert("draft");
    line.history_back();
    EXPECT_EQ(line.text(), "second");
    line.history_back();
    line.history_back();
    EXPECT_EQ(line.text(), "first");
    line.history_forward();
    line.history_forward();
    line.history_forward();
    EXPECT_EQ(line.text(), "draft");
}

TEST_F(InputLineTest, ShowsThePartAroundTheCursor) {
    line.insert("abcdefghij");
    auto view = line.view(5);
    EXPECT_EQ(view.text, "ghij");
    EXPECT_EQ(view.cursor_column, 4u);
    line.move_home();
    view = line.view(5);
    EXPECT_EQ(view.text, "abcde");
    EXPECT_EQ(view.cursor_column, 0u);
    line.set("a\nb\x1B");
    EXPECT_EQ(line.view(20).text, "a⏎b␛");
}

TEST(Command, IsALineWithOneSlash) {
    EXPECT_TRUE(is_command("/help"));
    EXPECT_FALSE(is_command("/"));
    EXPECT_FALSE(is_command("hello /help"));
    EXPECT_FALSE(is_command("//etc"));
    EXPECT_EQ(message_of("//etc"), "/etc");
    EXPECT_EQ(message_of("plain"), "plain");
}

TEST(Command, HasWordsAndQuotedWords) {
    EXPECT_EQ(parse_command("/Group \"Sunday hike\"  bob carol"),
              (Command{"group", {"Sunday hike", "bob", "carol"}}));
    EXPECT_EQ(parse_command("/leave"), (Command{"leave", {}}));
    EXPECT_EQ(parse_command("/group \"\""), (Command{"group", {""}}));
}

}  // namespace
}  // namespace banter::cli
