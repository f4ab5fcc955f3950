#pragma once

#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/executor.hpp"
#include "base/task.hpp"
#include "ports/clock.hpp"
#include "ports/presence_registry.hpp"
#include "presence/presence_times.hpp"

namespace banter::presence {

// Says in the registry which devices of one shard's users have sessions here: what comes in one
// tick, and what is to be renewed, in one call. Belongs to its shard.
class Announcer {
public:
    Announcer(base::Executor& shard, const ports::Clock& clock, ports::PresenceRegistry& registry,
              const PresenceTimes& times)
        : shard_(shard), clock_(clock), registry_(registry), times_(times) {}

    // The device has its first session.
    void opened(ports::PresentDevice device);
    // Its last one ended: it is removed after the grace.
    void closed(ports::PresentDevice device);
    // The registry may have lost everything.
    void put_all_again();

private:
    struct Entry {
        base::Steady due;
        bool leaving = false;
        std::optional<base::Steady> put_at;  // empty: the registry does not have it
    };
    struct DeviceHash {
        std::size_t operator()(const ports::PresentDevice& device) const noexcept;
    };
    struct Batch {
        std::vector<ports::PresentDevice> put;
        std::vector<ports::PresentDevice> remove;
    };

    void schedule(ports::PresentDevice device, Entry& entry, base::Steady due);
    void forget(ports::PresentDevice device);
    void wake();
    void wait_for_next();
    Batch take_due();
    base::Task<void> work();
    base::Task<bool> put(std::vector<ports::PresentDevice> devices);
    base::Task<bool> remove(std::vector<ports::PresentDevice> devices);

    base::Executor& shard_;
    const ports::Clock& clock_;
    ports::PresenceRegistry& registry_;
    const PresenceTimes& times_;
    std::unordered_map<ports::PresentDevice, Entry, DeviceHash> entries_;
    std::set<std::pair<base::Steady, ports::PresentDevice>> agenda_;  // each entry, by its due
    base::Steady not_before_;                                         // while the registry fails
    bool working_ = false;  // one call at a time, so that none overtakes another
    base::Timer timer_;
};

}  // namespace banter::presence
