#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "domain/ids.hpp"
#include "domain/message.hpp"
#include "domain/watermark.hpp"

namespace banter::ports {

// Where a command stood in the MessageLog. Rises within a partition.
struct LogPosition {
    std::int32_t partition = 0;
    std::int64_t offset = 0;

    auto operator<=>(const LogPosition&) const = default;
};

struct MessageRow {
    domain::Message message;
    LogPosition position;
};

// The newest message of a chat. `at` and `preview` serve the chat list.
struct HeadRow {
    domain::ChatId chat;
    domain::Seq seq;
    domain::MessageId message_id;
    base::Timestamp at;
    std::string preview;
    LogPosition position;
};

// One accepted send: the key that recognises its retries, and what its first try became.
struct SendKey {
    domain::UserId sender;
    domain::DeviceId device;  // zero for membership changes
    domain::ClientId client_id;

    auto operator<=>(const SendKey&) const = default;
};

struct SendRow {
    SendKey key;
    domain::ChatId chat;
    domain::Seq seq;
    domain::MessageId message_id;
    base::Timestamp at;
    domain::ContentDigest digest{};
};

// One line of a user's chat list.
struct InboxRow {
    domain::UserId user;
    domain::ChatId chat;
    domain::Seq seq;
    domain::MessageId message_id;
    base::Timestamp at;
    std::string preview;
};

// How far one device has acknowledged a chat.
struct CursorRow {
    domain::UserId user;
    domain::DeviceId device;
    domain::ChatId chat;
    domain::Seq delivered;
};

// The watermarks of one member, and when either last moved.
struct MarksRow {
    domain::ChatId chat;
    domain::UserId user;
    domain::Marks marks;
    base::Timestamp at;
};

enum class StepKind { delivered, read };

// One advance of a mark: `seq` was reached at `at`.
struct StepRow {
    domain::ChatId chat;
    domain::UserId user;
    StepKind kind = StepKind::delivered;
    domain::Seq seq;
    base::Timestamp at;
};

// Everything one tick of the sequencer decided; written whole or not at all.
struct CommitBatch {
    std::vector<MessageRow> messages;
    std::vector<HeadRow> heads;
    std::vector<SendRow> sends;
    std::vector<InboxRow> inbox;
    std::vector<CursorRow> cursors;
    std::vector<MarksRow> marks;
    std::vector<StepRow> steps;

    bool empty() const {
        return messages.empty() && heads.empty() && sends.empty() && inbox.empty() &&
               cursors.empty() && marks.empty() && steps.empty();
    }
};

// A part of a chat's log: both ends exclusive, so `after = 0` starts at the first message.
struct MessageRange {
    domain::ChatId chat;
    domain::Seq after;                      // only messages with a greater seq
    domain::Seq before{~std::uint64_t{0}};  // only messages with a smaller seq
    std::size_t limit = 50;                 // at most so many, 1 … 1000
    bool newest_first = false;              // which end `limit` counts from, and the order returned
};

// The log of every chat, with what must be written in the same instant.
//
// Threads: every method is called on a shard and answers on that shard.
// Atomicity: a CommitBatch is visible and durable whole, or not at all.
// Ordering: batches of one shard become durable in the order of the calls; a read that starts
//   after a commit has answered sees it.
// Idempotency: writing a row again writes the same row. Rows of inbox, cursors and marks never go
//   back: of two writes the one with the larger seq (marks: the merge) remains, whatever the order.
//   The same holds for heads in a store that several nodes share.
// Errors: `overloaded` when the queue is full (nothing was written; try again) and when the engine
//   has failed. After a failed write the store refuses every later commit until it is opened
//   again, because what the disk holds is no longer known; `failed()` then says so. A read of
//   damaged data is `overloaded` with the chat named in the detail and logged, never an empty
//   result.
class MessageStore {
public:
    virtual ~MessageStore() = default;

    // Answers when the batch survives power loss.
    virtual base::Task<base::Result<void>> commit(CommitBatch batch) = 0;

    virtual base::Task<base::Result<std::vector<domain::Message>>> read(MessageRange range) = 0;

    // nullopt: the chat has no message yet.
    virtual base::Task<base::Result<std::optional<HeadRow>>> head(domain::ChatId chat) = 0;
    // One answer for each chat asked for, in that order.
    virtual base::Task<base::Result<std::vector<std::optional<HeadRow>>>> heads(
        std::vector<domain::ChatId> chats) = 0;

    // Kept for at least 30 days. nullopt: no such send.
    virtual base::Task<base::Result<std::optional<SendRow>>> find_send(SendKey key) = 0;

    // True once a write has failed.
    virtual bool failed() const = 0;
};

}  // namespace banter::ports
