#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "accounts/account_service.hpp"
#include "accounts/contact_service.hpp"
#include "accounts/device_service.hpp"
#include "adapters/embedded/lane_log.hpp"
#include "adapters/memory/memory_personal_states.hpp"
#include "adapters/memory/memory_user_directory.hpp"
#include "adapters/memory/seeded_random.hpp"
#include "app/account_changes.hpp"
#include "app/account_relations.hpp"
#include "app/account_visibility.hpp"
#include "engines.hpp"
#include "gateway/session_table.hpp"
#include "plain_hasher.hpp"
#include "runtime/shards.hpp"
#include "shared_bus.hpp"
#include "shared_log.hpp"
#include "shared_presence.hpp"
#include "timeline.hpp"

namespace banter::simulation {

// What outlives every node.
struct Engines {
    Engines(Timeline& timeline, const EngineFaults& faults, const ports::Clock& clock,
            SharedStore::Forked forked)
        : store(timeline, faults, std::move(forked)),
          chats(timeline, faults, clock),
          states(chats, clock) {}

    SharedStore store;
    SharedDirectory chats;
    adapters::memory::MemoryPersonalStates states;
    adapters::memory::MemoryUserDirectory users;
    accounts::PlainHasher hasher;
    std::unique_ptr<SharedLog> log;            // null: each node has lanes of its own, and is alone
    LogFaults log_faults;                      // of the moment
    std::unique_ptr<SharedBus> bus;            // there is one if there is a log
    BusFaults bus_faults;                      // of the moment
    std::unique_ptr<SharedPresence> presence;  // the same
    PresenceFaults presence_faults;            // of the moment
    std::uint64_t processes = 0;               // that were started
};

struct NodeOptions {
    std::size_t shards = 2;
    chat::ChatLimits chat;
    gateway::SessionLimits sessions;
    accounts::AccountOptions accounts;
    presence::PresenceTimes presence;
};

// One process of the server above its ports: the same services as the program's composition,
// over the engines of the simulation. Made anew at each start.
class Node {
public:
    Node(Timeline& timeline, NodeCondition& condition, Engines& engines, const ports::Clock& clock,
         NodeOptions options, std::uint64_t seed);
    // Whatever was under way has failed before this returns; nothing of it reached an engine.
    ~Node();

    // Gives the changes of the outbox their place; then clients may come.
    void start(std::function<void(bool)> ready);
    bool ready() const { return ready_; }
    bool idle() const;

    NodeExecutor& shard(std::size_t index) { return *executors_[index]; }
    std::size_t shards() const { return executors_.size(); }
    chat::ChatService& chats() { return *chats_; }
    accounts::AccountService& accounts() { return accounts_; }
    accounts::DeviceService& devices() { return devices_; }
    accounts::ContactService& contacts() { return contacts_; }

    // A peer connects to the shard; on it.
    void accept(std::size_t shard, std::shared_ptr<gateway::Connection> connection,
                const std::function<void(std::shared_ptr<gateway::Session>)>& accepted);
    // Says goodbye to every session.
    void drain();

private:
    void build_fronts(Engines& engines, const ports::Clock& clock, const NodeOptions& options);
    void finish_work();

    NodeCondition& condition_;
    adapters::memory::SeededRandom random_;
    std::vector<std::unique_ptr<NodeExecutor>> executors_;
    runtime::Shards view_;
    std::unique_ptr<adapters::embedded::LaneLog> lanes_;
    std::unique_ptr<NodeLog> shared_log_;
    ports::MessageLog& log_;
    std::unique_ptr<NodeLink> link_;
    std::unique_ptr<NodePresence> shared_presence_;
    accounts::Hooks hooks_;
    accounts::AccountService accounts_;
    accounts::DeviceService devices_;
    accounts::ContactService contacts_;
    app::AccountRelations relations_;
    app::AccountVisibility visibility_;
    std::vector<std::unique_ptr<delivery::Registry>> registries_;
    std::vector<std::unique_ptr<gateway::SessionTable>> tables_;
    std::unique_ptr<chat::ChatService> chats_;
    presence::PresenceService presence_;
    app::AccountChanges account_changes_;
    std::vector<std::unique_ptr<gateway::SessionContext>> fronts_;
    bool ready_ = false;
};

}  // namespace banter::simulation
