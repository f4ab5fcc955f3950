#include "client/outbox.hpp"

#include <algorithm>

namespace banter::client {

std::list<Outbox::Entry>::iterator Outbox::find(const domain::ClientId& client_id) {
    return std::ranges::find(entries_, client_id, &Entry::client_id);
}

std::vector<Outbox::Entry> Outbox::take_writable(base::Steady now) {
    std::vector<Entry> writable;
    if (held_until_ && now < *held_until_) return writable;
    held_until_.reset();
    for (auto& entry : entries_) {
        if (in_flight_ >= max_in_flight_) break;
        if (entry.written) continue;
        entry.written = true;
        ++in_flight_;
        writable.push_back(entry);
    }
    return writable;
}

std::optional<Outbox::Entry> Outbox::settle(const domain::ClientId& client_id) {
    const auto found = find(client_id);
    if (found == entries_.end()) return std::nullopt;
    if (found->written) --in_flight_;
    Entry entry = std::move(*found);
    entries_.erase(found);
    return entry;
}

bool Outbox::postpone(const domain::ClientId& client_id, base::Steady until) {
    const auto found = find(client_id);
    if (found == entries_.end()) return false;
    if (found->written) {
        found->written = false;
        --in_flight_;
    }
    held_until_ = std::max(held_until_.value_or(until), until);
    return true;
}

void Outbox::on_connection_lost() {
    for (auto& entry : entries_)
        entry.written = false;
    in_flight_ = 0;
    held_until_.reset();
}

std::optional<base::Steady> Outbox::held_until() const {
    const bool waiting = std::ranges::any_of(entries_, [](const Entry& e) { return !e.written; });
    return waiting && in_flight_ < max_in_flight_ ? held_until_ : std::nullopt;
}

}  // namespace banter::client
