// The pages of docs/reference say what the program does.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <set>

#include "app/config/config_loader.hpp"
#include "app/wrap.hpp"

namespace banter::app {
namespace {

namespace fs = std::filesystem;

const fs::path root = BANTER_SOURCE_DIR;

std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    EXPECT_TRUE(in) << file;
    return {std::istreambuf_iterator<char>(in), {}};
}

// The names of metrics that stand in `text`, which is code or Markdown.
std::set<std::string> metrics_in(const std::string& text) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz_";
    std::set<std::string> names;
    for (const std::string quote : {"\"", "`"}) {
        const std::string start = quote + "banter_";
        for (auto at = text.find(start); at != std::string::npos; at = text.find(start, at + 1)) {
            const auto end = text.find_first_not_of(letters, at + 1);
            const auto name = text.substr(at + 1, end - at - 1);
            if (text[end] == quote.front()) names.insert(name);
        }
    }
    return names;
}

TEST(Pages, OfTheSettingsIsMadeFromTheDeclarations) {
    EXPECT_EQ(content(root / "docs/reference/config.md"), config_reference()) << "run ./dev docs";
}

TEST(Pages, OfTheMetricsNamesEachOne) {
    std::set<std::string> declared;
    for (const auto& entry : fs::recursive_directory_iterator(root / "src")) {
        if (entry.path().extension() == ".cpp") declared.merge(metrics_in(content(entry.path())));
    }
    EXPECT_GT(declared.size(), 5u);
    EXPECT_EQ(metrics_in(content(root / "docs/reference/metrics.md")), declared);
}

TEST(Pages, OfTheSettingsNameEachOne) {
    for (const auto& field : config_fields()) {
        EXPECT_NE(config_reference().find("| `" + std::string(field.name) + "` |"),
                  std::string::npos);
    }
}

TEST(Wrap, BreaksBetweenWords) {
    EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
    EXPECT_EQ(wrap("extraordinary", 5), (std::vector<std::string>{"extraordinary"}));
    EXPECT_EQ(wrap("", 5), std::vector<std::string>{});
}

}  // namespace
}  // namespace banter::app
