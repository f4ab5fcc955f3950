#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "chat/chat_state.hpp"
#include "chat/fan_out.hpp"
#include "chat/node_bus.hpp"
#include "chat/relations.hpp"
#include "chat/sequencer.hpp"
#include "chat/typing.hpp"
#include "ports/chat_directory.hpp"
#include "ports/clock.hpp"
#include "ports/inbox.hpp"
#include "ports/message_log.hpp"
#include "ports/message_store.hpp"
#include "ports/personal_states.hpp"
#include "ports/random.hpp"
#include "ports/receipts.hpp"

namespace banter::chat {

struct ChatLimits {
    std::size_t max_members = 500;
    SequencerLimits sequencer;
};

// What the chat service stands on.
struct ChatPorts {
    ports::MessageStore& store;
    ports::Receipts& receipts;
    ports::Inbox& inbox;
    ports::ChatDirectory& directory;
    ports::PersonalStates& states;
    ports::MessageLog& log;
    Relations& relations;
    const ports::Clock& clock;
    ports::Random& random;
    NodeBus* bus = nullptr;  // null: this node is alone
};

// The chats of one shard: loads them, and answers for them. Every method runs on that shard;
// ChatService is the way there from another.
class ChatShard {
public:
    ChatShard(base::Executor& executor, const runtime::Shards& shards,
              std::vector<delivery::Registry*> registries, ChatPorts ports, ChatLimits limits);

    Sequencer& sequencer() { return sequencer_; }
    bool idle() const { return sequencer_.idle() && loading_.empty() && accepting_.empty(); }
    FanOut& fan_out() { return fan_out_; }
    const ChatPorts& ports() const { return ports_; }
    const ChatLimits& limits() const { return limits_; }
    std::size_t loaded() const { return chats_.size(); }

    // `not_found` when there is no such chat, `overloaded` while it is not this node's.
    base::Task<base::Result<std::shared_ptr<ChatState>>> load(domain::ChatId chat);
    // The same, and `not_found` too when the user is no member.
    base::Task<base::Result<std::shared_ptr<ChatState>>> load_for(domain::ChatId chat,
                                                                  domain::UserId user);

    // Its ticket gets the answer.
    void send(ports::SendCommand command);

    // ---- of the log
    void assigned(std::int32_t partition, std::uint64_t generation);
    void revoked(std::int32_t partition);
    void append_failed(const ports::ControlMessage& control, const base::Problem& problem);
    // The node has ended, and follows nothing any more.
    void forget_follower(ports::NodeId node);
    // Who may be told what may have changed unnoticed. On any shard.
    void forget_policies();
    bool owns(domain::ChatId chat) const { return ports_.log.owns(ports_.log.partition_of(chat)); }
    // It is consumed here, whether or not another may do so, too.
    bool has_partition_of(domain::ChatId chat) const {
        const auto partition = ports_.log.partition_of(chat);
        return !ports_.log.replays() || sequencer_.progress().generation(partition) != 0;
    }

    // From now on the session's shard is told what happens in the chat, until detach.
    base::Task<base::Result<Attachment>> attach(domain::ChatId chat, domain::UserId user,
                                                domain::DeviceId device, Follower follower,
                                                base::Timestamp since);
    void detach(domain::ChatId chat, Follower follower);

    base::Task<base::Result<void>> received(domain::ChatId chat, domain::UserId user,
                                            domain::DeviceId device, domain::Seq seq);
    base::Task<base::Result<void>> read(domain::ChatId chat, domain::UserId user, domain::Seq seq);
    // Of who is a member or not.
    base::Task<base::Result<void>> begin_cursor(ports::CursorRow cursor) {
        return committed_cursor(cursor);
    }
    base::Task<void> typing(domain::ChatId chat, domain::UserId user, bool on,
                            domain::TypingKind kind);

    base::Task<base::Result<ChatView>> view(domain::ChatId chat, domain::UserId user);
    base::Task<base::Result<std::vector<MemberView>>> members(domain::ChatId chat,
                                                              domain::UserId viewer);

    // Appends the change to the log and answers when it is durable and the directory has been told.
    // When it could not get its place now, answers why; then, and when the directory could not be
    // told, it is tried again until all is done.
    base::Task<base::Result<domain::Seq>> sequence(ports::ControlMessage control);
    // Gives the changes of the chat that a failure left in the outbox their place, in their order.
    // Before another change of it is decided, and only by who has the turn to change it.
    base::Task<base::Result<void>> settle(domain::ChatId chat);
    // The same for who has not the turn, whether or not anything is known to be left.
    base::Task<base::Result<void>> settle_in_turn(domain::ChatId chat);
    // The directory answered a change with this: when it failed, it may have it nevertheless.
    void settle_if_unsure(domain::ChatId chat, const base::Problem& problem);
    // The version of the chat in the directory, when the state has all the changes of it; else
    // `overloaded`. None: nobody else can be changing it. By who has the turn to change it.
    base::Task<base::Result<std::optional<std::uint64_t>>> version_of(
        std::shared_ptr<ChatState> state);

