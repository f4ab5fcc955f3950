#pragma once

#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "ports/clock.hpp"
#include "ports/message_log.hpp"
#include "timeline.hpp"

namespace banter::simulation {

// How the log misbehaves; chances in parts of a million for each record.
struct LogFaults {
    Micros slowest = 4 * millisecond;  // of a hop to the log or from it
    Micros commit_interval = second;   // offsets are stored so often
    std::int64_t append_lost = 0;      // fails, nothing was written
    std::int64_t append_kept = 0;      // fails, and was written
    std::int64_t fetched_late = 0;     // of each assignment: its first records take seconds
};

class NodeLog;

// The log that all nodes share, with the coordinator that gives each partition one consumer: a
// member that is not heard of for a session's time loses its partitions to the others. Survives
// every crash.
class SharedLog {
public:
    static constexpr Micros session_time = 3 * second;

    SharedLog(Timeline& timeline, std::int32_t partitions);
    SharedLog(const SharedLog&) = delete;
    SharedLog& operator=(const SharedLog&) = delete;

    std::int32_t partitions() const { return static_cast<std::int32_t>(partitions_.size()); }
    // Every record has come to a consumer that is alive, and none is on its way.
    bool idle() const;

private:
    friend class NodeLog;
    using MemberId = std::uint64_t;

    struct Member {
        ports::NodeId node;
        NodeLog* log = nullptr;  // null: its process has ended
        Micros heard = 0;
    };
    struct Partition {
        std::vector<ports::LogRecord> records;
        std::int64_t committed = 0;  // the next offset for a new consumer
        std::int64_t cursor = 0;     // the next to hand out
        std::int64_t consumed = 0;   // the next that has not come to its consumer
        std::optional<MemberId> owner;
        bool revoking = false;
        std::uint64_t generation = 0;
        std::uint64_t epoch = 0;  // counts its consumers
        Micros last_due = 0;
    };

    Partition& at(std::int32_t partition) {
        return partitions_[static_cast<std::size_t>(partition)];
    }
    MemberId join(NodeLog& log);
    // False: the coordinator has given the member up.
    bool heartbeat(MemberId member);
    std::vector<ports::MessageLog::Owner> owners() const;
    void leave(MemberId member);
    void process_ended(MemberId member);
    void released(MemberId member, std::int32_t partition);
    void append(std::int32_t partition, ports::LogRecord record);
    void commit(std::int32_t partition, std::uint64_t generation, std::int64_t next);
    void delivered(std::int32_t partition, std::uint64_t generation, std::int64_t next);
    std::uint64_t rewind(MemberId member, std::int32_t partition);

    void tick();
    void balance();
    void assign(std::int32_t partition, MemberId member);
    void hand_out(std::int32_t partition);
    std::map<MemberId, std::int32_t> load() const;

    Timeline& timeline_;
    std::vector<Partition> partitions_;
    std::map<MemberId, Member> members_;
    MemberId last_member_ = 0;
    std::uint64_t last_generation_ = 0;
    std::size_t appending_ = 0;
};

// One process's client of the shared log.
class NodeLog final : public ports::MessageLog {
public:
    NodeLog(Timeline& timeline, SharedLog& log, const LogFaults& faults, NodeCondition& condition,
            std::vector<NodeExecutor*> shards, const ports::Clock& clock, ports::NodeId node);
    ~NodeLog() override;
    NodeLog(const NodeLog&) = delete;
    NodeLog& operator=(const NodeLog&) = delete;

    // Begins to consume.
    void start(ports::LogConsumer& consumer);
    // Gives the partitions back, as a process does that is stopped.
    void leave();
    // The process ends: nothing comes any more.
    void end();

    base::Result<void> append(ports::SendCommand command) override;
    base::Result<void> append_control(ports::ControlMessage control) override;
    bool replays() const override { return true; }
    void commit(ports::LogPosition through) override;
    std::uint64_t rewind(std::int32_t partition) override;
    std::int32_t partition_of(domain::ChatId chat) const override;
    bool owns(std::int32_t partition) const override;
    ports::NodeId node() const override { return node_; }
    Owner owner(std::int32_t partition) const override {
        return owners_[static_cast<std::size_t>(partition)];
    }

private:
    friend class SharedLog;

    NodeExecutor& shard_of(std::int32_t partition) const {
        return *shards_[static_cast<std::size_t>(partition) % shards_.size()];
    }
    Micros latency() { return condition_.dice.between(50, faults_.slowest); }
    Micros first_fetch();
    base::Result<void> put(std::int32_t partition, ports::LogRecord record);
    void failed(std::int32_t partition, const ports::LogRecord& record);
    void beat();
    void heard(SharedLog::MemberId member, Micros sent, bool known,
               const std::vector<Owner>& owners);
    void drop_all();
    void store_offsets();
    void take(SharedLog::MemberId member, std::int32_t partition, std::uint64_t generation);
    void give_back(SharedLog::MemberId member, std::int32_t partition);
    void deliver(const ports::LogRecord& record);

    Timeline& timeline_;
    SharedLog& log_;
    const LogFaults& faults_;
    NodeCondition& condition_;
    std::vector<NodeExecutor*> shards_;
    const ports::Clock& clock_;
    ports::LogConsumer* consumer_ = nullptr;
    ports::NodeId node_;
    SharedLog::MemberId member_ = 0;
    // What is on its way to the log outlives the process.
    struct Life {
        NodeLog* log = nullptr;                           // null: the process has ended
        Micros end = std::numeric_limits<Micros>::max();  // what is to arrive later is lost
    };
    std::shared_ptr<Life> life_ = std::make_shared<Life>();
    Micros lease_until_ = 0;
    std::map<std::int32_t, std::uint64_t> assigned_;   // the generation of each
    std::map<std::int32_t, std::int64_t> dealt_with_;  // the next offset of each
    std::map<std::int32_t, Micros> last_append_;
    std::vector<Owner> owners_;  // as last heard
    base::Timer heartbeat_;
    base::Timer offsets_;
};

}  // namespace banter::simulation
