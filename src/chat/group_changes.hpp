#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chat/chat_shard.hpp"

namespace banter::chat {

struct NewGroup {
    domain::UserId creator;
    std::string title;
    std::vector<domain::UserId> members;  // with or without the creator
    domain::HistoryMode history = domain::HistoryMode::from_join;
    std::optional<domain::ClientId> client_id;
};

// Changes of who is in a chat. Each is decided on the chat's shard against the state that the log
// has led to, stored with its control message in one transaction, and answered when the event is
// durable: from then on it holds for everyone (promise P6).
class GroupChanges {
public:
    explicit GroupChanges(ChatShard& shard) : shard_(shard) {}

    // `id` is used unless the creator made a group with this client_id before.
    base::Task<base::Result<ports::ChatDirectory::Created>> create(domain::ChatId id,
                                                                   NewGroup group);
    base::Task<base::Result<ports::ChatDirectory::Created>> open_direct(domain::UserId user,
                                                                        domain::UserId other);
    // Answers those who were not in it before.
    base::Task<base::Result<std::vector<domain::UserId>>> add(domain::ChatId chat,
                                                              domain::UserId actor,
                                                              std::vector<domain::UserId> users);
    // `actor == user`: leaves.
    base::Task<base::Result<void>> remove(domain::ChatId chat, domain::UserId actor,
                                          domain::UserId user);
    base::Task<base::Result<void>> set_role(domain::ChatId chat, domain::UserId actor,
                                            domain::UserId user, domain::Role role);
    base::Task<base::Result<void>> set_title(domain::ChatId chat, domain::UserId actor,
                                             std::string title);

private:
    using Decision = base::Result<std::optional<ports::MemberChange>>;
    using Decide = std::function<Decision(const ChatState&)>;

    base::Task<base::Result<void>> change(domain::ChatId chat, domain::UserId actor, Decide decide);
    base::Task<base::Result<void>> apply(ports::MemberChange change);
    base::Task<base::Result<void>> check_users(domain::UserId actor,
                                               std::vector<domain::UserId> users);
    ports::ControlMessage control(domain::ChatId chat, domain::UserId actor, domain::Event event);

    ChatShard& shard_;
};

// A title as the protocol wants it: 1–100 characters, no control characters.
std::optional<base::Problem> check_title(const std::string& title);

}  // namespace banter::chat
