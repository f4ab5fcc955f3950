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
#include "ports/token_hash.hpp"

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

struct NewPicture {
    std::uint64_t version = 0;  // 0: the picture is removed
    domain::Picture picture;
};

struct MemberChange {
    ControlMessage control;             // its event says what happened
    std::vector<domain::Member> added;  // without joined_seq
    std::vector<domain::UserId> removed;
    std::optional<std::string> title;
    std::optional<std::string> description;
    std::optional<NewPicture> picture;
    // Roles, permissions and join_approval are in the event alone: they hold from its place on.

    // How the one in `added` came. A use of the link is counted if he is added.
    std::optional<domain::LinkId> by_link;
    bool by_request = false;  // his request is let in; a use of its link is counted

    // The version of the chat that this was decided on; none: whichever it has.
    std::optional<std::uint64_t> version = {};
};

// So many links of a chat have not expired, and so many requests wait, at most.
inline constexpr std::size_t max_links = 100;
inline constexpr std::size_t max_join_requests = 1000;

struct ChatWithMembers {
    domain::Chat chat;
    std::vector<domain::Member> members;  // in order of joining
    // Removed by a change that has no place in the log yet: until then the chat goes on with them.
    std::vector<domain::Member> leaving;
    std::vector<ControlMessage> outbox;  // its changes not yet sequenced, oldest first
    std::uint64_t version = 0;           // rises by one with each change
};

// A chat as one member sees it.
struct Membership {
    domain::Chat chat;
    domain::Member member;
    std::size_t members = 0;  // how many the chat has
    domain::UserId other;     // direct chats: the other one; groups: zero
};

// A membership that has ended: what the user may still be told of it is joined_seq … left_seq, and
// where the history is shared what was before, too.
struct EndedMembership {
    domain::ChatId chat;
    domain::HistoryMode history = domain::HistoryMode::from_join;
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

    // Every chat that the user is a member of now, in no order; also those that he is leaving
    // (ChatWithMembers), because his devices are still to be told.
    virtual base::Task<base::Result<std::vector<Membership>>> memberships(domain::UserId user) = 0;

    // The last ended membership, its left_seq known, of each chat that the user was a member of
    // and is not now, in no order. Who is being added again is not a member before joined_seq is
    // known.
    virtual base::Task<base::Result<std::vector<EndedMembership>>> ended_memberships(
        domain::UserId user) = 0;

    // Applies the change and puts its control message into the outbox. A user in `added` who is a
    // member already, or in `removed` who is none, is left as he is. The open requests of those in
    // `added` are over. `not_found`, and nothing is changed: no such chat; the link of `by_link` is
    // gone, has expired or is used up; there is no request for `by_request`. What the link of a
    // request may still be used for does not matter: it is an admin who lets the user in.
    // `conflict`, and nothing is changed: the chat has another version than the change's.
    virtual base::Task<base::Result<void>> change(MemberChange change) = 0;

    // The control message got its place: writes joined_seq of the members it added (all members
    // for `created`), left_seq of those it removed, the roles (with an `owner` the actor becomes an
    // admin), permissions and join_approval of a change of these, and takes it out of the outbox.
    // Idempotent.
    virtual base::Task<base::Result<void>> sequenced(ControlMessage control, domain::Seq seq) = 0;

    // Control messages not yet sequenced, oldest first.
    virtual base::Task<base::Result<std::vector<ControlMessage>>> outbox() = 0;

    // Invite links. `hash` is of the token, which no directory knows. `conflict`: the chat has
    // max_links already.
    virtual base::Task<base::Result<void>> create_link(domain::InviteLink link, TokenHash hash) = 0;
    // Also one that is used up or has expired, as long as it is kept.
    virtual base::Task<base::Result<std::optional<domain::InviteLink>>> find_link(
        TokenHash hash) = 0;
    // Those that have not expired, the oldest first.
    virtual base::Task<base::Result<std::vector<domain::InviteLink>>> links(
        domain::ChatId chat) = 0;
    // `not_found`: the chat has no such link.
    virtual base::Task<base::Result<void>> remove_link(domain::ChatId chat,
                                                       domain::LinkId link) = 0;

    // Requests to be let in. Answers whether it is new: of one user and chat there is one, and the
    // first stays. `conflict`: max_join_requests wait already.
    virtual base::Task<base::Result<bool>> add_request(domain::JoinRequest request) = 0;
    // The oldest first.
    virtual base::Task<base::Result<std::vector<domain::JoinRequest>>> requests(
        domain::ChatId chat) = 0;
    // `not_found`: there is no such request.
    virtual base::Task<base::Result<void>> remove_request(domain::ChatId chat,
                                                          domain::UserId user) = 0;

    // nullopt: the chat has none.
    virtual base::Task<base::Result<std::optional<domain::Picture>>> picture(
        domain::ChatId chat) = 0;
};

}  // namespace banter::ports
