#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "chat/chat_views.hpp"
#include "domain/chat.hpp"
#include "domain/message.hpp"
#include "domain/time_uuid.hpp"
#include "domain/watermark.hpp"
#include "ports/message_log.hpp"
#include "ports/message_store.hpp"

namespace banter::chat {

struct MemberState {
    domain::Role role = domain::Role::member;
    domain::Seq joined_seq;
    base::Timestamp joined_at;
    domain::Marks marks;           // as far as acknowledged
    domain::Marks durable;         // as far as committed: what others are shown
    base::Timestamp marks_at;      // when either last moved
    base::Timestamp delivered_at;  // when each did; known of those not durable yet
    base::Timestamp read_at;
    bool marks_touched = false;  // gathered for a batch, or waiting for the end of the tick
};

// Who sent the newest messages, to know whom a mark that moves concerns.
class RecentSenders {
public:
    void push(domain::Seq seq, domain::UserId sender);
    // The senders of (after, through], or nullopt when that reaches further back than is known.
    std::optional<std::vector<domain::UserId>> between(domain::Seq after,
                                                       domain::Seq through) const;

private:
    std::deque<domain::UserId> senders_;
    domain::Seq first_;  // of senders_.front()
};

// One change of the chat at a time; the others wait in line.
class ChangeLock {
public:
    base::Task<void> acquire();
    void release();
    bool held() const { return held_; }

private:
    bool held_ = false;
    std::deque<base::Completion<bool>> waiting_;
};

// Who is told what happens in a chat. Each once: how many of his sessions want it is his affair.
struct Followers {
    std::vector<bool> here;           // by shard of this node
    std::vector<Follower> elsewhere;  // ascending

    bool any() const;
    void add(ports::NodeId self, Follower follower);
    void remove(ports::NodeId self, Follower follower);
    void remove_all_of(ports::NodeId other);
};

// Records of one chat that wait for their place, in the log's order.
struct Lane {
    std::deque<ports::LogRecord> records;
    bool draining = false;
};

// What of a chat stays the same when its state is forgotten and loaded anew: nobody overtakes
// another meanwhile, and nobody is forgotten.
struct Anchor {
    Lane lane;
    ChangeLock changes;
    Followers followers;
    domain::Seq told;  // everything up to this has been told to them

    bool in_use() const { return followers.any() || lane.draining || changes.held(); }
};

// What the owner of a chat knows of it: the fold of its log so far. Belongs to one shard.
struct ChatState {
    domain::Chat chat;
    std::unordered_map<domain::UserId, MemberState> members;
    std::unordered_map<domain::UserId, domain::Marks> former;  // marks of who is no member now
    // Those removed since this was loaded, and what of the chat was theirs to see: a session that
    // is just taking the chat up is still told of it.
    struct Span {
        domain::Seq joined_seq;
        domain::Seq left_seq;
    };
    std::unordered_map<domain::UserId, Span> left;
    // When those joined, by the directory, whose event has no place in the log yet.
    std::unordered_map<domain::UserId, base::Timestamp> joining;
    domain::Seq head;             // the last seq given out
    domain::Seq committed;        // the last seq that is durable
    domain::UuidTicks ticks = 0;  // of the last message_id given out
    ports::HeadRow head_row;
    RecentSenders senders;
    bool blocked = false;  // direct chats: either has blocked the other; for what is accepted now
    bool stale = false;    // a commit failed or the chat has moved: this is not the fold any more
    bool moved = false;    // it has moved: another tells what is to be told of it
    bool touched = false;  // has messages in the batch being gathered
    std::shared_ptr<Anchor> anchor;
    base::Steady last_used;

    const MemberState* member(domain::UserId user) const;
    MemberState* member(domain::UserId user);

    bool may_send(const MemberState& member) const {
        return member.role != domain::Role::member ||
               chat.permissions.send == domain::Allowed::members;
    }
    bool may_edit(const MemberState& member) const {
        return member.role != domain::Role::member ||
               chat.permissions.edit == domain::Allowed::members;
    }

    // The first message that the member may see.
    domain::Seq first_seq(const MemberState& member) const;

    // Gives the event its effect on members and settings, from `seq` on. Idempotent.
    void apply(const domain::Event& event, domain::UserId actor, domain::Seq seq,
               base::Timestamp at);
};

// `not_found`, in words that do not tell an outsider whether there is such a chat.
base::Problem no_such_chat();

// The turn to change a chat, which was acquired: gives it on when the change is through, whichever
// way it ends.
class Turn {
public:
    explicit Turn(std::shared_ptr<ChatState> chat) : chat_(std::move(chat)) {}
    Turn(Turn&&) = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
        if (chat_) chat_->anchor->changes.release();
    }

    const std::shared_ptr<ChatState>& chat() const { return chat_; }

private:
    std::shared_ptr<ChatState> chat_;
};

}  // namespace banter::chat
