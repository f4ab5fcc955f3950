#pragma once

#include <chrono>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "domain/ids.hpp"
#include "ports/node_id.hpp"

namespace banter::ports {

// A device that has a session on this node.
struct PresentDevice {
    domain::UserId user;
    domain::DeviceId device;

    auto operator<=>(const PresentDevice&) const = default;
};

// What one node says of one device.
struct PresenceEntry {
    domain::DeviceId device;
    NodeId node;
    base::Timestamp last_seen;           // when the node said so last, by its own clock
    std::chrono::milliseconds lives{0};  // so long it still counts; zero: it has lapsed

    bool operator==(const PresenceEntry&) const = default;
};

// Hears of what other nodes put and remove. Called on any shard.
class PresenceListener {
public:
    virtual ~PresenceListener() = default;

    // A device of a followed user came or went on another node. May come late, twice or never; an
    // entry that lapses is not told of, nor one that is renewed in time.
    virtual void presence_changed(domain::UserId user) = 0;
    // The registry was out of reach: what it told meanwhile is lost, and what was in it may be,
    // too.
    virtual void presence_lost() = 0;
};

// Which device of which user has a session on which node, as every node says of itself: a hint
// that lives for as long as it is renewed. All of it may be lost at any time, and comes back with
// the next renewals. Each node writes only its own entries: a device that is on two nodes, because
// it moves, has two.
//
// Threads: any shard; answers on that shard.
// Atomicity: of each device by itself. A call that failed may have been done in part or wholly.
// Ordering: what one shard puts and removes of one device is done in the order of the calls.
// Idempotency: to put or remove again changes nothing but the time an entry lives.
// Errors: `overloaded` when the registry does not answer in time or the queue to it is full.
class PresenceRegistry {
public:
    // An entry that has lapsed is still found for so long, because it tells when a user was seen
    // last whose node died. One that was removed is gone.
    static constexpr std::chrono::hours lapsed_kept{24};
    static constexpr std::size_t max_batch = 500;  // of devices or users in one call

    virtual ~PresenceRegistry() = default;

    // Whose devices are put here.
    virtual NodeId node() const = 0;
    // Before the first follow().
    virtual void listen(PresenceListener& listener) = 0;

    // The devices have sessions here, at the time `now` of this node's clock; that counts for
    // `lives` by the registry's clock. Answers how many of them were not there, or had lapsed.
    virtual base::Task<base::Result<std::size_t>> put(std::vector<PresentDevice> devices,
                                                      base::Timestamp now,
                                                      std::chrono::milliseconds lives) = 0;
    // This node's entries of the devices are gone; others' stay.
    virtual base::Task<base::Result<void>> remove(std::vector<PresentDevice> devices) = 0;
    // One answer for each user, in that order: what all nodes say of his devices, in no order.
    virtual base::Task<base::Result<std::vector<std::vector<PresenceEntry>>>> find(
        std::vector<domain::UserId> users) = 0;

    // The listener hears of the user's changes that begin from now on, until unfollow(). Following
    // twice is following once.
    virtual void follow(domain::UserId user) = 0;
    virtual void unfollow(domain::UserId user) = 0;
};

}  // namespace banter::ports
