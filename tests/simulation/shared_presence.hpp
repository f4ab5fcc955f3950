#pragma once

#include <vector>

#include "adapters/memory/memory_presence_registry.hpp"
#include "timeline.hpp"

namespace banter::simulation {

// How the registry misbehaves; chances in parts of a million for each call or notice.
struct PresenceFaults {
    Micros slowest = 4 * millisecond;
    std::int64_t failed = 0;  // nothing was done
    std::int64_t kept = 0;    // fails, and was done
    std::int64_t notice_lost = 0;
    std::int64_t notice_doubled = 0;
    std::int64_t notice_late = 0;
};

// The registry that all nodes share. It outlives them, and loses what it has now and then.
struct SharedPresence {
    explicit SharedPresence(const ports::Clock& clock) : entries(clock) {}

    adapters::memory::MemoryPresenceEntries entries;
    Micros down_until = 0;
};

// One process's client of the registry.
class NodePresence final : public ports::PresenceRegistry, ports::PresenceListener {
public:
    NodePresence(Timeline& timeline, SharedPresence& shared, const PresenceFaults& faults,
                 NodeCondition& condition, std::vector<NodeExecutor*> shards, ports::NodeId node);

    ports::NodeId node() const override { return memory_.node(); }
    void listen(ports::PresenceListener& listener) override;
    base::Task<base::Result<std::size_t>> put(std::vector<ports::PresentDevice> devices,
                                              base::Timestamp now,
                                              std::chrono::milliseconds lives) override;
    base::Task<base::Result<void>> remove(std::vector<ports::PresentDevice> devices) override;
    base::Task<base::Result<std::vector<std::vector<ports::PresenceEntry>>>> find(
        std::vector<domain::UserId> users) override;
    void follow(domain::UserId user) override { memory_.follow(user); }
    void unfollow(domain::UserId user) override { memory_.unfollow(user); }

private:
    enum class Fate { good, failed, kept };

    void presence_changed(domain::UserId user) override;
    void presence_lost() override;

    Micros latency() { return condition_.dice.between(50, faults_.slowest); }
    base::Task<Fate> begin();
    template <class T>
    base::Task<base::Result<T>> end(Fate fate, base::Result<T> result);
    void tell_at(Micros time, domain::UserId user);

    Timeline& timeline_;
    SharedPresence& shared_;
    const PresenceFaults& faults_;
    NodeCondition& condition_;
    std::vector<NodeExecutor*> shards_;
    ports::PresenceListener* listener_ = nullptr;
    adapters::memory::MemoryPresenceRegistry memory_;
};

}  // namespace banter::simulation
