#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "ports/clock.hpp"
#include "ports/user_directory.hpp"

namespace banter::accounts {

// Remembers for a few seconds whose a token is, so that a client's requests do not each ask the
// directory. What it remembers is at most `max_age` old: a revocation elsewhere, or one that a
// look-up overtakes, holds everywhere by then. Any thread.
class TokenCache {
public:
    static constexpr std::chrono::milliseconds max_age = std::chrono::seconds(4);

    // `max_entries` in all.
    TokenCache(const ports::Clock& clock, std::size_t max_entries = 64 * 1024);

    std::optional<ports::TokenHolder> find(const ports::TokenHash& hash);
    void put(const ports::TokenHash& hash, const ports::TokenHolder& holder);
    void forget(domain::DeviceId device);

private:
    struct Entry {
        ports::TokenHolder holder;
        base::Steady until;
    };
    struct HashOfHash {
        std::size_t operator()(const ports::TokenHash& hash) const noexcept;
    };
    // Each with a lock of its own, so that shards seldom meet.
    struct Part {
        std::mutex mutex;
        std::unordered_map<ports::TokenHash, Entry, HashOfHash> entries;
    };

    Part& part_of(const ports::TokenHash& hash) { return parts_[hash.back() % parts_.size()]; }

    const ports::Clock& clock_;
    std::array<Part, 16> parts_;
    const std::size_t max_entries_per_part_;
};

}  // namespace banter::accounts
