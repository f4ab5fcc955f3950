#pragma once

#include <array>
#include <mutex>
#include <unordered_map>

#include "ports/message_store.hpp"

namespace banter::chat {

// Which chat each send that is under way is for, over all shards: two tries of one client_id for
// different chats must not both be accepted, and their chats' sequencers do not know each other.
// From its commit on the store knows a send. Any thread.
class SendClaims {
public:
    // False: a send of this key is under way to another chat. Release each claim once.
    bool claim(const ports::SendKey& key, domain::ChatId chat) {
        auto& part = part_of(key);
        const std::scoped_lock lock(part.mutex);
        auto& claim = part.claims.try_emplace(key, Claim{chat, 0}).first->second;
        if (claim.chat != chat) return false;
        ++claim.count;
        return true;
    }

    void release(const ports::SendKey& key) {
        auto& part = part_of(key);
        const std::scoped_lock lock(part.mutex);
        const auto found = part.claims.find(key);
        if (found != part.claims.end() && --found->second.count == 0) part.claims.erase(found);
    }

private:
    struct Claim {
        domain::ChatId chat;
        std::size_t count = 0;
    };
    struct KeyHash {
        std::size_t operator()(const ports::SendKey& key) const noexcept {
            return std::hash<domain::ClientId>{}(key.client_id) ^ key.device.value;
        }
    };
    // Each with a lock of its own, so that shards seldom meet.
    struct Part {
        std::mutex mutex;
        std::unordered_map<ports::SendKey, Claim, KeyHash> claims;
    };

    Part& part_of(const ports::SendKey& key) {
        return parts_[key.client_id.value.bytes[15] % parts_.size()];
    }

    std::array<Part, 64> parts_;
};

}  // namespace banter::chat
