#pragma once

#include <functional>
#include <optional>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/message.hpp"
#include "ports/chat_directory.hpp"
#include "ports/message_store.hpp"

namespace banter::ports {

// A send that was accepted at the door and waits for the sequencer.
struct SendCommand {
    domain::ChatId chat;
    SendKey key;
    domain::Content content;
};

// One record of the log. `control` set: a membership change instead of a send.
struct LogRecord {
    LogPosition position;
    base::Timestamp at;
    SendCommand command;
    std::optional<ControlMessage> control;
};

// Carries commands to the one sequencer of their chat.
//
// Threads: append on any shard; the consumer runs on the shard that owns the chat.
// Ordering: what one shard appends for one chat is consumed in that order.
// Idempotency: a record may be consumed again after a restart; the consumer recognises it.
// Errors: `overloaded` when the lane is full; nothing was appended.
class MessageLog {
public:
    using Consumer = std::function<void(LogRecord)>;

    virtual ~MessageLog() = default;

    virtual base::Result<void> append(SendCommand command) = 0;
    virtual base::Result<void> append_control(ControlMessage control) = 0;
};

}  // namespace banter::ports
