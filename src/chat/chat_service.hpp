#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "chat/chat_shard.hpp"
#include "chat/group_changes.hpp"
#include "chat/group_links.hpp"
#include "chat/send_claims.hpp"

namespace banter::chat {

// One page of a list and how to go on. Empty cursors: nothing there.
struct HistoryPage {
    std::vector<domain::Message> messages;
    std::optional<domain::Seq> next;      // newer ones are after this
    std::optional<domain::Seq> previous;  // older ones are before this
};

struct HistoryQuery {
    domain::ChatId chat;
    std::optional<domain::Seq> before;  // newest first
    std::optional<domain::Seq> after;   // oldest first; neither: the newest page
    std::size_t limit = 50;
};

// One line of a user's chat list.
struct ChatSummary {
    ChatView view;
    std::uint64_t unread = 0;
};

struct ReceiptView {
    domain::UserId user;
    std::optional<base::Timestamp> delivered_at;
    std::optional<base::Timestamp> read_at;
};

// A chat that a device has to be fed with, as far as the directory and the cursors tell.
struct FeedChat {
    domain::ChatId chat;
    domain::Seq cursor;                    // what the device has acknowledged
    bool known = false;                    // the device has acknowledged something of it
    std::optional<domain::Seq> first_seq;  // set with last_seq: a membership that has ended
    std::optional<domain::Seq> last_seq;
};

// Everything about chats, callable on any shard of any node; the work is done on the shard of the
// chat, of the node that has it.
class ChatService final : public ports::LogConsumer, public NodeBusReceiver {
public:
    ChatService(const runtime::Shards& shards, std::vector<delivery::Registry*> registries,
                ChatPorts ports, ChatLimits limits);

    void consume(ports::LogRecord record) override;
    void assigned(std::int32_t partition, std::uint64_t generation) override;
    void revoked(std::int32_t partition) override;
    void moved(std::int32_t partition) override;
    void append_failed(const ports::SendCommand& command, const base::Problem& problem) override;
    void append_failed(const ports::ControlMessage& control, const base::Problem& problem) override;

    // ---- of the bus
    void called(ports::NodeId from, Call call, std::function<void(Reply)> answered) override;
    void told(ports::NodeId from, std::uint32_t shard, delivery::Mail mail) override;
    void lost(ports::NodeId peer) override;
    void gone(ports::NodeId peer) override;

    // `answered` is called on the calling shard, which is `shard`.
    void send(std::size_t shard, ports::SendCommand command, delivery::Answered answered);
    base::Task<base::Result<void>> received(domain::ChatId chat, domain::UserId user,
                                            domain::DeviceId device, domain::Seq seq);
    base::Task<base::Result<void>> read(domain::ChatId chat, domain::UserId user, domain::Seq seq);
    void typing(domain::ChatId chat, domain::UserId user, bool on, domain::TypingKind kind);

    // The chats that a session of this device follows, ended memberships with something still to
    // tell among them.
    base::Task<base::Result<std::vector<FeedChat>>> feed_chats(domain::UserId user,
                                                               domain::Device device);
    // From now on the calling shard, which is `shard`, is told what happens in the chat, until as
    // many calls of detach.
    base::Task<base::Result<Attachment>> attach(domain::ChatId chat, domain::UserId user,
                                                domain::DeviceId device, std::size_t shard,
                                                base::Timestamp since);
    // What the device has acknowledged of the chat; zero: nothing.
    base::Task<base::Result<domain::Seq>> cursor(domain::ChatId chat, domain::UserId user,
                                                 domain::DeviceId device);
    // A new device takes the chat up behind `seq`.
    void begin_cursor(domain::ChatId chat, domain::UserId user, domain::DeviceId device,
                      domain::Seq seq);
    void detach(domain::ChatId chat, std::size_t shard);

    base::Task<base::Result<ports::ChatDirectory::Created>> open_direct(domain::UserId user,
                                                                        domain::UserId other);
    base::Task<base::Result<ports::ChatDirectory::Created>> create_group(NewGroup group);
    base::Task<base::Result<std::vector<domain::UserId>>> add(domain::ChatId chat,
                                                              domain::UserId actor,
                                                              std::vector<domain::UserId> users);
    base::Task<base::Result<void>> remove(domain::ChatId chat, domain::UserId actor,
                                          domain::UserId user);
    base::Task<base::Result<void>> set_role(domain::ChatId chat, domain::UserId actor,
                                            domain::UserId user, domain::Role role);
    base::Task<base::Result<void>> edit(domain::ChatId chat, domain::UserId actor, GroupEdit edit);
    // nullopt: removes it.
    base::Task<base::Result<void>> set_picture(domain::ChatId chat, domain::UserId actor,
                                               std::optional<domain::Picture> picture);
    // `not_found` also when the chat has none.
    base::Task<base::Result<domain::Picture>> picture(domain::ChatId chat, domain::UserId viewer);

