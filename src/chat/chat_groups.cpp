// The part of ChatService that makes and changes chats.
#include "chat/asking.hpp"

namespace banter::chat {
namespace {

using base::Result;
using base::Task;
using domain::ChatId;
using domain::UserId;

}  // namespace

Task<Result<ports::ChatDirectory::Created>> ChatService::open_direct(UserId user, UserId other) {
    return ask(calls::OpenDirect{domain::direct_chat_id(user, other), user, other});
}

Task<Result<ports::ChatDirectory::Created>> ChatService::create_group(NewGroup group) {
    const ChatId id{ports_.random.uuid()};
    calls::CreateGroup create{id, std::move(group)};
    const auto created = co_await ask(std::move(create));
    if (!created || created->created) co_return created;
    const auto settled = co_await settle(created->chat);
    if (!settled) co_return std::unexpected(settled.error());
    co_return created;
}

// A chat that another try is making just now: waits until its first event has its place.
Task<Result<void>> ChatService::settle(ChatId chat) {
    const calls::Settle settle{chat};
    co_return co_await ask(settle);
}

Task<Result<std::vector<UserId>>> ChatService::add(ChatId chat, UserId actor,
                                                   std::vector<UserId> users) {
    return ask(calls::Add{chat, actor, std::move(users)});
}

Task<Result<void>> ChatService::remove(ChatId chat, UserId actor, UserId user) {
    return ask(calls::Remove{chat, actor, user});
}

Task<Result<void>> ChatService::set_role(ChatId chat, UserId actor, UserId user,
                                         domain::Role role) {
    return ask(calls::SetRole{chat, actor, user, role});
}

Task<Result<void>> ChatService::edit(ChatId chat, UserId actor, GroupEdit edit) {
    return ask(calls::Edit{chat, actor, std::move(edit)});
}

Task<Result<void>> ChatService::set_picture(ChatId chat, UserId actor,
                                            std::optional<domain::Picture> picture) {
    return ask(calls::SetPicture{chat, actor, std::move(picture)});
}

Task<Result<domain::Picture>> ChatService::picture(ChatId chat, UserId viewer) {
    return ask(calls::GetPicture{chat, viewer});
}

Task<Result<NewLink>> ChatService::create_link(ChatId chat, UserId actor, LinkTerms terms) {
    return ask(calls::CreateLink{chat, actor, terms});
}

Task<Result<std::vector<domain::InviteLink>>> ChatService::links(ChatId chat, UserId actor) {
    return ask(calls::ListLinks{chat, actor});
}

Task<Result<void>> ChatService::remove_link(ChatId chat, UserId actor, domain::LinkId link) {
    return ask(calls::RemoveLink{chat, actor, link});
}

Task<Result<domain::InviteLink>> ChatService::find_link(std::string token) {
    const auto found = co_await ports_.directory.find_link(hash_link_token(token));
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return std::unexpected(no_such_link());
    co_return **found;
}

Task<Result<ChatView>> ChatService::look(std::string token) {
    const auto link = co_await find_link(std::move(token));
    if (!link) co_return std::unexpected(link.error());
    calls::Look look{link->chat, *link};
    co_return co_await ask(std::move(look));
}

Task<Result<ChatService::JoinedChat>> ChatService::join(std::string token, UserId user) {
    const auto link = co_await find_link(std::move(token));
    if (!link) co_return std::unexpected(link.error());
    calls::Join join{link->chat, *link, user};
    const auto joined = co_await ask(std::move(join));
    if (!joined) co_return std::unexpected(joined.error());
    co_return JoinedChat{link->chat, *joined};
}

Task<Result<std::vector<domain::JoinRequest>>> ChatService::requests(ChatId chat, UserId actor) {
    return ask(calls::ListRequests{chat, actor});
}

Task<Result<void>> ChatService::accept(ChatId chat, UserId actor, UserId user) {
    return ask(calls::Accept{chat, actor, user});
}

Task<Result<void>> ChatService::refuse(ChatId chat, UserId actor, UserId user) {
    return ask(calls::Refuse{chat, actor, user});
}

}  // namespace banter::chat
