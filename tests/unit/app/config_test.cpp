#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <set>

#include "app/config/config_loader.hpp"
#include "app/startup_error.hpp"

namespace banter::app {
namespace {

// A folder of its own as the working directory, and nothing of the environment.
class Settings : public testing::Test {
protected:
    void SetUp() override {
        before_ = std::filesystem::current_path();
        folder_ = std::filesystem::path(testing::TempDir()) /
                  testing::UnitTest::GetInstance()->current_test_info()->name();
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
        std::filesystem::current_path(folder_);
    }
    void TearDown() override {
        std::filesystem::current_path(before_);
        std::filesystem::remove_all(folder_);
        for (const auto& name : environment_)
            unsetenv(name.c_str());
    }

    void in_environment(const std::string& name, const std::string& value) {
        setenv(name.c_str(), value.c_str(), 1);
        environment_.insert(name);
    }
    static void in_file(const std::string& content, const std::string& name = "banter.toml") {
        std::ofstream(name) << content;
    }

    // Why the settings are refused; empty: they are not.
    static std::string refusal(const ConfigSources& sources = {}) {
        try {
            load_config(sources);
        } catch (const StartupError& error) {
            EXPECT_EQ(error.exit_code, static_cast<int>(Exit::usage));
            return error.what();
        }
        return {};
    }
    static std::string refusal_of_file(const std::string& content) {
        in_file(content);
        return refusal();
    }
    static std::string refusal_of_flag(const std::string& name, const std::string& value) {
        ConfigSources sources;
        sources.flags[name] = value;
        return refusal(sources);
    }

private:
    std::filesystem::path before_;
    std::filesystem::path folder_;
    std::set<std::string> environment_;
};

testing::AssertionResult contains(const std::string& text, const std::string& part) {
    if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "'" << part << "' is not in '" << text << "'";
}

TEST_F(Settings, HaveDefaults) {
    const auto config = load_config({}).config;
    EXPECT_EQ(config.listen, "127.0.0.1:8080");
    EXPECT_EQ(config.admin_listen, "127.0.0.1:8081");
    EXPECT_EQ(config.data_dir, "./banter-data");
    EXPECT_EQ(config.registration, accounts::Registration::open);
    EXPECT_EQ(config.auth.access_ttl_s, 900u);
    EXPECT_EQ(config.auth.refresh_ttl_s, 5'184'000u);
    EXPECT_EQ(config.limits.text_bytes, 65'536u);
    EXPECT_EQ(config.groups.max_members, 500u);
    EXPECT_EQ(config.groups.fanout_on_write_below, 100u);
}

TEST_F(Settings, FlagsWinOverTheEnvironmentWhichWinsOverTheFile) {
    in_file("[limits]\nwindow = 100\nsession_burst = 101\ntext_bytes = 102\n");
    in_environment("BANTER_LIMITS_WINDOW", "200");
    in_environment("BANTER_LIMITS_SESSION_BURST", "201");
    ConfigSources sources;
    sources.flags["limits.window"] = "300";
    const auto loaded = load_config(sources);
    EXPECT_EQ(loaded.config.limits.window, 300u);
    EXPECT_EQ(loaded.config.limits.session_burst, 201u);
    EXPECT_EQ(loaded.config.limits.text_bytes, 102u);
    EXPECT_EQ(loaded.origin.at("limits.window"), "--limits-window");
    EXPECT_EQ(loaded.origin.at("limits.session_burst"), "BANTER_LIMITS_SESSION_BURST");
    EXPECT_EQ(loaded.origin.at("limits.text_bytes"), "banter.toml");
    EXPECT_FALSE(loaded.origin.contains("listen"));
}

TEST_F(Settings, OfEveryKindAreReadFromAFile) {
    in_file(
        "listen = '[::1]:9000'\nallowed_origins = ['https://a.example', 'capacitor://localhost']\n"
        "registration = 'closed'\n[limits]\nenabled = false\nwindow = 64\n[log]\nlevel = 'warn'\n");
    const auto config = load_config({}).config;
    EXPECT_EQ(config.listen, "[::1]:9000");
    EXPECT_EQ(config.allowed_origins,
              (std::vector<std::string>{"https://a.example", "capacitor://localhost"}));
    EXPECT_EQ(config.registration, accounts::Registration::closed);
    EXPECT_FALSE(config.limits.enabled);
    EXPECT_EQ(config.limits.window, 64u);
    EXPECT_EQ(config.log.level, base::log::Level::warn);
}

TEST_F(Settings, OfEveryKindAreReadFromTheEnvironment) {
    in_environment("BANTER_ALLOWED_ORIGINS", "https://a.example, https://b.example:8443");
    in_environment("BANTER_LIMITS_ENABLED", "false");
    in_environment("BANTER_REGISTRATION", "invite");
    const auto config = load_config({}).config;
    EXPECT_EQ(config.allowed_origins,
              (std::vector<std::string>{"https://a.example", "https://b.example:8443"}));
    EXPECT_FALSE(config.limits.enabled);
    EXPECT_EQ(config.registration, accounts::Registration::invite);
}

TEST_F(Settings, ThatAreUnknownAreRefusedWithTheNearestName) {
    EXPECT_TRUE(contains(refusal_of_file("lisen = '127.0.0.1:1'\n"), "did you mean 'listen'?"));
    EXPECT_TRUE(contains(refusal_of_file("[limits]\nwindows = 64\n"), "'limits.window'?"));
    EXPECT_TRUE(contains(refusal_of_file("colour = 'red'\n"), "banter config sample"));
    EXPECT_TRUE(contains(refusal_of_file("[limits.window]\nsize = 64\n"), "'limits.window.size'"));
}

TEST_F(Settings, ThatAreMisspeltInTheEnvironmentAreRefused) {
    in_environment("BANTER_LIMITS_WINDWO", "64");
    EXPECT_TRUE(contains(refusal(), "did you mean BANTER_LIMITS_WINDOW?"));
}

TEST_F(Settings, LeaveForeignVariablesAlone) {
    in_environment("BANTER_SERVICE_HOST", "10.0.0.1");
    in_environment("BANTER_BIN", "/usr/bin/banter");
    EXPECT_EQ(refusal(), "");
}

TEST_F(Settings, OutOfBoundsAreRefusedInOneSentence) {
    EXPECT_EQ(refusal_of_flag("limits.window", "63"),
              "The setting 'limits.window' (--limits-window) must be a number from 64 to 65536, "
              "not '63'.");
    EXPECT_EQ(refusal_of_flag("limits.window", "64"), "");
    EXPECT_EQ(refusal_of_flag("limits.window", "65536"), "");
    for (const auto* wrong : {"65537", "-1", "", " 64", "64k", "1e3", "18446744073709551616"}) {
        EXPECT_NE(refusal_of_flag("limits.window", wrong), "") << wrong;
    }
    EXPECT_TRUE(contains(refusal_of_flag("registration", "Open"), "one of open, invite, closed"));
    EXPECT_TRUE(contains(refusal_of_flag("limits.enabled", "maybe"), "true or false"));
}

TEST_F(Settings, OfAnotherTypeAreRefused) {
    EXPECT_TRUE(contains(refusal_of_file("[limits]\nwindow = '64'\n"), "must be a number"));
    EXPECT_TRUE(contains(refusal_of_file("[limits]\nwindow = 64.5\n"), "must be a number"));
    EXPECT_TRUE(contains(refusal_of_file("[limits]\nenabled = 1\n"), "must be true or false"));
    EXPECT_TRUE(contains(refusal_of_file("listen = 8080\n"), "must be an IP address"));
    EXPECT_TRUE(contains(refusal_of_file("allowed_origins = [1]\n"), "must be a list"));
    EXPECT_TRUE(contains(refusal_of_file("allowed_origins = 'x'\n"), "must be a list"));
    EXPECT_TRUE(contains(refusal_of_file("limits = 3\n"), "'limits'"));
}

TEST_F(Settings, InAFileThatIsNoTomlAreRefusedWithTheLine) {
    EXPECT_TRUE(contains(refusal_of_file("listen = '127.0.0.1:1'\nregistration =\n"), "line 2"));
}

TEST_F(Settings, InANamedFileThatIsNotThereAreRefused) {
    ConfigSources sources;
    sources.file = "other.toml";
    EXPECT_TRUE(contains(refusal(sources), "There is no configuration file other.toml."));
}

TEST_F(Settings, ComeFromTheNamedFileOnly) {
    in_file("[limits]\nwindow = 100\n");
    in_file("[limits]\nsession_burst = 7\n", "other.toml");
    ConfigSources sources;
    sources.file = "other.toml";
    const auto config = load_config(sources).config;
    EXPECT_EQ(config.limits.window, Config{}.limits.window);
    EXPECT_EQ(config.limits.session_burst, 7u);
}

TEST_F(Settings, ThatAreAddressesAreChecked) {
    for (const auto* good : {"127.0.0.1:0", "0.0.0.0:65535", "[::]:80", "localhost:8080"}) {
        EXPECT_EQ(refusal_of_flag("listen", good), "") << good;
    }
    for (const auto* bad : {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:x",
                            "example.org:80", "127.0.0.1:80 "}) {
        EXPECT_TRUE(contains(refusal_of_flag("admin_listen", bad), "such as 127.0.0.1:8080"));
    }
}

TEST_F(Settings, ThatAreOriginsAreChecked) {
    for (const auto* good : {"", "https://chat.example.org", "http://10.0.0.1:8080",
                             "http://[::1]:8080", "https://chat.example.org/"}) {
        EXPECT_EQ(refusal_of_flag("public_url", good), "") << good;
    }
    for (const auto* bad : {"chat.example.org", "ftp://chat.example.org", "https://",
                            "https://a.example/chat", "https://a.example:0", "https://A.example",
                            "https://a.example?x", "https://u@a.example"}) {
        EXPECT_NE(refusal_of_flag("public_url", bad), "") << bad;
    }
    EXPECT_NE(refusal_of_flag("allowed_origins", "https://a.example/"), "");
    EXPECT_NE(refusal_of_flag("allowed_origins", "https://a.example,b.example"), "");
}

TEST_F(Settings, OfTheSampleAreTheDefaults) {
    in_file(config_sample());
    const auto loaded = load_config({});
    for (const auto& field : config_fields()) {
        EXPECT_EQ(toml_value(field, loaded.config), toml_value(field, Config{})) << field.name;
        EXPECT_TRUE(loaded.origin.contains(std::string(field.name))) << field.name;
    }
}

TEST_F(Settings, WithDefaultsOutOfTheirOwnBoundsWouldBeFound) {
    for (const auto& field : config_fields()) {
        auto value = toml_value(field, Config{});
        std::erase_if(value, [](char c) { return c == '"' || c == '[' || c == ']'; });
        EXPECT_EQ(refusal_of_flag(std::string(field.name), value), "") << field.name;
        EXPECT_TRUE(field.text.ends_with('.')) << field.name;
    }
}

TEST_F(Settings, AreListedWithTheirOrigin) {
    in_environment("BANTER_LIMITS_WINDOW", "64");
    const auto listing = config_listing(load_config({}));
    EXPECT_TRUE(contains(listing, "limits.window = 64  # BANTER_LIMITS_WINDOW\n"));
    EXPECT_TRUE(contains(listing, "listen = \"127.0.0.1:8080\"  # default\n"));
}

TEST_F(Settings, AreWrittenSoThatTomlReadsThem) {
    const auto* field = find_config_field("log.file");
    Config config;
    config.log.file = "a\"b\\c\td";
    in_file("[log]\nfile = " + toml_value(*field, config) + "\n");
    EXPECT_EQ(load_config({}).config.log.file, config.log.file);
}

}  // namespace
}  // namespace banter::app