    base::Task<base::Result<NewLink>> create_link(domain::ChatId chat, domain::UserId actor,
                                                  LinkTerms terms);
    base::Task<base::Result<std::vector<domain::InviteLink>>> links(domain::ChatId chat,
                                                                    domain::UserId actor);
    base::Task<base::Result<void>> remove_link(domain::ChatId chat, domain::UserId actor,
                                               domain::LinkId link);
    // What the link leads to, for whoever has its token. `not_found`: it is not good (any more).
    base::Task<base::Result<ChatView>> look(std::string token);
    struct JoinedChat {
        domain::ChatId chat;
        Joined joined = Joined::joined;
    };
    base::Task<base::Result<JoinedChat>> join(std::string token, domain::UserId user);
    // The oldest first.
    base::Task<base::Result<std::vector<domain::JoinRequest>>> requests(domain::ChatId chat,
                                                                        domain::UserId actor);
    base::Task<base::Result<void>> accept(domain::ChatId chat, domain::UserId actor,
                                          domain::UserId user);
    // `actor == user`: takes his own request back.
    base::Task<base::Result<void>> refuse(domain::ChatId chat, domain::UserId actor,
                                          domain::UserId user);

    base::Task<base::Result<ChatSummary>> summary(domain::ChatId chat, domain::UserId user);
    // The user's chats, the most recently active first.
    struct Activity {
        domain::ChatId chat;
        base::Timestamp at;
    };
    base::Task<base::Result<std::vector<Activity>>> activity(domain::UserId user);
    base::Task<base::Result<std::vector<MemberView>>> members(domain::ChatId chat,
                                                              domain::UserId viewer);
    base::Task<base::Result<HistoryPage>> history(domain::UserId user, HistoryQuery query);
    base::Task<base::Result<std::vector<ReceiptView>>> receipts(domain::ChatId chat,
                                                                domain::UserId viewer,
                                                                domain::Seq seq);

    // Changes what the user keeps of the chat, and tells his sessions everywhere: all in the same
    // order. `origin`: the session that asked, which is told with its `ref`, also when there was
    // nothing to change.
    struct StateOrigin {
        std::weak_ptr<const delivery::Feed> feed;
        protocol::Ref ref;
    };
    base::Task<base::Result<ports::PersonalStateRow>> change_state(
        domain::ChatId chat, domain::UserId user, domain::PersonalStateChange change,
        StateOrigin origin);
    // One for each chat, in that order.
    base::Task<base::Result<std::vector<ports::PersonalStateRow>>> states(
        domain::UserId user, std::vector<domain::ChatId> chats);
    base::Task<base::Result<std::vector<ports::PersonalStateRow>>> states_since(
        domain::UserId user, base::Timestamp since);

    // A user's privacy or contacts have changed: what marks others are shown depends on it.
    void policy_changed(domain::UserId user);
    base::Task<base::Result<void>> blocks_changed(domain::UserId one, domain::UserId other);

    // Gives every change that the outbox still holds its place. Before the first session.
    base::Task<base::Result<std::size_t>> recover();
    // Nothing is under way on this shard. On that shard.
    bool idle(std::size_t shard) const { return chat_shards_[shard]->idle(); }
    // Drops what nobody uses; call it every now and then, on any shard.
    void forget_idle();

private:
    std::size_t home(domain::ChatId chat) const { return home_of(ports_.log.partition_of(chat)); }
    std::size_t home_of(std::int32_t partition) const {
        return static_cast<std::size_t>(partition) % shards_.count();
    }
    base::Task<base::Result<void>> settle(domain::ChatId chat);
    base::Task<base::Result<ports::PersonalStateRow>> apply_state(
        domain::ChatId chat, domain::UserId user, domain::PersonalStateChange change,
        StateOrigin origin);
    base::Task<base::Result<domain::InviteLink>> find_link(std::string token);
    // Asks whoever has the chat.
    template <class C>
    base::Task<base::Result<typename C::Answer>> ask(C call);
    template <class C>
    base::Task<base::Result<typename C::Answer>> ask_here(C call);
    base::Task<base::Result<Reply>> ask_there(ports::NodeId node, Call call);
    void tell_of_detach(domain::ChatId chat, std::size_t shard);
    base::Task<void> pause();
    void answer_overdue(std::size_t shard);
    void take_up_again(delivery::Concerned concerned);
    base::Task<base::Result<std::uint64_t>> unread(const ChatView& view, domain::UserId user);

    runtime::Shards shards_;
    std::vector<delivery::Registry*> registries_;
    ChatPorts ports_;
    ChatLimits limits_;
    SendClaims claims_;
    std::vector<std::unique_ptr<ChatShard>> chat_shards_;

    // What each shard has for its sessions of chats wherever they are. Touched only there.
    struct Front {
        std::unordered_map<domain::ChatId, std::size_t> following;  // streams, and attach() calls
        base::Timer overdue;
        bool watching_overdue = false;
    };
    std::vector<Front> fronts_;
};

}  // namespace banter::chat
