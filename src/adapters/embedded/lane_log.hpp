#pragma once

#include <atomic>
#include <vector>

#include "ports/clock.hpp"
#include "ports/message_log.hpp"
#include "runtime/shards.hpp"

namespace banter::adapters::embedded {

// The MessageLog of one process: a lane for each shard, in memory, which is a partition. The
// durable point is the commit that follows, so a command that is lost with the process was never
// acknowledged.
class LaneLog final : public ports::MessageLog {
public:
    LaneLog(runtime::Shards shards, const ports::Clock& clock);

    // Before the first append.
    void set_consumer(ports::LogConsumer& consumer) { consumer_ = &consumer; }

    base::Result<void> append(ports::SendCommand command) override;
    base::Result<void> append_control(ports::ControlMessage control) override;

    bool replays() const override { return false; }
    void commit(ports::LogPosition) override {}
    std::uint64_t rewind(std::int32_t) override { return 0; }
    std::int32_t partition_of(domain::ChatId chat) const override {
        return static_cast<std::int32_t>(shards_.of(chat));
    }
    bool owns(std::int32_t) const override { return true; }
    ports::NodeId node() const override { return {}; }
    Owner owner(std::int32_t) const override { return {}; }

private:
    void put(domain::ChatId chat, ports::LogRecord record);

    runtime::Shards shards_;
    const ports::Clock& clock_;
    ports::LogConsumer* consumer_ = nullptr;
    std::vector<std::atomic<std::int64_t>> offsets_;  // of each lane
};

}  // namespace banter::adapters::embedded
