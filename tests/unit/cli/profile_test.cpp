#include "cli/profile.hpp"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace banter::cli {
namespace {

namespace fs = std::filesystem;

class ProfileTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "banter-profile-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder = fs::path(pattern) / "state" / "banter";
    }
    void TearDown() override { fs::remove_all(folder.parent_path().parent_path()); }

    static mode_t mode_of(const fs::path& path) {
        struct stat status{};
        return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
    }

    static StoredSession session() {
        StoredSession made;
        made.server = "http://127.0.0.1:8080";
        made.username = "Alice";
        made.user = {1};
        made.device = {2};
        made.tokens = {.access = "a1", .refresh = "r1", .expires_at = base::Timestamp{}};
        return made;
    }

    fs::path folder;
    client::ServerAddress server{false, "127.0.0.1", "8080", ""};
};

TEST_F(ProfileTest, RemembersASessionForNobodyElse) {
    const Profile profile(folder);
    EXPECT_FALSE(profile.find(server, "alice").has_value());
    EXPECT_FALSE(profile.last().has_value());
    ASSERT_TRUE(profile.save(session()).has_value());
    ASSERT_TRUE(profile.remember_as_last(session()).has_value());
    EXPECT_EQ(mode_of(folder), 0700u);
    EXPECT_EQ(mode_of(profile.file_of(server, "alice")), 0600u);
    const auto found = profile.find(server, "ALICE");
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->username, "Alice");
    EXPECT_EQ(found->device.value, 2u);
    EXPECT_EQ(found->tokens, session().tokens);
    ASSERT_TRUE(profile.last().has_value());
    EXPECT_EQ(profile.last()->server, "http://127.0.0.1:8080");
}

TEST_F(ProfileTest, ADamagedFileCountsAsNone) {
    const Profile profile(folder);
    ASSERT_TRUE(profile.save(session()).has_value());
    std::ofstream(profile.file_of(server, "alice")) << "{\"server\":";
    EXPECT_FALSE(profile.find(server, "alice").has_value());
}

TEST_F(ProfileTest, TheTokenStoreSeesWhatAnotherProgramStored) {
    const Profile profile(folder);
    ASSERT_TRUE(profile.save(session()).has_value());
    ProfileTokenStore one(profile, session());
    ProfileTokenStore other(profile, session());
    const client::Tokens fresh{.access = "a2", .refresh = "r2", .expires_at = base::Timestamp{}};
    {
        const auto lock = one.lock();
        ASSERT_TRUE(one.save(fresh).has_value());
    }
    const auto seen = other.load();
    ASSERT_TRUE(seen.has_value());
    EXPECT_EQ(*seen, fresh);
}

TEST_F(ProfileTest, ASignedOutSessionHasNoTokens) {
    const Profile profile(folder);
    auto signed_out = session();
    signed_out.tokens = {};
    ASSERT_TRUE(profile.save(signed_out).has_value());
    ProfileTokenStore store(profile, session());
    const auto tokens = store.load();
    ASSERT_FALSE(tokens.has_value());
    EXPECT_TRUE(tokens.error().is(base::ErrorCode::unauthorized));
}

TEST_F(ProfileTest, AFolderThatCannotBeMadeIsAnError) {
    const fs::path file = folder.parent_path();
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "not a folder";
    const auto saved = Profile(folder).save(session());
    ASSERT_FALSE(saved.has_value());
    EXPECT_NE(saved.error().detail.find("Cannot create the folder"), std::string::npos);
}

}  // namespace
}  // namespace banter::cli
