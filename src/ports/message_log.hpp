#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/ids.hpp"
#include "domain/message.hpp"
#include "ports/chat_directory.hpp"
#include "ports/message_store.hpp"
#include "ports/node_id.hpp"

namespace banter::ports {

// Who waits for the outcome of a send: a shard of a node, and its number for him. Number zero:
// nobody.
struct Ticket {
    NodeId node;
    std::uint32_t shard = 0;
    std::uint64_t number = 0;
};

// A send that was accepted at the door and waits for the sequencer.
struct SendCommand {
    domain::ChatId chat;
    SendKey key;
    domain::Content content;
    bool blocked = false;  // one of the two had blocked the other when it was accepted
    Ticket ticket = {};
};

// One coming of a record.
struct Delivery {
    LogPosition position;
    std::uint64_t generation = 0;  // of its partition, when it was delivered
};

// One record of the log. `control` set: a membership change instead of a send.
struct LogRecord {
    LogPosition position;
    base::Timestamp at;
    SendCommand command;
    std::optional<ControlMessage> control = {};
    std::uint64_t generation = 0;

    Delivery delivery() const { return {position, generation}; }
};

// Takes a node's part of the log. Each call of a partition comes on the shard that it belongs to:
// partition modulo the number of shards.
class LogConsumer {
public:
    virtual ~LogConsumer() = default;

    // Records of one partition come in the order of their offsets, some thousands at most before
    // the first of them is committed. One that was consumed before may
    // come again, after a restart of whoever consumed it, a move of the partition or a rewind.
    virtual void consume(LogRecord record) = 0;
    // This node is the partition's consumer from now on; its records come with this generation.
    virtual void assigned(std::int32_t partition, std::uint64_t generation) = 0;
    // It is not any more.
    virtual void revoked(std::int32_t partition) = 0;
    // The partition has another consumer, or the same once more: owner() has it already. Told to
    // every node, sooner or later.
    virtual void moved(std::int32_t partition) = 0;
    // What was appended here may not be in the log.
    virtual void append_failed(const SendCommand& command, const base::Problem& problem) = 0;
    virtual void append_failed(const ControlMessage& control, const base::Problem& problem) = 0;
};

// Carries commands to the one sequencer of their chat. A chat belongs to one partition for ever,
// and a partition to at most one node at a time.
//
// Threads: append and the questions on any shard; commit and rewind on the shard of the partition.
// Ordering: what one shard appends for one chat is consumed in that order, unless one of it fails.
// Idempotency: a record may be consumed again; the consumer recognises it by its position.
// Errors: `overloaded` when the lane is full; nothing was appended. What fails later is told to
//   LogConsumer::append_failed; it may be in the log nevertheless.
class MessageLog {
public:
    virtual ~MessageLog() = default;

    virtual base::Result<void> append(SendCommand command) = 0;
    virtual base::Result<void> append_control(ControlMessage control) = 0;

    // False: what is in the log is lost with the process and nothing of it ever comes a second
    // time. Positions then say nothing, all partitions are this node's, and nothing is to commit.
    virtual bool replays() const = 0;
    // Every record of the partition up to this one is dealt with: it need not come again.
    virtual void commit(LogPosition through) = 0;
    // Delivers again what comes after the last commit, with the generation that is returned. Of a
    // partition that is not this node's nothing comes, nor does what is on its way change.
    virtual std::uint64_t rewind(std::int32_t partition) = 0;

    virtual std::int32_t partition_of(domain::ChatId chat) const = 0;
    // This node is the consumer of the partition, and no other can be at this moment. What it tells
    // others of the partition's chats is true only as long as this holds. Once it was false it
    // stays so until the partition is assigned again: what was not told meanwhile is missed for
    // good, and moved() lets those who follow ask for it.
    virtual bool owns(std::int32_t partition) const = 0;
    virtual NodeId node() const = 0;

    // The partition's consumer as far as it is known here, and which one it is in their row.
    struct Owner {
        NodeId node;  // zero: not known
        std::uint64_t epoch = 0;

        bool operator==(const Owner&) const = default;
    };
    virtual Owner owner(std::int32_t partition) const = 0;
};

}  // namespace banter::ports
