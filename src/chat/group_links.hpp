#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "chat/chat_shard.hpp"
#include "ports/token_hash.hpp"

namespace banter::chat {

// The invite links of a group and the requests to be let in, as its owner and admins see them
// (others: `forbidden`, outsiders: `not_found`). On the chat's shard. Who comes in, and is let in:
// GroupChanges.
class GroupLinks {
public:
    explicit GroupLinks(ChatShard& shard) : shard_(shard) {}

    base::Task<base::Result<NewLink>> create(domain::ChatId chat, domain::UserId actor,
                                             LinkTerms terms);
    base::Task<base::Result<std::vector<domain::InviteLink>>> list(domain::ChatId chat,
                                                                   domain::UserId actor);
    base::Task<base::Result<void>> remove(domain::ChatId chat, domain::UserId actor,
                                          domain::LinkId link);
    // The chat that the link leads to, as a stranger sees it: without messages and marks.
    base::Task<base::Result<ChatView>> look(domain::InviteLink link);

    base::Task<base::Result<std::vector<domain::JoinRequest>>> requests(domain::ChatId chat,
                                                                        domain::UserId actor);
    // `actor == user`: takes his own request back.
    base::Task<base::Result<void>> refuse(domain::ChatId chat, domain::UserId actor,
                                          domain::UserId user);

    // For every member.
    base::Task<base::Result<domain::Picture>> picture(domain::ChatId chat, domain::UserId viewer);

private:
    base::Task<base::Result<void>> check_admin(domain::ChatId chat, domain::UserId actor);

    ChatShard& shard_;
};

// `bnl_` and 256 random bits in base64url.
std::string new_link_token(ports::Random& random);
ports::TokenHash hash_link_token(std::string_view token);

}  // namespace banter::chat
