#include "load/table.hpp"

#include <gtest/gtest.h>

namespace banter::load {
namespace {

using namespace std::chrono_literals;

TEST(Table, WritesNumbersForPeople) {
    EXPECT_EQ(with_separators(0), "0");
    EXPECT_EQ(with_separators(999), "999");
    EXPECT_EQ(with_separators(1234567), "1,234,567");
    EXPECT_EQ(format_duration(812us), "812 µs");
    EXPECT_EQ(format_duration(1234us), "1.23 ms");
    EXPECT_EQ(format_duration(45'600us), "45.6 ms");
    EXPECT_EQ(format_duration(4500ms), "4.50 s");
}

TEST(Table, AlignsValues) {
    Table table;
    table.section("Title");
    table.row("p50 of µ", "1");
    table.row("a longer name", 2000);
    EXPECT_EQ(table.text(), "Title\n  p50 of µ       1\n  a longer name  2,000\n");
    EXPECT_EQ(table.markdown(),
              "| Title | |\n|---|---|\n| p50 of µ | 1 |\n| a longer name | 2,000 |\n");
}

}  // namespace
}  // namespace banter::load
