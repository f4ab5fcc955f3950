#include "adapters/memory/memory_presence_registry.hpp"

#include <algorithm>

namespace banter::adapters::memory {

using base::Result;
using base::Task;
using domain::UserId;
using ports::PresenceEntry;
using ports::PresentDevice;

void MemoryPresenceEntries::lose_all(bool told) {
    std::vector<ports::PresenceListener*> listeners;
    {
        const std::lock_guard lock(mutex_);
        entries_.clear();
        for (const auto& [id, node] : nodes_) {
            if (told && node->listener_ != nullptr) listeners.push_back(node->listener_);
        }
    }
    for (auto* listener : listeners)
        listener->presence_lost();
}

void MemoryPresenceEntries::tell(ports::NodeId changed_by, const std::set<UserId>& users) {
    std::vector<std::pair<ports::PresenceListener*, UserId>> notices;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, node] : nodes_) {
            if (id == changed_by || node->listener_ == nullptr) continue;
            for (const auto user : users) {
                if (node->followed_.contains(user)) notices.emplace_back(node->listener_, user);
            }
        }
    }
    for (const auto& [listener, user] : notices)
        listener->presence_changed(user);
}

MemoryPresenceRegistry::MemoryPresenceRegistry(MemoryPresenceEntries& entries, ports::NodeId node)
    : shared_(entries), node_(node) {
    const std::lock_guard lock(shared_.mutex_);
    shared_.nodes_[node_] = this;
}

MemoryPresenceRegistry::~MemoryPresenceRegistry() {
    const std::lock_guard lock(shared_.mutex_);
    shared_.nodes_.erase(node_);
}

void MemoryPresenceRegistry::listen(ports::PresenceListener& listener) {
    const std::lock_guard lock(shared_.mutex_);
    listener_ = &listener;
}

Task<Result<std::size_t>> MemoryPresenceRegistry::put(std::vector<PresentDevice> devices,
                                                      base::Timestamp now,
                                                      std::chrono::milliseconds lives) {
    std::size_t fresh = 0;
    std::set<UserId> changed;
    {
        const std::lock_guard lock(shared_.mutex_);
        const auto time = shared_.clock_.steady();
        for (const auto& [user, device] : devices) {
            auto& places = shared_.entries_[user];
            const auto [place, added] = places.try_emplace({device, node_});
            if (added || place->second.until <= time) {
                ++fresh;
                changed.insert(user);
            }
            place->second = {now, time + lives};
        }
    }
    shared_.tell(node_, changed);
    co_return fresh;
}

Task<Result<void>> MemoryPresenceRegistry::remove(std::vector<PresentDevice> devices) {
    std::set<UserId> changed;
    {
        const std::lock_guard lock(shared_.mutex_);
        for (const auto& [user, device] : devices) {
            const auto found = shared_.entries_.find(user);
            if (found == shared_.entries_.end()) continue;
            if (found->second.erase({device, node_}) > 0) changed.insert(user);
            if (found->second.empty()) shared_.entries_.erase(found);
        }
    }
    shared_.tell(node_, changed);
    co_return Result<void>{};
}

Task<Result<std::vector<std::vector<PresenceEntry>>>> MemoryPresenceRegistry::find(
    std::vector<UserId> users) {
    std::vector<std::vector<PresenceEntry>> answer;
    const std::lock_guard lock(shared_.mutex_);
    const auto time = shared_.clock_.steady();
    for (const auto user : users) {
        auto& list = answer.emplace_back();
        const auto found = shared_.entries_.find(user);
        if (found == shared_.entries_.end()) continue;
        std::erase_if(found->second, [&](const auto& place) {
            return place.second.until + ports::PresenceRegistry::lapsed_kept <= time;
        });
        for (const auto& [place, entry] : found->second) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(entry.until - time);
            list.push_back({place.first, place.second, entry.last_seen,
                            std::max(left, std::chrono::milliseconds(0))});
        }
        if (found->second.empty()) shared_.entries_.erase(found);
    }
    co_return answer;
}

void MemoryPresenceRegistry::follow(UserId user) {
    const std::lock_guard lock(shared_.mutex_);
    followed_.insert(user);
}

void MemoryPresenceRegistry::unfollow(UserId user) {
    const std::lock_guard lock(shared_.mutex_);
    followed_.erase(user);
}

}  // namespace banter::adapters::memory
