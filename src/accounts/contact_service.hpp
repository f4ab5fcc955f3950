#pragma once

#include <vector>

#include "accounts/hooks.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "domain/user.hpp"
#include "ports/user_directory.hpp"

namespace banter::accounts {

// Whom a user knows and whom he has blocked. Threads and errors: as AccountService.
class ContactService {
public:
    ContactService(ports::UserDirectory& directory, Hooks& hooks)
        : directory_(directory), hooks_(hooks) {}

    // By username.
    base::Task<base::Result<ports::Page<domain::User>>> contacts(domain::UserId owner,
                                                                 ports::PageRequest page);
    // Whom the owner has blocked, by username.
    base::Task<base::Result<ports::Page<domain::User>>> blocks(domain::UserId owner,
                                                               ports::PageRequest page);
    // Every contact, in no order.
    base::Task<base::Result<std::vector<domain::UserId>>> contact_ids(domain::UserId owner);

    // Each may be repeated. `add` and `block`: `not_found`, there is no such user; `invalid`,
    // oneself.
    base::Task<base::Result<void>> add(domain::UserId owner, domain::UserId other);
    base::Task<base::Result<void>> remove(domain::UserId owner, domain::UserId other);
    base::Task<base::Result<void>> block(domain::UserId owner, domain::UserId other);
    base::Task<base::Result<void>> unblock(domain::UserId owner, domain::UserId other);

    // What `other` is to `owner`; of a user that there is not: nothing.
    base::Task<base::Result<ports::Relation>> relation(domain::UserId owner, domain::UserId other);
    // Those of `others` with whom `user` has a block, whichever of the two made it.
    base::Task<base::Result<std::vector<domain::UserId>>> blocked_among(
        domain::UserId user, std::vector<domain::UserId> others);

private:
    ports::UserDirectory& directory_;
    Hooks& hooks_;
};

}  // namespace banter::accounts
