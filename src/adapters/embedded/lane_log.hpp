#pragma once

#include <atomic>
#include <vector>

#include "ports/clock.hpp"
#include "ports/message_log.hpp"
#include "runtime/shards.hpp"

namespace banter::adapters::embedded {

// The MessageLog of one process: a lane for each shard, in memory. The durable point is the commit
// that follows, so a command that is lost with the process was never acknowledged.
class LaneLog final : public ports::MessageLog {
public:
    LaneLog(runtime::Shards shards, const ports::Clock& clock);

    // Before the first append. The consumer is called on the shard of the record's chat.
    void set_consumer(Consumer consumer) { consumer_ = std::move(consumer); }

    base::Result<void> append(ports::SendCommand command) override;
    base::Result<void> append_control(ports::ControlMessage control) override;

private:
    void put(domain::ChatId chat, ports::LogRecord record);

    runtime::Shards shards_;
    const ports::Clock& clock_;
    Consumer consumer_;
    std::vector<std::atomic<std::int64_t>> offsets_;  // of each lane
};

}  // namespace banter::adapters::embedded
