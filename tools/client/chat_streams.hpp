#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "domain/ids.hpp"

namespace banter::client {

// Where this device is in each chat's stream, which is `message` ∪ `sent` in seq order: tells
// what is new, what is a repeat and where something is missing.
class ChatStreams {
public:
    struct Gap {
        domain::ChatId chat;
        domain::Seq after;   // the last one seen
        domain::Seq before;  // the one that came next

        bool operator==(const Gap&) const = default;
    };
    struct Arrival {
        bool repeat = false;
        std::optional<Gap> gap;
    };

    // A `message` frame. The first of a chat may have any seq.
    Arrival on_message(const domain::ChatId& chat, domain::Seq seq);

    // A `sent` frame. While the backlog is on its way (`synced` false) the answer to a repeated
    // send may overtake older messages of its chat; it counts once those have come.
    Arrival on_sent(const domain::ChatId& chat, domain::Seq seq, bool synced);

    // Chats with frames that overtook the backlog.
    std::vector<domain::ChatId> overtaken() const;
    // The backlog is through: what overtook it takes its place now.
    std::vector<Gap> on_synced();

    // The last seq up to which this device has all it was sent; none for a chat not heard of.
    std::optional<domain::Seq> mark(const domain::ChatId& chat) const;

    // The same of every chat.
    std::vector<std::pair<domain::ChatId, domain::Seq>> marks() const;

    // A membership ended: the next one begins anywhere after it.
    void on_membership_ended(const domain::ChatId& chat) { streams_[chat].ended = true; }

private:
    struct Stream {
        std::optional<domain::Seq> mark;
        std::set<domain::Seq> ahead;
        bool ended = false;

        Arrival advance(const domain::ChatId& chat, domain::Seq seq);
    };

    std::map<domain::ChatId, Stream> streams_;
};

}  // namespace banter::client
