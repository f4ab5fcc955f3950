#pragma once

#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "domain/ids.hpp"
#include "domain/personal_state.hpp"

namespace banter::ports {

struct PersonalStateRow {
    domain::ChatId chat;
    domain::PersonalState state;
    base::Timestamp at;  // of the last change; 1970: there was none

    bool operator==(const PersonalStateRow&) const = default;
};

// What each user keeps of his chats for himself. It survives the end of a membership and is there
// again when he comes back.
//
// Threads: called on a shard, answers on that shard.
// Atomicity: each call is one transaction, durable when it answers.
// Ordering: changes of one shard are applied in the order of the calls and answer in that order; a
//   call that starts after another has answered sees what that one did.
// Errors: `not_found` as said; `overloaded` when the engine's queue is full or the engine failed.
class PersonalStates {
public:
    virtual ~PersonalStates() = default;

    struct Applied {
        PersonalStateRow row;
        bool changed = false;  // false: it was so already, and nothing was written
    };
    // `not_found`: the user is no member of the chat now. The `at` of a user's state of a chat
    // rises with every change, also when the clock goes back.
    virtual base::Task<base::Result<Applied>> apply(domain::UserId user, domain::ChatId chat,
                                                    domain::PersonalStateChange change) = 0;

    // One for each chat asked for, in that order.
    virtual base::Task<base::Result<std::vector<PersonalStateRow>>> find(
        domain::UserId user, std::vector<domain::ChatId> chats) = 0;

    // Those of his present chats that changed at `since` or later, in no order.
    virtual base::Task<base::Result<std::vector<PersonalStateRow>>> changed_since(
        domain::UserId user, base::Timestamp since) = 0;
};

}  // namespace banter::ports
