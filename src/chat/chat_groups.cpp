// The part of ChatService that makes and changes chats.
#include "chat/chat_service.hpp"

namespace banter::chat {
namespace {

using base::Result;
using base::Task;
using domain::ChatId;
using domain::UserId;

}  // namespace

template <class Part, class Work>
std::invoke_result_t<Work&, Part&> ChatService::at_home(ChatId chat, Work work) {
    using Answer = std::invoke_result_t<Work&, Part&>;
    auto there = [work = std::move(work),
                  target = chat_shards_[home(chat)].get()]() mutable -> Answer {
        Part part(*target);
        co_return co_await work(part);
    };
    co_return co_await base::await_on(shards_[home(chat)], std::move(there));
}

Task<Result<ports::ChatDirectory::Created>> ChatService::open_direct(UserId user, UserId other) {
    auto work = [=](GroupChanges& changes) { return changes.open_direct(user, other); };
    return at_home<GroupChanges>(domain::direct_chat_id(user, other), std::move(work));
}

Task<Result<ports::ChatDirectory::Created>> ChatService::create_group(NewGroup group) {
    const ChatId id{ports_.random.uuid()};
    auto work = [=](GroupChanges& changes) { return changes.create(id, group); };
    const auto created = co_await at_home<GroupChanges>(id, std::move(work));
    if (!created || created->created) co_return created;
    const auto settled = co_await settle(created->chat);
    if (!settled) co_return std::unexpected(settled.error());
    co_return created;
}

// A chat that another try is making just now: waits until its first event has its place.
Task<Result<void>> ChatService::settle(ChatId chat) {
    auto work = [chat, target = chat_shards_[home(chat)].get()] {
        return target->settle_in_turn(chat);
    };
    co_return co_await base::await_on(shards_[home(chat)], std::move(work));
}

Task<Result<std::vector<UserId>>> ChatService::add(ChatId chat, UserId actor,
                                                   std::vector<UserId> users) {
    auto work = [=](GroupChanges& changes) { return changes.add(chat, actor, users); };
    return at_home<GroupChanges>(chat, std::move(work));
}

Task<Result<void>> ChatService::remove(ChatId chat, UserId actor, UserId user) {
    auto work = [=](GroupChanges& changes) { return changes.remove(chat, actor, user); };
    return at_home<GroupChanges>(chat, std::move(work));
}

Task<Result<void>> ChatService::set_role(ChatId chat, UserId actor, UserId user,
                                         domain::Role role) {
    auto work = [=](GroupChanges& changes) { return changes.set_role(chat, actor, user, role); };
    return at_home<GroupChanges>(chat, std::move(work));
}

Task<Result<void>> ChatService::edit(ChatId chat, UserId actor, GroupEdit edit) {
    auto work = [=](GroupChanges& changes) { return changes.edit(chat, actor, edit); };
    return at_home<GroupChanges>(chat, std::move(work));
}

Task<Result<void>> ChatService::set_picture(ChatId chat, UserId actor,
                                            std::optional<domain::Picture> picture) {
    auto work = [=](GroupChanges& changes) { return changes.set_picture(chat, actor, picture); };
    return at_home<GroupChanges>(chat, std::move(work));
}

Task<Result<domain::Picture>> ChatService::picture(ChatId chat, UserId viewer) {
    auto work = [=](GroupLinks& links) { return links.picture(chat, viewer); };
    return at_home<GroupLinks>(chat, std::move(work));
}

Task<Result<NewLink>> ChatService::create_link(ChatId chat, UserId actor, LinkTerms terms) {
    auto work = [=](GroupLinks& links) { return links.create(chat, actor, terms); };
    return at_home<GroupLinks>(chat, std::move(work));
}

Task<Result<std::vector<domain::InviteLink>>> ChatService::links(ChatId chat, UserId actor) {
    auto work = [=](GroupLinks& links) { return links.list(chat, actor); };
    return at_home<GroupLinks>(chat, std::move(work));
}

Task<Result<void>> ChatService::remove_link(ChatId chat, UserId actor, domain::LinkId link) {
    auto work = [=](GroupLinks& links) { return links.remove(chat, actor, link); };
    return at_home<GroupLinks>(chat, std::move(work));
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
    auto work = [link = *link](GroupLinks& links) { return links.look(link); };
    co_return co_await at_home<GroupLinks>(link->chat, std::move(work));
}

Task<Result<ChatService::JoinedChat>> ChatService::join(std::string token, UserId user) {
    const auto link = co_await find_link(std::move(token));
    if (!link) co_return std::unexpected(link.error());
    auto work = [link = *link, user](GroupChanges& changes) { return changes.join(link, user); };
    const auto joined = co_await at_home<GroupChanges>(link->chat, std::move(work));
    if (!joined) co_return std::unexpected(joined.error());
    co_return JoinedChat{link->chat, *joined};
}

Task<Result<std::vector<domain::JoinRequest>>> ChatService::requests(ChatId chat, UserId actor) {
    auto work = [=](GroupLinks& links) { return links.requests(chat, actor); };
    return at_home<GroupLinks>(chat, std::move(work));
}

Task<Result<void>> ChatService::accept(ChatId chat, UserId actor, UserId user) {
    auto work = [=](GroupChanges& changes) { return changes.accept(chat, actor, user); };
    return at_home<GroupChanges>(chat, std::move(work));
}

Task<Result<void>> ChatService::refuse(ChatId chat, UserId actor, UserId user) {
    auto work = [=](GroupLinks& links) { return links.refuse(chat, actor, user); };
    return at_home<GroupLinks>(chat, std::move(work));
}

}  // namespace banter::chat
