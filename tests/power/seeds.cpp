#include "seeds.hpp"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>

namespace banter::power {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t first_seed = 1;
constexpr std::uint64_t default_repeats = 20;

std::optional<std::uint64_t> number_from(const char* name) {
    const char* const text = std::getenv(name);
    if (text == nullptr || *text == '\0') return std::nullopt;
    return std::strtoull(text, nullptr, 10);
}

std::string test_name() {
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    return std::string(test->test_suite_name()) + "." + test->name();
}

// False: there was a finding, which has been reported.
bool report(std::uint64_t seed, const Life& life) {
    if (life.findings.empty()) return true;
    std::string text;
    for (const auto& finding : life.findings)
        text += "  " + finding + "\n";
    ADD_FAILURE() << "Seed " << seed << ", after " << life.cuts << " power cuts:\n"
                  << text << "Replay: POWER_SEED=" << seed
                  << " build/release/tests/power/power --gtest_filter=" << test_name();
    return false;
}

}  // namespace

void begin_trouble(SimulatedDisk& disk, Trouble trouble, std::uint64_t when) {
    constexpr std::uint64_t bytes_of_a_write = 1000;
    switch (trouble) {
        case Trouble::none:
            return;
        case Trouble::full:
            return disk.limit_space(when * bytes_of_a_write);
        case Trouble::failing_sync:
            return disk.fail_sync(when);
        case Trouble::failing_directory_sync:
            return disk.fail_directory_sync(1 + when / 16);
        case Trouble::failing_read:
            return disk.fail_read(when);
        case Trouble::torn_write:
            return disk.tear_write(when);
    }
}

void run_seeds(std::uint64_t cuts, const std::function<Life(std::uint64_t seed)>& live) {
    if (const auto seed = number_from("POWER_SEED")) {
        const auto repeats = number_from("POWER_REPEAT").value_or(default_repeats);
        for (std::uint64_t i = 0; i < repeats; ++i) {
            if (!report(*seed, live(*seed))) return;
        }
        return;
    }
    const auto wanted = number_from("POWER_CUTS").value_or(cuts);
    const auto end = Clock::now() + std::chrono::seconds(number_from("POWER_SECONDS").value_or(0));
    std::uint64_t done = 0;
    std::uint64_t seed = first_seed;
    for (; done < wanted || Clock::now() < end; ++seed) {
        const auto life = live(seed);
        if (!report(seed, life)) return;
        done += life.cuts;
    }
    testing::Test::RecordProperty("power_cuts", std::to_string(done));
    std::cout << done << " power cuts, " << seed - first_seed << " seeds\n";
}

std::uint64_t seeds_with_findings(std::uint64_t seeds,
                                  const std::function<Life(std::uint64_t seed)>& live) {
    std::uint64_t found = 0;
    for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed)
        found += live(seed).findings.empty() ? 0 : 1;
    std::cout << found << " of " << seeds << " seeds found it\n";
    return found;
}

}  // namespace banter::power
