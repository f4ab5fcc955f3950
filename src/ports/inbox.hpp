#pragma once

#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "ports/message_store.hpp"

namespace banter::ports {

// Reads the inbox rows that MessageStore::commit wrote. Threads and errors: as MessageStore.
class Inbox {
public:
    virtual ~Inbox() = default;

    // Every row of the user, in no order; also of chats that he has left.
    virtual base::Task<base::Result<std::vector<InboxRow>>> entries(domain::UserId user) = 0;
};

}  // namespace banter::ports
