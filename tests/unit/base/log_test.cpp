#include "base/log.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>
#include <vector>

namespace banter::base::log {
namespace {

class Log : public testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::path(testing::TempDir()) /
                  testing::UnitTest::GetInstance()->current_test_info()->name();
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override {
        flush();
        std::filesystem::remove_all(folder_);
    }

    std::string file() const { return (folder_ / "banter.log").string(); }

    std::vector<std::string> lines() const {
        std::ifstream in(file());
        std::vector<std::string> all;
        for (std::string line; std::getline(in, line);)
            all.push_back(line);
        return all;
    }

private:
    std::filesystem::path folder_;
};

TEST_F(Log, WritesOneJsonObjectALine) {
    start(Level::info, file());
    info("session.opened", {{"user", "42"}, {"count", 3}, {"first", true}});
    flush();
    ASSERT_EQ(lines().size(), 1u);
    const auto line = lines().front();
    EXPECT_TRUE(line.starts_with(R"({"time":"20)")) << line;
    EXPECT_TRUE(line.ends_with(
        R"(","level":"info","event":"session.opened","user":"42","count":3,"first":true})"))
        << line;
}

TEST_F(Log, EscapesWhatWouldBreakALine) {
    start(Level::info, file());
    info("odd", {{"text", std::string("a\"b\\c\nd\0", 8)}, {"bytes", "\xff"}, {"word", "naïve"}});
    flush();
    ASSERT_EQ(lines().size(), 1u);
    EXPECT_NE(
        lines().front().find(R"("text":"a\"b\\c\u000ad\u0000","bytes":"\u00ff","word":"naïve")"),
        std::string::npos)
        << lines().front();
}

TEST_F(Log, LeavesOutWhatIsLessImportantThanTheLevel) {
    start(Level::warn, file());
    debug("one");
    info("two");
    warn("three");
    error("four");
    flush();
    EXPECT_EQ(lines().size(), 2u);
}

TEST_F(Log, IsSilentWhenOff) {
    start(Level::off, file());
    error("one");
    flush();
    EXPECT_TRUE(lines().empty());
}

TEST_F(Log, GoesOnBehindWhatIsThere) {
    for (int i = 0; i < 2; ++i) {
        start(Level::info, file());
        info("server.ready");
        flush();
    }
    EXPECT_EQ(lines().size(), 2u);
}

TEST_F(Log, SaysWhyItCannotBeOpened) {
    try {
        start(Level::info, "/proc/no/such/folder/banter.log");
        FAIL() << "opened";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("/proc/no/such/folder/banter.log"),
                  std::string::npos);
    }
}

TEST_F(Log, TakesLinesOfManyThreadsWhileItEnds) {
    start(Level::info, file());
    std::vector<std::jthread> writers;
    for (int i = 0; i < 4; ++i) {
        writers.emplace_back([] {
            for (int line = 0; line < 1000; ++line)
                info("line", {{"number", line}});
        });
    }
    flush();
    writers.clear();
    for (const auto& line : lines()) {
        EXPECT_TRUE(line.starts_with('{') && line.ends_with('}')) << line;
    }
}

}  // namespace
}  // namespace banter::base::log
