#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "domain/chat.hpp"
#include "domain/ids.hpp"

namespace banter::domain {

enum class MessageKind { text, image, video, audio, file, event };

enum class Change {
    created,
    title,
    description,
    picture,
    member_added,
    member_removed,
    role,
    permissions,
};

// What an event message says happened; the message's sender is the one who did it.
struct Event {
    Change change = Change::created;
    std::vector<UserId> users;     // whom it concerns
    std::string title;             // change == title or created
    std::optional<Role> role;      // change == role
    std::string description = {};  // change == description
    std::uint64_t picture = 0;     // change == picture; 0: removed
    Permissions permissions = {};  // change == permissions, and join_approval with it
    bool join_approval = false;

    bool operator==(const Event&) const = default;
};

// What a sender says: the part of a message that a retry must repeat to be the same message.
struct Content {
    MessageKind kind = MessageKind::text;
    std::string text;
    std::optional<MediaId> media;
    std::optional<Seq> reply_to;
    std::optional<Event> event;

    bool operator==(const Content&) const = default;
};

struct Message {
    ChatId chat;
    Seq seq;
    MessageId id;
    UserId sender;
    DeviceId device;  // zero for events
    ClientId client_id;
    base::Timestamp at;
    Content content;

    bool operator==(const Message&) const = default;
};

// 16 bytes that differ, but for chance of 2^-64, when the meaning of two sends differs:
// the BLAKE2b of chat, kind, text, media and reply_to.
using ContentDigest = std::array<std::uint8_t, 16>;
ContentDigest digest(const ChatId& chat, const Content& content);

// Up to 100 characters of the text for a chat list; empty for events and media without text.
std::string preview(const Content& content);

}  // namespace banter::domain
