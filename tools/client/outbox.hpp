#pragma once

#include <list>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "domain/ids.hpp"
#include "domain/message.hpp"

namespace banter::client {

// What the application sent and the server has not acknowledged yet, in the order sent. Each
// entry is written at most once per connection and again, under the same id, on the next one.
class Outbox {
public:
    struct Entry {
        domain::ClientId client_id;
        domain::ChatId chat;
        domain::Content content;
        bool written = false;  // on the connection that is open now
    };

    explicit Outbox(std::size_t max_in_flight) : max_in_flight_(max_in_flight) {}

    void add(Entry entry) { entries_.push_back(std::move(entry)); }

    // The entries to write now, oldest first; they count as written from here on.
    std::vector<Entry> take_writable(base::Steady now);

    // The server's last word about `client_id` has come: the entry, unless it had come before.
    std::optional<Entry> settle(const domain::ClientId& client_id);

    // The server refuses for now: writes this one again, and nothing else, until then.
    // False when there is no such entry.
    bool postpone(const domain::ClientId& client_id, base::Steady until);

    // No connection any more: everything is to be written again.
    void on_connection_lost();

    // When take_writable would have more, if only time keeps it from that.
    std::optional<base::Steady> held_until() const;

    bool empty() const { return entries_.empty(); }
    std::size_t size() const { return entries_.size(); }

private:
    std::list<Entry>::iterator find(const domain::ClientId& client_id);

    std::list<Entry> entries_;
    std::size_t in_flight_ = 0;
    std::size_t max_in_flight_;
    std::optional<base::Steady> held_until_;
};

}  // namespace banter::client
