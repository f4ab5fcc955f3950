#pragma once

#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "ports/message_store.hpp"

namespace banter::ports {

// When a member's marks first passed a seq. Empty: not yet.
struct PassedAt {
    domain::UserId user;
    std::optional<base::Timestamp> delivered;
    std::optional<base::Timestamp> read;
};

// Reads what MessageStore::commit wrote of cursors, marks and steps.
// Threads and errors: as MessageStore.
class Receipts {
public:
    virtual ~Receipts() = default;

    // Marks of every user who ever had any in the chat, in no order.
    virtual base::Task<base::Result<std::vector<MarksRow>>> marks(domain::ChatId chat) = 0;

    // The chats a device has acknowledged anything of.
    virtual base::Task<base::Result<std::vector<CursorRow>>> cursors(domain::UserId user,
                                                                     domain::DeviceId device) = 0;

    // What the device has acknowledged of the chat; zero: nothing.
    virtual base::Task<base::Result<domain::Seq>> cursor(domain::UserId user,
                                                         domain::DeviceId device,
                                                         domain::ChatId chat) = 0;

    // Of each user asked for, in that order: the time of the first step that reached `seq`.
    virtual base::Task<base::Result<std::vector<PassedAt>>> passed(
        domain::ChatId chat, domain::Seq seq, std::vector<domain::UserId> users) = 0;
};

}  // namespace banter::ports
