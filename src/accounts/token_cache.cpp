#include "accounts/token_cache.hpp"

#include <cstring>

namespace banter::accounts {

std::size_t TokenCache::HashOfHash::operator()(const ports::TokenHash& hash) const noexcept {
    std::size_t value = 0;  // the bytes are as good as random
    std::memcpy(&value, hash.data(), sizeof(value));
    return value;
}

TokenCache::TokenCache(const ports::Clock& clock, std::size_t max_entries)
    : clock_(clock), max_entries_per_part_(max_entries / parts_.size() + 1) {}

std::optional<ports::TokenHolder> TokenCache::find(const ports::TokenHash& hash) {
    auto& part = part_of(hash);
    const std::lock_guard lock(part.mutex);
    const auto found = part.entries.find(hash);
    if (found == part.entries.end()) return std::nullopt;
    const auto& [holder, until] = found->second;
    if (until <= clock_.steady() || holder.expires_at <= clock_.now()) {
        part.entries.erase(found);
        return std::nullopt;
    }
    return holder;
}

void TokenCache::put(const ports::TokenHash& hash, const ports::TokenHolder& holder) {
    auto& part = part_of(hash);
    const std::lock_guard lock(part.mutex);
    const auto now = clock_.steady();
    if (part.entries.size() >= max_entries_per_part_) {
        std::erase_if(part.entries, [&](const auto& entry) { return entry.second.until <= now; });
    }
    if (part.entries.size() >= max_entries_per_part_) return;
    part.entries.insert_or_assign(hash, Entry{holder, now + max_age});
}

void TokenCache::forget(domain::DeviceId device) {
    for (auto& part : parts_) {
        const std::lock_guard lock(part.mutex);
        std::erase_if(part.entries,
                      [&](const auto& entry) { return entry.second.holder.device == device; });
    }
}

}  // namespace banter::accounts
