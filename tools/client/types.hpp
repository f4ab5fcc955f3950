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
    // Who may know: everyone, contacts, nobody. Told of the user himself only, else empty.
    std::string last_seen_audience = {};
    std::string read_receipts_audience = {};
};

// What an event message says happened.
struct ChatEvent {
    std::string change;  // created, title, description, picture, member_added, …
    std::vector<domain::UserId> users;
    std::string title;
    std::string role;
    std::string description = {};
    bool has_picture = false;  // of the change `picture`: there is one now
    // Of the change `permissions`, as in ChatSummary; empty, none: not told.
    std::string send_scope = {};
    std::string edit_scope = {};
    std::optional<bool> join_approval = {};

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

// How the user keeps a chat for himself, the same on all of his devices.
struct KeptState {
    std::optional<base::Timestamp> muted_until;
    bool pinned = false;
    bool archived = false;
    std::string draft;

    bool operator==(const KeptState&) const = default;
};

// What is to become of a kept state; what is not given stays.
struct KeptChange {
    // Given and empty: no longer muted.
    std::optional<std::optional<base::Timestamp>> muted_until = {};
    std::optional<bool> pinned = {};
    std::optional<bool> archived = {};
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
    std::string description = {};
    bool has_picture = false;
    std::string send_scope = "members";  // who may write: members, admins
    std::string edit_scope = "members";  // who may change title, description and picture
    bool join_approval = false;          // admins let in who follows a link
    std::string history = {};            // from_join, shared
    KeptState kept = {};
};

// What is to become of a group; what is not given stays.
struct GroupChange {
    std::optional<std::string> title = {};
    std::optional<std::string> description = {};
    std::optional<std::string> send_scope = {};
    std::optional<std::string> edit_scope = {};
    std::optional<bool> join_approval = {};
};

struct InviteLink {
    std::string id;
    std::string url;  // of a new one; later the server does not tell
    base::Timestamp expires_at;
    std::optional<std::uint64_t> max_uses;  // none: any number
    std::uint64_t uses = 0;
    domain::UserId created_by;
};

// What an invite link leads to.
struct LinkPreview {
    domain::ChatId chat;
    std::string title;
    std::string description;
    std::uint64_t members = 0;
    bool join_approval = false;
};

// What following a link led to: the chat, or the wait for an admin who lets one in.
struct Followed {
    std::optional<ChatSummary> chat;
};

struct JoinRequest {
    domain::UserId user;
    std::string username;
    std::string display_name;
    base::Timestamp at;
};

struct Report {
    domain::ChatId chat;
    std::vector<domain::Seq> seqs;  // at most 20 messages to copy as evidence
    domain::UserId user;            // zero: nobody in particular
    std::string reason;             // spam, abuse, other
    std::string text;
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
