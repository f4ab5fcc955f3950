#pragma once

#include "dice.hpp"
#include "engines.hpp"
#include "link.hpp"
#include "node.hpp"

namespace banter::simulation {

// What one seed is about: who talks, how much, and what goes wrong. Every trouble is there in half
// of the runs, so that each meets each other and each is alone in some.
struct Plan {
    explicit Plan(Dice& dice);

    std::size_t users = 3;
    std::size_t groups = 1;
    Micros busy = 20 * second;         // so long people talk and things break
    Micros pause = 150 * millisecond;  // between two things that happen, on average

    bool cuts = false;          // connections break
    bool naps = false;          // devices are offline for a while
    bool app_restarts = false;  // applications end and start anew
    bool crashes = false;       // processes end without a word
    bool drains = false;        // processes are stopped as they should be
    bool disk_failures = false;
    bool clock_jumps = false;
    bool stalls = false;      // clients that stop reading
    bool pauses = false;      // machines that stand still
    bool churn = false;       // memberships, roles and titles change
    bool shared_log = false;  // the log outlives the nodes, and replays
    bool log_failures = false;
    std::int32_t partitions = 4;
    LogFaults log;
    std::size_t nodes = 1;  // with a shared log there may be several
    bool silences = false;  // nobody hears of a node, which goes on
    bool bus_cuts = false;  // nodes lose sight of each other
    BusFaults bus;
    bool registry_failures = false;
    bool registry_losses = false;  // all of it is gone
    bool absence = false;          // in the end somebody goes away, and who watches him is asked
    PresenceFaults registry;
    bool privacy = false;      // who may see whom changes
    bool revocations = false;  // devices are signed out

    bool repeats = false;  // sends are made again, also in parallel and with other words

    // Nothing is refused for now, so what a device sends to a chat keeps its order to the end.
    bool refuses_nothing() const;

    EngineFaults engines;
    Weather weather;
    NodeOptions node;
};

}  // namespace banter::simulation
