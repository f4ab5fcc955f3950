#pragma once

#include <functional>

#include "domain/ids.hpp"

namespace banter::accounts {

// What the rest of the server wants to hear of. Each is called on the shard of the request, after
// the change is durable and before the request is answered. Set before the first request.
struct Hooks {
    // The device may not be used any more (revoked, logged out, password changed): its sockets
    // close with 4501.
    std::function<void(domain::UserId, domain::DeviceId)> revoked = [](auto, auto) {};
    // Display name or privacy.
    std::function<void(domain::UserId)> profile_changed = [](auto) {};
    // `owner` added or removed `other`.
    std::function<void(domain::UserId owner, domain::UserId other)> contact_changed = [](auto,
                                                                                         auto) {};
    // `owner` blocked or unblocked `other`.
    std::function<void(domain::UserId owner, domain::UserId other)> block_changed = [](auto, auto) {
    };
};

}  // namespace banter::accounts
