#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "simulated_disk.hpp"

namespace banter::power {

// What went wrong under one seed, a sentence each; empty: every promise held.
using Findings = std::vector<std::string>;

// What one seed did.
struct Life {
    std::uint64_t cuts = 0;  // of the power
    Findings findings;
};

// What a test does to the disk while it has power.
enum class Trouble { none, full, failing_sync, failing_directory_sync, failing_read, torn_write };

// SQLite does not look whether the sync of a directory has failed (unixSync in os_unix.c), so that
// one is for RocksDB alone.
inline constexpr std::array file_troubles{Trouble::full, Trouble::failing_sync,
                                          Trouble::failing_read, Trouble::torn_write};

// Lets the trouble begin after about `when` operations of its kind.
void begin_trouble(SimulatedDisk& disk, Trouble trouble, std::uint64_t when);

// Runs seeds until they have cut the power `cuts` times, and fails the test at the first finding,
// with the command that replays it. From the environment: POWER_CUTS (instead of `cuts`),
// POWER_SECONDS (go on for so long, whatever the cuts), POWER_SEED (this one only, POWER_REPEAT
// times: threads interleave as they like, everything else is the same).
void run_seeds(std::uint64_t cuts, const std::function<Life(std::uint64_t seed)>& live);

// How many of `seeds` seeds found something: what tests of a deliberate fault count.
std::uint64_t seeds_with_findings(std::uint64_t seeds,
                                  const std::function<Life(std::uint64_t seed)>& live);

}  // namespace banter::power
