// One directory, one holder, one layout; every refusal is a sentence.
#include "adapters/embedded/data_directory.hpp"

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "message_store_fixtures.hpp"

namespace banter::contract {
namespace {

using embedded::DataDirectory;
using embedded::DataDirectoryError;
using embedded::DataDirectoryFault;
namespace fs = std::filesystem;

class DataDirectoryTest : public testing::Test {
protected:
    struct Refusal {
        DataDirectoryFault fault;
        std::string sentence;
    };
    static std::optional<Refusal> refusal(const fs::path& path) {
        try {
            const DataDirectory directory(path);
        } catch (const DataDirectoryError& error) {
            return Refusal{error.fault(), error.what()};
        }
        return std::nullopt;
    }
    static bool says(const std::optional<Refusal>& refusal, const std::string& part) {
        return refusal && refusal->sentence.find(part) != std::string::npos;
    }
    static void write(const fs::path& file, const std::string& content) {
        std::ofstream(file, std::ios::trunc) << content;
    }

    StoreDirectory parent_;
    fs::path path_ = parent_.path() / "some" / "data";
};

TEST_F(DataDirectoryTest, IsMadeForItsOwnerAlone) {
    const DataDirectory directory(path_);
    struct stat status{};
    ASSERT_EQ(::stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
    EXPECT_EQ(directory.path(), path_);
    EXPECT_EQ(directory.messages_path(), path_ / "messages");
    EXPECT_EQ(directory.directory_path(), path_ / "directory.sqlite");
}

TEST_F(DataDirectoryTest, AnExistingDirectoryIsMadePrivate) {
    fs::create_directories(path_);
    fs::permissions(path_, fs::perms::all);
    const DataDirectory directory(path_);
    EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_all);
}

TEST_F(DataDirectoryTest, CanBeOpenedAgainWhenItWasGivenUp) {
    EXPECT_FALSE(refusal(path_));
    EXPECT_FALSE(refusal(path_));
}

TEST_F(DataDirectoryTest, ASecondHolderIsRefusedAndToldTheFirst) {
    const DataDirectory first(path_);
    const auto second = refusal(path_);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->fault, DataDirectoryFault::in_use);
    EXPECT_TRUE(says(second, path_.string()));
    EXPECT_TRUE(says(second, "process " + std::to_string(::getpid())));
}

TEST_F(DataDirectoryTest, ANewerLayoutIsRefused) {
    ASSERT_FALSE(refusal(path_));
    write(path_ / "VERSION", "999\n");
    const auto refused = refusal(path_);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->fault, DataDirectoryFault::newer);
    EXPECT_TRUE(says(refused, "newer version"));
    EXPECT_TRUE(says(refused, "999"));
}

TEST_F(DataDirectoryTest, AnUnreadableOrLostVersionIsDamage) {
    ASSERT_FALSE(refusal(path_));
    for (const auto* content : {"", "one\n", "0\n", "-1\n", "1 2\n"}) {
        write(path_ / "VERSION", content);
        const auto refused = refusal(path_);
        ASSERT_TRUE(refused) << content;
        EXPECT_EQ(refused->fault, DataDirectoryFault::damaged);
    }
    fs::remove(path_ / "VERSION");
    fs::create_directory(path_ / "messages");
    const auto refused = refusal(path_);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->fault, DataDirectoryFault::damaged);
}

TEST_F(DataDirectoryTest, APlaceThatCanNotBeWrittenIsRefused) {
    write(parent_.path() / "file", "");
    for (const auto& path : {parent_.path() / "file", parent_.path() / "file" / "data",
                             fs::path("/proc/no-such-directory/data")}) {
        const auto refused = refusal(path);
        ASSERT_TRUE(refused) << path;
        EXPECT_EQ(refused->fault, DataDirectoryFault::unwritable);
        EXPECT_TRUE(says(refused, path.string()));
        EXPECT_TRUE(says(refused, "--data-dir"));
    }
}

}  // namespace
}  // namespace banter::contract
