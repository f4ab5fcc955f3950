#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "chat/chat_state.hpp"
#include "chat/fan_out.hpp"
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
};

// Where a session's stream of a chat begins, and which marks moved since it was last there.
struct Attachment {
    domain::Seq first_seq;
    domain::Seq head;
    domain::Seq delivered;                // the user's own mark
    domain::Seq cursor;                   // what the device has acknowledged and is not durable yet
    std::optional<domain::Seq> last_seq;  // removed again already: nothing after this
    std::vector<protocol::Receipt> receipts;
};

// A chat as one member sees it.
struct ChatView {
    domain::Chat chat;
    domain::Role role = domain::Role::member;
    domain::Seq head;
    domain::Seq first_seq;
    domain::Marks marks;  // the member's own
    std::size_t members = 0;
    domain::UserId other;  // direct chats
    std::string preview;
    base::Timestamp at;  // of the last message; of the chat's making while there is none
};

struct MemberView {
    domain::UserId user;
    domain::Role role = domain::Role::member;
    base::Timestamp joined_at;
    domain::Seq joined_seq;
    domain::Seq delivered;
    std::optional<domain::Seq> read;  // withheld by the member's privacy: none
    bool shows_read = true;
};

// The chats of one shard: loads them, and answers for them. Every method runs on that shard;
// ChatService is the way there from another.
class ChatShard {
public:
    ChatShard(base::Executor& executor, const runtime::Shards& shards,
              std::vector<delivery::Registry*> registries, ChatPorts ports, ChatLimits limits);

    Sequencer& sequencer() { return sequencer_; }
    bool idle() const { return sequencer_.idle() && loading_.empty(); }
    FanOut& fan_out() { return fan_out_; }
    const ChatPorts& ports() const { return ports_; }
    const ChatLimits& limits() const { return limits_; }
    std::size_t loaded() const { return chats_.size(); }

    // `not_found` when there is no such chat.
    base::Task<base::Result<std::shared_ptr<ChatState>>> load(domain::ChatId chat);
    // The same, and `not_found` too when the user is no member.
    base::Task<base::Result<std::shared_ptr<ChatState>>> load_for(domain::ChatId chat,
                                                                  domain::UserId user);

    void send(ports::SendCommand command, PendingAnswer answer);

    // From now on the session's shard gets what happens in the chat, until detach.
    base::Task<base::Result<Attachment>> attach(domain::ChatId chat, domain::UserId user,
                                                domain::DeviceId device, std::size_t shard,
                                                base::Timestamp since);
    void detach(domain::ChatId chat, std::size_t shard);

    base::Task<base::Result<void>> received(domain::ChatId chat, domain::UserId user,
                                            domain::DeviceId device, domain::Seq seq);
    base::Task<base::Result<void>> read(domain::ChatId chat, domain::UserId user, domain::Seq seq);
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

    // Either user of the direct chat has blocked or unblocked the other.
    base::Task<base::Result<bool>> refresh_blocks(domain::ChatId chat);
    // Chats nobody follows and nobody used for a minute leave the memory.
    void forget_idle();

private:
    using LoadResult = base::Result<std::shared_ptr<ChatState>>;

    base::Result<Attachment> attachment_for(const ChatState& state, domain::UserId user,
                                            domain::DeviceId device) const;
    base::Task<void> load_for_waiting(domain::ChatId chat);
    base::Task<LoadResult> read_state(domain::ChatId chat);
    base::Task<base::Result<bool>> read_log(ChatState& state);
    base::Task<base::Result<void>> apply_placed(ChatState& state,
                                                std::vector<ports::ControlMessage> outbox);
    void drop_unused_anchor(domain::ChatId chat);
    base::Task<base::Result<void>> ended_received(domain::ChatId chat, domain::UserId user,
                                                  domain::DeviceId device, domain::Seq seq);
    base::Task<base::Result<void>> committed_cursor(ports::CursorRow cursor);
    base::Task<base::Result<void>> committed_marks(std::shared_ptr<ChatState> chat,
                                                   domain::UserId user, domain::Marks marks);
    base::Task<base::Result<void>> committed_both(std::shared_ptr<ChatState> chat,
                                                  ports::CursorRow cursor);
    void relay_typing(domain::ChatId chat, domain::UserId user, bool on, domain::TypingKind kind);
    base::Task<void> write_back(ports::ControlMessage control, domain::Seq seq);
    using Sequenced = std::vector<base::Completion<base::Result<domain::Seq>>>;
    Sequenced take_sequencing(domain::ClientId control);
    void settle_later(domain::ChatId chat);
    base::Task<void> settle_again(domain::ChatId chat);
    void forget_all();

    const runtime::Shards& shards_;
    ChatPorts ports_;
    ChatLimits limits_;
    FanOut fan_out_;
    TypingRelay typing_;
    Sequencer sequencer_;
    std::unordered_map<domain::ChatId, std::shared_ptr<ChatState>> chats_;
    std::unordered_map<domain::ChatId, std::vector<base::Completion<LoadResult>>> loading_;
    // Of chats that forget_all() dropped, until they are loaded again.
    std::unordered_map<domain::ChatId, std::shared_ptr<Anchor>> anchors_;
    std::unordered_multimap<domain::ClientId, base::Completion<base::Result<domain::Seq>>>
        sequencing_;
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
