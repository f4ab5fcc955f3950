#pragma once

#include <functional>
#include <map>
#include <memory>
#include <unordered_set>
#include <vector>

#include "base/task.hpp"
#include "chat/chat_state.hpp"
#include "chat/node_bus.hpp"
#include "chat/relations.hpp"
#include "delivery/registry.hpp"
#include "runtime/shards.hpp"

namespace banter::chat {

// A message that has become durable.
struct Committed {
    std::shared_ptr<ChatState> chat;
    std::shared_ptr<const delivery::LiveMessage> live;
    ports::Ticket ticket;  // of who waits for the ack, unless he has it
    std::optional<ports::ControlMessage> control;
    ports::Delivery delivery;
};

// Marks of a member that have moved and become durable.
struct MovedMarks {
    std::shared_ptr<ChatState> chat;
    domain::UserId user;
    domain::Marks before;
    domain::Marks after;
    base::Timestamp at;
};

// Gathers what a commit brought for the sessions and hands each shard its part, one mail each.
// Belongs to the shard of the chats.
class FanOut {
public:
    // `registries`: one for each shard, touched only there.
    // `bus` null: this node is alone.
    FanOut(const runtime::Shards& shards, std::vector<delivery::Registry*> registries,
           Relations& relations, ports::NodeId self, NodeBus* bus);

    // Nobody waits: nothing happens.
    void answer(const ports::Ticket& ticket, const base::Result<protocol::Sent>& result);
    void message(const Committed& committed);
    // Finds out who may be told, so it may take a while; what is gathered meanwhile waits. When
    // that cannot be found out, nobody is told.
    base::Task<base::Result<void>> marks(const MovedMarks& moved);
    // Something of the chat may not have been told.
    void missed(const ChatState& chat) { to_followers(chat, delivery::Missed{chat.chat.id}); }
    // These users may see the chat from now on: their sessions everywhere take it up.
    void joined(domain::ChatId chat, const std::vector<domain::UserId>& users);
    void typing(const ChatState& chat, domain::UserId user, bool on, domain::TypingKind kind);
    // A frame for every session of these users.
    void notice(std::vector<domain::UserId> users, std::string_view frame);
    // Hands over what was gathered.
    void send();

    // The privacy of this user has changed.
    void forget_policy(domain::UserId user);
    void forget_policies();
    // Those of `readers` who let `viewer` know how far they have read; he himself always does.
    base::Task<base::Result<std::unordered_set<domain::UserId>>> showing(
        std::vector<domain::UserId> readers, domain::UserId viewer);

private:
    using Policies = Relations::ReadPolicies;

    // What is known of `readers`; those of whom nothing is are looked up together.
    base::Task<base::Result<Policies>> policies(std::vector<domain::UserId> readers);
    base::Task<base::Result<ReadPolicy>> policy(domain::UserId reader);
    void to_followers(const ChatState& chat, const delivery::MailItem& item);
    void to_everyone(const delivery::MailItem& item);

    const runtime::Shards& shards_;
    std::vector<delivery::Registry*> registries_;
    Relations& relations_;
    ports::NodeId self_;
    NodeBus* bus_;
    std::vector<delivery::Mail> mail_;  // per shard
    std::map<Follower, delivery::Mail> mail_elsewhere_;
    Policies policies_;
    std::uint64_t policy_changes_ = 0;
};

// As it goes to those who follow the chat.
std::shared_ptr<delivery::LiveMessage> live_message(domain::Message message);
protocol::Sent sent_for(const domain::Message& message);

}  // namespace banter::chat
