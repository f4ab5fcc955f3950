#pragma once

#include <cstdint>
#include <string>

namespace banter::simulation {

struct Outcome {
    std::string failure;  // the promise that was broken and how; empty: none
    std::uint64_t trace = 0;
    std::uint64_t messages = 0;  // that got a place
};

// One life of a server and its clients, all of it decided by the seed. `printing`: every step goes
// to standard error.
Outcome run(std::uint64_t seed, bool printing);

}  // namespace banter::simulation
