#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "domain/chat.hpp"
#include "domain/ids.hpp"
#include "domain/message.hpp"

namespace banter::ports {

// A change of a chat that has been decided and waits for its place in the chat's sequence.
// Recognised by `id` however often it is sequenced.
struct ControlMessage {
    domain::ClientId id;  // one for each change, made by whoever decided it
    domain::ChatId chat;
    domain::UserId actor;
    domain::Event event;
};

struct NewChat {
    domain::Chat chat;
    std::vector<domain::Member> members;
    std::optional<ControlMessage> control;      // groups: their first event
    std::optional<domain::ClientId> client_id;  // of the creator, makes a retry find the chat
    domain::UserId creator;
};

struct MemberChange {
    ControlMessage control;             // its event says what happened
    std::vector<domain::Member> added;  // without joined_seq
    std::vector<domain::UserId> removed;
    std::vector<std::pair<domain::UserId, domain::Role>> roles;
    std::optional<std::string> title;
};

struct ChatWithMembers {
    domain::Chat chat;
    std::vector<domain::Member> members;  // in order of joining
};

// A chat as one member sees it.
struct Membership {
    domain::Chat chat;
    domain::Member member;
    std::size_t members = 0;  // how many the chat has
    domain::UserId other;     // direct chats: the other one; groups: zero
};

// A membership that has ended: what the user may still be told of it is joined_seq … left_seq.
struct EndedMembership {
    domain::ChatId chat;
    domain::Seq joined_seq;
    domain::Seq left_seq;  // of the event that ended it
    base::Timestamp left_at;
};

// Chats and who is in them.
//
// Threads: called on a shard, answers on that shard.
// Atomicity: each call is one transaction; a change and its ControlMessage (a row of the outbox)
//   are there together or not at all, durable when the call answers.
// Errors: `not_found`, `conflict` as said; `overloaded` when the engine's queue is full or the
//   engine failed.
class ChatDirectory {
public:
    virtual ~ChatDirectory() = default;

    // Idempotent: answers the chat that is there, `created` false, when one has this id, or when
    // this creator made one with this client_id before.
    struct Created {
        domain::ChatId chat;
        bool created = false;
    };
    virtual base::Task<base::Result<Created>> create(NewChat chat) = 0;

    virtual base::Task<base::Result<std::optional<ChatWithMembers>>> find(domain::ChatId chat) = 0;

    // Every chat that the user is a member of now, in no order.
    virtual base::Task<base::Result<std::vector<Membership>>> memberships(domain::UserId user) = 0;

    // The last ended membership, its left_seq known, of each chat that the user was a member of
    // and is not now, in no order.
    virtual base::Task<base::Result<std::vector<EndedMembership>>> ended_memberships(
        domain::UserId user) = 0;

    // Applies the change and puts its control message into the outbox. A user in `added` who is a
    // member already, or in `removed` who is none, is left as he is.
    virtual base::Task<base::Result<void>> change(MemberChange change) = 0;

    // The control message got its place: writes joined_seq of the members it added (all members
    // for `created`), left_seq of those it removed, and takes it out of the outbox. Idempotent.
    virtual base::Task<base::Result<void>> sequenced(ControlMessage control, domain::Seq seq) = 0;

    // Control messages not yet sequenced, oldest first.
    virtual base::Task<base::Result<std::vector<ControlMessage>>> outbox() = 0;
};

}  // namespace banter::ports
