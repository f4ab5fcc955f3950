#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chat/chat_shard.hpp"

namespace banter::chat {

// Changes of a chat and of who is in it. Each is decided on the chat's shard against the state that
// the log has led to, stored with its control message in one transaction, and answered when the
// event is durable: from then on it holds for everyone (promise P6).
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
    // Nothing of it is done unless all of it is allowed; each part is an event of its own.
    base::Task<base::Result<void>> edit(domain::ChatId chat, domain::UserId actor, GroupEdit edit);
    // nullopt: removes it.
    base::Task<base::Result<void>> set_picture(domain::ChatId chat, domain::UserId actor,
                                               std::optional<domain::Picture> picture);
    // Who has the link comes in, or asks to be let in. Who is in already stays, and nothing is
    // counted. `not_found`: the link is not good (any more), also because who made it may no longer
    // add members.
    base::Task<base::Result<Joined>> join(domain::InviteLink link, domain::UserId user);
    // Lets the user in who asked for it; who is in already stays.
    base::Task<base::Result<void>> accept(domain::ChatId chat, domain::UserId actor,
                                          domain::UserId user);

private:
    // Empty: there is nothing to change.
    using Changes = std::vector<ports::MemberChange>;
    using Decision = base::Result<Changes>;
    using Decide = std::function<Decision(const ChatState&)>;

    // The turn to change the chat, the changes before this one having their places.
    base::Task<base::Result<Turn>> acquire(domain::ChatId chat);
    base::Task<base::Result<void>> change(domain::ChatId chat, domain::UserId actor, Decide decide);
    base::Task<base::Result<void>> apply(ChatState& state, Changes changes);
    Decision decide_edit(const ChatState& state, domain::UserId actor, const GroupEdit& edit);
    Decision decide_join(const ChatState& state, const domain::InviteLink& link,
                         domain::UserId user);
    base::Task<base::Result<Joined>> ask(std::shared_ptr<ChatState> state, domain::InviteLink link,
                                         domain::UserId user);
    ports::MemberChange addition(domain::ChatId chat, domain::UserId actor,
                                 std::vector<domain::UserId> users);
    base::Task<base::Result<void>> check_users(domain::UserId actor,
                                               std::vector<domain::UserId> users);
    ports::ControlMessage control(domain::ChatId chat, domain::UserId actor, domain::Event event);

    ChatShard& shard_;
    std::optional<std::uint64_t> version_;  // of the chat, when its turn was acquired
};

// A title as the protocol wants it: 1–100 characters, no control characters.
std::optional<base::Problem> check_title(const std::string& title);
// Up to 1024 characters, of the control characters newlines alone.
std::optional<base::Problem> check_description(const std::string& description);

base::Problem too_many(std::size_t max);
base::Problem no_such_link();
// Whether someone can come in by the link: it can be used, and who made it may still add members.
bool is_good(const domain::InviteLink& link, const ChatState& state, base::Timestamp now);

}  // namespace banter::chat
