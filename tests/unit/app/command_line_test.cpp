#include "app/command_line.hpp"

#include <filesystem>
#include <gtest/gtest.h>
#include <vector>

namespace banter::app {
namespace {

struct Outcome {
    int code = 0;
    std::string out;
    std::string err;
};

Outcome run(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "banter");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Outcome outcome;
    outcome.code = run_command_line(static_cast<int>(arguments.size()), arguments.data());
    std::fflush(stdout);
    outcome.out = testing::internal::GetCapturedStdout();
    outcome.err = testing::internal::GetCapturedStderr();
    return outcome;
}

testing::AssertionResult refused(const Outcome& outcome, int code, const std::string& part) {
    if (outcome.code == code && outcome.out.empty() && outcome.err.starts_with("banter: ") &&
        outcome.err.find(part) != std::string::npos &&
        outcome.err.find('\n') == outcome.err.size() - 1) {
        return testing::AssertionSuccess();
    }
    return testing::AssertionFailure()
           << outcome.code << "\nout: " << outcome.out << "\nerr: " << outcome.err;
}

TEST(CommandLine, ListsItsCommands) {
    for (const auto& arguments : {std::vector<const char*>{"help"}, {"--help"}}) {
        const auto outcome = run(arguments);
        EXPECT_EQ(outcome.code, 0);
        for (const auto* command :
             {"serve", "chat", "user", "config", "doctor", "version", "help"}) {
            EXPECT_NE(outcome.out.find(std::string("\n  ") + command + " "), std::string::npos)
                << command;
        }
    }
}

TEST(CommandLine, HelpsWithOneCommand) {
    const auto outcome = run({"help", "serve"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(outcome.out.find("--limits-window NUMBER"), std::string::npos) << outcome.out;
    EXPECT_TRUE(refused(run({"help", "srve"}), 2, "There is no command 'srve'"));
}

TEST(CommandLine, SaysWhichVersionItIs) {
    EXPECT_EQ(run({"version"}).out, "banter " BANTER_VERSION "\n");
    EXPECT_EQ(run({"--version"}).out, "banter " BANTER_VERSION "\n");
}

TEST(CommandLine, RefusesUnknownCommandsWithTheNearest) {
    EXPECT_TRUE(refused(run({"srve"}), 2, "did you mean 'serve'?"));
    EXPECT_TRUE(refused(run({"config", "shwo"}), 2, "did you mean 'show'?"));
    EXPECT_TRUE(refused(run({}), 2, "see 'banter --help'."));
}

TEST(CommandLine, RefusesUnknownFlagsWithTheNearest) {
    EXPECT_TRUE(refused(run({"serve", "--limits-windw", "64"}), 2, "'--limits-window'?"));
    EXPECT_TRUE(refused(run({"serve", "--limits-windw=64"}), 2, "'--limits-window'?"));
    EXPECT_TRUE(refused(run({"user", "list", "--data-di", "x"}), 2, "'--data-dir'?"));
}

TEST(CommandLine, RefusesSettingsOutOfBounds) {
    EXPECT_TRUE(refused(run({"config", "check", "--limits-window", "3"}), 2, "from 64 to 65536"));
    EXPECT_EQ(run({"config", "check", "--limits-window", "64"}).code, 0);
}

TEST(CommandLine, LooksAtNoDataDirectoryThatIsNotThere) {
    const auto missing = testing::TempDir() + "no-such-data";
    for (const auto& command : {std::vector<const char*>{"doctor"},
                                {"user", "list"},
                                {"user", "passwd", "mara", "--generate"}}) {
        auto arguments = command;
        arguments.push_back("--data-dir");
        arguments.push_back(missing.c_str());
        EXPECT_TRUE(refused(run(arguments), 3, "There is no data directory " + missing));
        EXPECT_FALSE(std::filesystem::exists(missing));
    }
}

}  // namespace
}  // namespace banter::app
