#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

#include "ports/message_log.hpp"

namespace banter::chat {

// How far a shard is with each of its partitions of the log. Behind which offset all is dealt with
// goes to the log, so that it need not come again; which records are void, because their partition
// was taken away or is delivered again, is known here. Nothing of it concerns a log that never
// replays. Belongs to the shard.
class Progress {
public:
    explicit Progress(ports::MessageLog& log) : log_(log) {}

    // Which delivery of the partition counts now; zero: none.
    std::uint64_t generation(std::int32_t partition) const {
        const auto found = partitions_.find(partition);
        return found == partitions_.end() ? 0 : found->second.generation;
    }
    // It is consumed here, or will be again after rewind().
    bool has(std::int32_t partition) const {
        return !log_.replays() || partitions_.contains(partition);
    }
    bool current(const ports::Delivery& delivery) const {
        return !log_.replays() || delivery.generation == generation(delivery.position.partition);
    }

    void assigned(std::int32_t partition, std::uint64_t generation) {
        partitions_[partition] = {generation, {}};
    }
    void revoked(std::int32_t partition) { partitions_.erase(partition); }

    // False: the record is void.
    bool begin(const ports::Delivery& delivery);
    // It is dealt with: refused, or durable.
    void finish(const ports::Delivery& delivery);

    // What was begun is void, and what comes is, until rewind().
    void suspend();
    void rewind();
    bool suspended() const { return suspended_; }

private:
    struct Begun {
        std::int64_t offset = 0;
        bool finished = false;
    };
    struct Partition {
        std::uint64_t generation = 0;
        std::deque<Begun> begun;
    };

    ports::MessageLog& log_;
    std::unordered_map<std::int32_t, Partition> partitions_;
    bool suspended_ = false;
};

}  // namespace banter::chat
