#include "chat/calls.hpp"

#include "chat/chat_shard.hpp"
#include "chat/group_changes.hpp"
#include "chat/group_links.hpp"

namespace banter::chat::calls {

Task<Attachment> Attach::on(ChatShard& shard) const {
    return shard.attach(chat, user, device, follower, since);
}

Task<void> Detach::on(ChatShard& shard) const {
    shard.detach(chat, follower);
    co_return base::Result<void>{};
}

Task<void> Received::on(ChatShard& shard) const {
    return shard.received(chat, user, device, seq);
}

Task<void> Read::on(ChatShard& shard) const {
    return shard.read(chat, user, seq);
}

Task<void> BeginCursor::on(ChatShard& shard) const {
    return shard.begin_cursor({user, device, chat, seq});
}

Task<void> Typing::on(ChatShard& shard) const {
    co_await shard.typing(chat, user, on_now, kind);
    co_return base::Result<void>{};
}

Task<ChatView> View::on(ChatShard& shard) const {
    return shard.view(chat, user);
}

Task<std::vector<MemberView>> Members::on(ChatShard& shard) const {
    return shard.members(chat, viewer);
}

Task<bool> RefreshBlocks::on(ChatShard& shard) const {
    return shard.refresh_blocks(chat);
}

Task<void> Settle::on(ChatShard& shard) const {
    return shard.settle_in_turn(chat);
}

Task<ports::ChatDirectory::Created> OpenDirect::on(ChatShard& shard) const {
    GroupChanges changes(shard);
    co_return co_await changes.open_direct(user, other);
}

Task<ports::ChatDirectory::Created> CreateGroup::on(ChatShard& shard) const {
    GroupChanges changes(shard);
    co_return co_await changes.create(chat, group);
}

Task<std::vector<UserId>> Add::on(ChatShard& shard) const {
    GroupChanges changes(shard);
    co_return co_await changes.add(chat, actor, users);
}

Task<void> Remove::on(ChatShard& shard) const {
    GroupChanges changes(shard);
    co_return co_await changes.remove(chat, actor, user);
}

Task<void> SetRole::on(ChatShard& shard) const {
    GroupChanges changes(shard);
    co_return co_await changes.set_role(chat, actor, user, role);
}

Task<void> Edit::on(ChatShard& shard) const {
    GroupChanges changes(shard);
    co_return co_await changes.edit(chat, actor, edit);
}

Task<void> SetPicture::on(ChatShard& shard) const {
    GroupChanges changes(shard);
    co_return co_await changes.set_picture(chat, actor, picture);
}

Task<domain::Picture> GetPicture::on(ChatShard& shard) const {
    GroupLinks links(shard);
    co_return co_await links.picture(chat, viewer);
}

Task<NewLink> CreateLink::on(ChatShard& shard) const {
    GroupLinks links(shard);
    co_return co_await links.create(chat, actor, terms);
}

Task<std::vector<domain::InviteLink>> ListLinks::on(ChatShard& shard) const {
    GroupLinks links(shard);
    co_return co_await links.list(chat, actor);
}

Task<void> RemoveLink::on(ChatShard& shard) const {
    GroupLinks links(shard);
    co_return co_await links.remove(chat, actor, link);
}

Task<ChatView> Look::on(ChatShard& shard) const {
    GroupLinks links(shard);
    co_return co_await links.look(link);
}

Task<Joined> Join::on(ChatShard& shard) const {
    GroupChanges changes(shard);
    co_return co_await changes.join(link, user);
}

Task<std::vector<domain::JoinRequest>> ListRequests::on(ChatShard& shard) const {
    GroupLinks links(shard);
    co_return co_await links.requests(chat, actor);
}

Task<void> Accept::on(ChatShard& shard) const {
    GroupChanges changes(shard);
    co_return co_await changes.accept(chat, actor, user);
}

Task<void> Refuse::on(ChatShard& shard) const {
    GroupLinks links(shard);
    co_return co_await links.refuse(chat, actor, user);
}

}  // namespace banter::chat::calls
