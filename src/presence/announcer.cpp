#include "presence/announcer.hpp"

#include "base/fault.hpp"
#include "base/log.hpp"

namespace banter::presence {

using base::Steady;
using base::Task;
using ports::PresentDevice;

std::size_t Announcer::DeviceHash::operator()(const PresentDevice& device) const noexcept {
    return std::hash<std::uint64_t>{}(device.user.value * 0x9E3779B97F4A7C15ULL +
                                      device.device.value);
}

void Announcer::opened(PresentDevice device) {
    auto& entry = entries_[device];
    entry.leaving = false;
    schedule(device, entry, clock_.steady());
    wake();
}

void Announcer::closed(PresentDevice device) {
    auto& entry = entries_[device];
    entry.leaving = true;
    schedule(device, entry, clock_.steady() + times_.grace);
    wake();
}

void Announcer::put_all_again() {
    if (BANTER_FAULT(registry_loss_unnoticed)) return;
    const auto now = clock_.steady();
    for (auto& [device, entry] : entries_) {
        entry.put_at.reset();
        if (!entry.leaving) schedule(device, entry, now);
    }
    not_before_ = now;
    wake();
}

void Announcer::schedule(PresentDevice device, Entry& entry, Steady due) {
    agenda_.erase({entry.due, device});
    entry.due = due;
    agenda_.insert({due, device});
}

void Announcer::forget(PresentDevice device) {
    const auto found = entries_.find(device);
    agenda_.erase({found->second.due, device});
    entries_.erase(found);
}

// Later, so that what comes in the same tick is one call.
void Announcer::wake() {
    if (std::exchange(working_, true)) return;
    timer_.cancel();
    shard_.post([this] { base::spawn(work()); });
}

void Announcer::wait_for_next() {
    if (agenda_.empty()) return;
    const auto left = std::max(agenda_.begin()->first, not_before_) - clock_.steady();
    const auto delay = std::chrono::ceil<std::chrono::milliseconds>(left);
    timer_ = shard_.after(std::max(delay, std::chrono::milliseconds(1)), [this] { wake(); });
}

Announcer::Batch Announcer::take_due() {
    Batch batch;
    const auto now = clock_.steady();
    if (now < not_before_) return batch;
    while (!agenda_.empty() && agenda_.begin()->first <= now) {
        const auto device = agenda_.begin()->second;
        auto& entry = entries_.at(device);
        auto& list = entry.leaving ? batch.remove : batch.put;
        if (list.size() == ports::PresenceRegistry::max_batch) break;
        list.push_back(device);
        schedule(device, entry, now + times_.renewal);
    }
    return batch;
}

Task<void> Announcer::work() {
    bool works = true;
    while (works) {
        auto batch = take_due();
        if (batch.put.empty() && batch.remove.empty()) break;
        if (!batch.put.empty()) works = co_await put(std::move(batch.put));
        if (!batch.remove.empty()) works = co_await remove(std::move(batch.remove)) && works;
    }
    if (!works) not_before_ = clock_.steady() + times_.retry;
    working_ = false;
    wait_for_next();
}

Task<bool> Announcer::put(std::vector<PresentDevice> devices) {
    const auto now = clock_.steady();
    std::size_t expected = 0;
    for (const auto& device : devices) {
        const auto& put_at = entries_.at(device).put_at;
        if (!put_at || *put_at + times_.lives <= now) ++expected;
    }
    const auto fresh = co_await registry_.put(devices, clock_.now(), times_.lives);
    if (!fresh) base::log::warn("presence.not_announced", {{"detail", fresh.error().detail}});
    const bool lost = fresh && *fresh > expected;
    if (lost) put_all_again();
    for (const auto& device : devices) {
        const auto found = entries_.find(device);
        if (found == entries_.end()) continue;
        if (fresh) {
            found->second.put_at = now;
        } else if (!found->second.leaving) {
            schedule(device, found->second, now);
        }
    }
    co_return fresh.has_value();
}

// What cannot be removed lapses.
Task<bool> Announcer::remove(std::vector<PresentDevice> devices) {
    const auto removed = co_await registry_.remove(devices);
    if (!removed) base::log::warn("presence.not_removed", {{"detail", removed.error().detail}});
    const auto now = clock_.steady();
    for (const auto& device : devices) {
        const auto found = entries_.find(device);
        if (found == entries_.end()) continue;
        auto& entry = found->second;
        const bool lapsed = !entry.put_at || *entry.put_at + times_.lives <= now;
        if (!entry.leaving) {
            if (removed) entry.put_at.reset();
        } else if (removed || lapsed) {
            forget(device);
        } else {
            schedule(device, entry, now);
        }
    }
    co_return removed.has_value();
}

}  // namespace banter::presence
