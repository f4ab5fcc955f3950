#pragma once

#include <functional>
#include <memory>
#include <unordered_set>
#include <vector>

#include "base/task.hpp"
#include "chat/chat_state.hpp"
#include "chat/relations.hpp"
#include "delivery/registry.hpp"
#include "runtime/shards.hpp"

namespace banter::chat {

// Who sent something and waits for its outcome, and where he waits.
struct PendingAnswer {
    std::size_t shard = 0;
    std::function<void(const base::Result<protocol::Sent>&)> answered;
};

// A message that has become durable.
struct Committed {
    std::shared_ptr<ChatState> chat;
    std::shared_ptr<const delivery::LiveMessage> live;
    std::optional<PendingAnswer> answer;
    std::optional<ports::ControlMessage> control;
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
    FanOut(const runtime::Shards& shards, std::vector<delivery::Registry*> registries,
           Relations& relations);

    void answer(const PendingAnswer& answer, const base::Result<protocol::Sent>& result);
    void message(const Committed& committed);
    // Finds out who may be told, so it may take a while; what is gathered meanwhile waits. When
    // that cannot be found out, nobody is told.
    base::Task<base::Result<void>> marks(const MovedMarks& moved);
    // These users may see the chat from now on: their sessions everywhere take it up.
    void joined(domain::ChatId chat, const std::vector<domain::UserId>& users);
    void typing(const ChatState& chat, domain::UserId user, bool on, domain::TypingKind kind);
    // A frame for every session of these users.
    void notice(std::vector<domain::UserId> users, std::string_view frame);
    // Hands over what was gathered.
    void send();

    // The privacy of this user has changed.
    void forget_policy(domain::UserId user);
    // Those of `readers` who let `viewer` know how far they have read; he himself always does.
    base::Task<base::Result<std::unordered_set<domain::UserId>>> showing(
        std::vector<domain::UserId> readers, domain::UserId viewer);

private:
    using Policies = Relations::ReadPolicies;

    // What is known of `readers`; those of whom nothing is are looked up together.
    base::Task<base::Result<Policies>> policies(std::vector<domain::UserId> readers);
    base::Task<base::Result<ReadPolicy>> policy(domain::UserId reader);
    void to_followers(const ChatState& chat, const delivery::MailItem& item);

    const runtime::Shards& shards_;
    std::vector<delivery::Registry*> registries_;
    Relations& relations_;
    std::vector<delivery::Mail> mail_;  // per shard
    Policies policies_;
    std::uint64_t policy_changes_ = 0;
};

protocol::Sent sent_for(const domain::Message& message);

}  // namespace banter::chat
