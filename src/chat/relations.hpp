#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "domain/ids.hpp"
#include "domain/user.hpp"

namespace banter::chat {

// Who is told how far a user has read.
struct ReadPolicy {
    domain::Audience audience = domain::Audience::everyone;
    std::unordered_set<domain::UserId> contacts;  // filled when audience == contacts

    bool shows(domain::UserId viewer) const {
        return audience == domain::Audience::everyone ||
               (audience == domain::Audience::contacts && contacts.contains(viewer));
    }
};

// What the chat rules need to know of the users. Called on a shard, answers there.
class Relations {
public:
    virtual ~Relations() = default;

    virtual base::Task<base::Result<bool>> blocked_either_way(domain::UserId one,
                                                              domain::UserId other) = 0;
    // Those of `others` with whom `user` has a block, whichever of the two made it.
    virtual base::Task<base::Result<std::vector<domain::UserId>>> blocked_among(
        domain::UserId user, std::vector<domain::UserId> others) = 0;
    // Of those of `readers` that there are.
    using ReadPolicies = std::unordered_map<domain::UserId, ReadPolicy>;
    virtual base::Task<base::Result<ReadPolicies>> read_policies(
        std::vector<domain::UserId> readers) = 0;
    // Those of `users` that there are.
    virtual base::Task<base::Result<std::vector<domain::User>>> users(
        std::vector<domain::UserId> users) = 0;
};

}  // namespace banter::chat
