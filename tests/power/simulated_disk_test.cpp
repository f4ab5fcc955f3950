// The disk that the other tests trust: what it keeps, and what it may lose.
#include "simulated_disk.hpp"

#include <gtest/gtest.h>
#include <set>

namespace banter::power {
namespace {

constexpr std::uint64_t seeds = 200;
const std::string path = "/file";

FileHandle open_file(SimulatedDisk& disk, bool create = true) {
    FileHandle file;
    bool created = false;
    disk.open(path, create, file, created);
    return file;
}

std::string content(SimulatedDisk& disk) {
    const auto file = open_file(disk, false);
    if (!file) return "no file";
    std::string bytes(8192, '\0');
    std::size_t got = 0;
    disk.read(file, 0, bytes.size(), bytes.data(), got);
    bytes.resize(got);
    return bytes;
}

FileHandle durable_file(SimulatedDisk& disk, const std::string& bytes) {
    const auto file = open_file(disk);
    disk.append(file, bytes);
    disk.sync(file);
    disk.sync_directory("/");
    return file;
}

// What is found after a cut, over many seeds.
template <class F>
std::set<std::string> outcomes(F prepare, Lies lies = {}) {
    std::set<std::string> found;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        SimulatedDisk disk(seed, lies);
        prepare(disk);
        disk.cut_power();
        disk.reboot();
        found.insert(content(disk));
    }
    return found;
}

TEST(SimulatedDisk, KeepsWhatIsSynced) {
    const auto found = outcomes([](auto& disk) { durable_file(disk, "kept"); });
    EXPECT_EQ(found, std::set<std::string>{"kept"});
}

TEST(SimulatedDisk, LosesANameThatIsNotSynced) {
    const auto found = outcomes([](auto& disk) {
        const auto file = open_file(disk);
        disk.append(file, "kept");
        disk.sync(file);
    });
    EXPECT_EQ(found, (std::set<std::string>{"kept", "no file"}));
}

TEST(SimulatedDisk, TearsAndScattersWhatIsNotSynced) {
    const std::string before(SimulatedDisk::sector, 'a');
    const std::string after(SimulatedDisk::sector, 'b');
    const auto found = outcomes([&](auto& disk) {
        const auto file = durable_file(disk, before);
        disk.append(file, after + after);
    });
    const std::string hole(SimulatedDisk::sector, '\0');
    EXPECT_TRUE(found.contains(before));
    EXPECT_TRUE(found.contains(before + after));
    EXPECT_TRUE(found.contains(before + after + after));
    EXPECT_TRUE(found.contains(before + hole + after));
    EXPECT_TRUE(found.contains(before + hole + hole));
    for (const auto& one : found)
        EXPECT_TRUE(one.starts_with(before));
}

TEST(SimulatedDisk, ARenameIsWholeOrHasNotHappened) {
    const auto found = outcomes([](auto& disk) {
        durable_file(disk, "old");
        FileHandle draft;
        bool created = false;
        disk.open("/draft", true, draft, created);
        disk.append(draft, "new");
        disk.sync(draft);
        disk.rename("/draft", path);
    });
    EXPECT_EQ(found, (std::set<std::string>{"old", "new"}));
}

TEST(SimulatedDisk, ASyncAfterAFailedOneCoversNothingOfIt) {
    const auto found = outcomes([](auto& disk) {
        const auto file = durable_file(disk, "");
        disk.append(file, "x");
        disk.fail_sync(1);
        EXPECT_EQ(disk.sync(file), Failure::broken);
        EXPECT_EQ(disk.sync(file), Failure::none);
    });
    EXPECT_TRUE(found.contains(""));
}

TEST(SimulatedDisk, LiesWhenItIsTold) {
    EXPECT_GT(outcomes([](auto& disk) { durable_file(disk, "x"); }, {.file_syncs = true}).size(),
              1u);
    EXPECT_GT(
        outcomes([](auto& disk) { durable_file(disk, "x"); }, {.directory_syncs = true}).size(),
        1u);
}

TEST(SimulatedDisk, WritesAsMuchAsThereIsSpaceFor) {
    SimulatedDisk disk(1);
    const auto file = durable_file(disk, "ab");
    disk.limit_space(3);
    EXPECT_EQ(disk.append(file, "cdefg"), Failure::no_space);
    EXPECT_EQ(content(disk), "abcde");
    EXPECT_EQ(disk.write(file, 0, "AB"), Failure::none);
    disk.end_faults();
    EXPECT_EQ(disk.append(file, "f"), Failure::none);
    EXPECT_EQ(content(disk), "ABcdef");
}

TEST(SimulatedDisk, DoesNothingWithoutPower) {
    SimulatedDisk disk(1);
    const auto file = durable_file(disk, "ab");
    disk.cut_power_after(2);
    EXPECT_EQ(disk.append(file, "c"), Failure::none);
    EXPECT_EQ(disk.sync(file), Failure::power_off);
    EXPECT_EQ(disk.append(file, "d"), Failure::power_off);
    EXPECT_FALSE(disk.has_power());
    disk.reboot();
    EXPECT_TRUE(content(disk) == "ab" || content(disk) == "abc");
}

}  // namespace
}  // namespace banter::power
