#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "domain/ids.hpp"

// What the server tells a client about users, chats and messages. Words whose set may grow
// (kinds, changes, roles, states) stay words here: a client keeps what it does not know.
namespace banter::client {

struct User {
    domain::UserId id;
    std::string username;
    std::string display_name;
    std::string role;  // user, operator; empty where the server does not tell
};

// What an event message says happened.
struct ChatEvent {
    std::string change;  // created, title, description, picture, member_added, …
    std::vector<domain::UserId> users;
    std::string title;
    std::string role;

    bool operator==(const ChatEvent&) const = default;
};

struct Message {
    domain::ChatId chat;
    domain::Seq seq;
    domain::MessageId id;
    domain::UserId sender;
    std::string kind;  // text, image, video, audio, file, event or one of a later version
    std::string text;
    std::optional<domain::MediaId> media;
    std::optional<domain::Seq> reply_to;
    std::optional<ChatEvent> event;
    std::optional<domain::ClientId> client_id;  // on messages of the user's own devices
    base::Timestamp at;
};

struct ChatSummary {
    domain::ChatId id;
    std::string type;      // direct, group
    std::string title;     // of a direct chat: the other one's name
    domain::UserId other;  // of a direct chat; else zero
    domain::Seq head;
    domain::Seq first_seq;  // the first the user may see
    domain::Seq read;       // the user's own read mark
    std::uint64_t unread = 0;
    std::string preview;  // of the newest message
    base::Timestamp at;   // of the newest message
    std::string role;     // the user's own
    std::uint64_t members = 0;
};

struct Member {
    domain::UserId user;
    std::string role;
    base::Timestamp joined_at;
    domain::Seq delivered;
    domain::Seq read;
};

struct Presence {
    domain::UserId user;
    std::string status;  // online, offline, hidden
    std::optional<base::Timestamp> last_seen;
};

struct MessageReceipt {
    domain::UserId user;
    std::optional<base::Timestamp> delivered_at;
    std::optional<base::Timestamp> read_at;
};

// One page of a list. `next` goes into `after`, `previous` into `before`; empty at an end.
template <class T>
struct Page {
    std::vector<T> items;
    std::string next;
    std::string previous;
};

}  // namespace banter::client