    // Either user of the direct chat has blocked or unblocked the other.
    base::Task<base::Result<bool>> refresh_blocks(domain::ChatId chat);
    // Chats nobody follows and nobody used for a minute leave the memory; changes that others left
    // in the outbox get their place.
    void forget_idle();

private:
    using LoadResult = base::Result<std::shared_ptr<ChatState>>;

    base::Result<Attachment> attachment_for(const ChatState& state, domain::UserId user,
                                            domain::DeviceId device) const;
    // Who waits for a chat to be loaded. The sequencer waits until it is: see Sequencer.
    enum class Patience { answer_failure, try_again };
    struct Loading {
        base::Completion<LoadResult> done;
        Patience patience;
    };

    void append(bool blocked, ports::SendCommand command);
    base::Task<void> accept(domain::ChatId chat);
    base::Task<base::Result<bool>> blocked_in(domain::ChatId chat);
    void refuse(const ports::SendCommand& command, const base::Problem& problem);
    base::Task<LoadResult> fold_of(domain::ChatId chat, Patience patience);
    base::Task<void> load_for_waiting(domain::ChatId chat);
    base::Task<void> pause();
    bool answer_impatient(domain::ChatId chat, const LoadResult& result);
    base::Task<LoadResult> read_state(domain::ChatId chat);
    base::Task<base::Result<std::shared_ptr<ChatState>>> read_members(
        domain::ChatId chat, std::vector<ports::ControlMessage>& outbox);
    base::Task<base::Result<void>> read_senders(ChatState& state);
    base::Task<base::Result<void>> apply_placed(ChatState& state,
                                                std::vector<ports::ControlMessage> outbox);
    base::Task<base::Result<void>> read_blocks(ChatState& state);
    base::Result<void> unless_moved(const ChatState& state, base::Result<void> result) const;
    base::Task<void> tell_missed(std::shared_ptr<ChatState> chat, domain::Seq told);
    void keep_anchor(domain::ChatId chat, std::shared_ptr<Anchor> anchor);
    base::Task<base::Result<void>> ended_received(domain::ChatId chat, domain::UserId user,
                                                  domain::DeviceId device, domain::Seq seq);
    base::Task<base::Result<void>> committed_cursor(ports::CursorRow cursor);
    base::Task<base::Result<void>> committed_marks(std::shared_ptr<ChatState> chat,
                                                   domain::UserId user, domain::Marks marks);
    base::Task<base::Result<void>> committed_both(std::shared_ptr<ChatState> chat,
                                                  ports::CursorRow cursor);
    void relay_typing(domain::ChatId chat, domain::UserId user, bool on, domain::TypingKind kind);
    base::Task<void> write_back(ports::ControlMessage control, domain::Seq seq,
                                ports::Delivery delivery);
    using Sequenced = std::vector<base::Completion<base::Result<domain::Seq>>>;
    Sequenced take_sequencing(domain::ClientId control);
    void answer_sequencing(domain::ClientId control, const base::Problem& problem);
    void settle_later(domain::ChatId chat);
    base::Task<void> settle_again(domain::ChatId chat);
    void forget_all();
    Followers nobody() const { return {std::vector<bool>(shards_.count()), {}}; }
    void forget_of(std::int32_t partition);
    void give_up_changes(const std::function<bool(domain::ChatId)>& concerned);
    base::Task<void> settle_outbox();
    base::Task<void> take_late_marks(std::int32_t partition);

    base::Executor& executor_;
    const runtime::Shards& shards_;
    ChatPorts ports_;
    ChatLimits limits_;
    FanOut fan_out_;
    TypingRelay typing_;
    Sequencer sequencer_;
    std::unordered_map<domain::ChatId, std::shared_ptr<ChatState>> chats_;
    std::unordered_map<domain::ChatId, std::vector<Loading>> loading_;
    // Sends that wait until it is known whether one of the two blocks the other.
    std::unordered_map<domain::ChatId, std::vector<ports::SendCommand>> accepting_;
    std::size_t accepting_count_ = 0;
    // A partition that came a moment ago, and the chats of it that were loaded since.
    struct Settling {
        std::vector<domain::ChatId> chats;
        base::Timer end;
    };
    std::unordered_map<std::int32_t, Settling> settling_;
    // What never changes of chats of other nodes.
    struct Kind {
        std::optional<std::pair<domain::UserId, domain::UserId>> direct;  // its two users
    };
    std::unordered_map<domain::ChatId, Kind> kinds_;
    // Of chats that were forgotten, until they are loaded again.
    std::unordered_map<domain::ChatId, std::shared_ptr<Anchor>> anchors_;
    struct Sequencing {
        domain::ChatId chat;
        base::Completion<base::Result<domain::Seq>> done;
    };
    std::unordered_multimap<domain::ClientId, Sequencing> sequencing_;
    // A chat of which the outbox may hold changes that nobody is placing.
    struct Unplaced {
        bool open = true;  // not being settled just now
        bool retrying = false;
        std::chrono::milliseconds delay{};
        base::Timer retry;
    };
    std::unordered_map<domain::ChatId, Unplaced> unplaced_;
};

}  // namespace banter::chat
