#include "cli/command.hpp"

#include <gtest/gtest.h>
#include <set>

#include "cli/commands.hpp"

namespace banter::cli {
namespace {

using namespace std::chrono_literals;

TEST(Spans, AreNumbersWithAUnit) {
    EXPECT_EQ(parse_span("30m"), 30min);
    EXPECT_EQ(parse_span("8h"), 8h);
    EXPECT_EQ(parse_span("2d"), 48h);
    EXPECT_EQ(parse_span("1w"), 168h);
    for (const auto* text : {"", "8", "h", "0h", "-1h", "8x", "8hh", "1.5h", "99999999999h"}) {
        EXPECT_EQ(parse_span(text), std::nullopt) << text;
    }
}

TEST(CommandTable, EachIsOnATopicThatHelpNames) {
    const std::set<std::string_view> topics{"chats", "groups", "links", "people"};
    for (const auto& entry : Commands::table()) {
        EXPECT_TRUE(topics.contains(entry.topic)) << entry.name;
        EXPECT_FALSE(entry.name.empty());
        EXPECT_FALSE(entry.summary.empty()) << entry.name;
        EXPECT_NE(entry.run, nullptr) << entry.name;
    }
}

}  // namespace
}  // namespace banter::cli
