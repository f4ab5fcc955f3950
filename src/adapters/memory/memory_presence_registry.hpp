#pragma once

#include <map>
#include <mutex>
#include <set>

#include "ports/clock.hpp"
#include "ports/presence_registry.hpp"

namespace banter::adapters::memory {

class MemoryPresenceRegistry;

// What all nodes of one process share: the entries, and who follows whom. Any thread.
class MemoryPresenceEntries {
public:
    explicit MemoryPresenceEntries(const ports::Clock& clock) : clock_(clock) {}

    // As a server that starts anew with nothing. `told`: the listeners hear of it.
    void lose_all(bool told);

private:
    friend class MemoryPresenceRegistry;

    struct Entry {
        base::Timestamp last_seen;
        base::Steady until;
    };
    using Place = std::pair<domain::DeviceId, ports::NodeId>;

    void tell(ports::NodeId changed_by, const std::set<domain::UserId>& users);

    const ports::Clock& clock_;
    std::mutex mutex_;
    std::map<domain::UserId, std::map<Place, Entry>> entries_;
    std::map<ports::NodeId, MemoryPresenceRegistry*> nodes_;
};

// ports::PresenceRegistry in a plain map, one for each node that shares the entries. Answers at
// once; the listener is called within the call that changes something. Any thread.
class MemoryPresenceRegistry final : public ports::PresenceRegistry {
public:
    MemoryPresenceRegistry(MemoryPresenceEntries& entries, ports::NodeId node);
    ~MemoryPresenceRegistry() override;
    MemoryPresenceRegistry(const MemoryPresenceRegistry&) = delete;
    MemoryPresenceRegistry& operator=(const MemoryPresenceRegistry&) = delete;

    ports::NodeId node() const override { return node_; }
    void listen(ports::PresenceListener& listener) override;
    base::Task<base::Result<std::size_t>> put(std::vector<ports::PresentDevice> devices,
                                              base::Timestamp now,
                                              std::chrono::milliseconds lives) override;
    base::Task<base::Result<void>> remove(std::vector<ports::PresentDevice> devices) override;
    base::Task<base::Result<std::vector<std::vector<ports::PresenceEntry>>>> find(
        std::vector<domain::UserId> users) override;
    void follow(domain::UserId user) override;
    void unfollow(domain::UserId user) override;

private:
    friend class MemoryPresenceEntries;

    MemoryPresenceEntries& shared_;
    ports::NodeId node_;
    // Guarded by the mutex of what is shared.
    ports::PresenceListener* listener_ = nullptr;
    std::set<domain::UserId> followed_;
};

}  // namespace banter::adapters::memory
