#pragma once

#include <variant>

#include "chat/chat_views.hpp"
#include "ports/chat_directory.hpp"
#include "ports/message_log.hpp"
#include "protocol/server_frame.hpp"

// What is asked of whoever has a chat, as values, because he may be another node. Each names what
// it answers, and whether it may be asked again when no answer came.
namespace banter::chat {

class ChatShard;

namespace calls {

template <class T>
using Task = base::Task<base::Result<T>>;
using domain::ChatId;
using domain::UserId;

struct Attach {
    using Answer = Attachment;
    static constexpr bool repeatable = true;
    ChatId chat;
    UserId user;
    domain::DeviceId device;
    Follower follower;
    base::Timestamp since;
    Task<Answer> on(ChatShard& shard) const;
};

// Not to be asked again: it must not overtake a later Attach.
struct Detach {
    using Answer = void;
    static constexpr bool repeatable = false;
    ChatId chat;
    Follower follower;
    Task<Answer> on(ChatShard& shard) const;
};

struct Received {
    using Answer = void;
    static constexpr bool repeatable = true;
    ChatId chat;
    UserId user;
    domain::DeviceId device;
    domain::Seq seq;
    Task<Answer> on(ChatShard& shard) const;
};

struct Read {
    using Answer = void;
    static constexpr bool repeatable = true;
    ChatId chat;
    UserId user;
    domain::Seq seq;
    Task<Answer> on(ChatShard& shard) const;
};

// A new device takes the chat up behind `seq`.
struct BeginCursor {
    using Answer = void;
    static constexpr bool repeatable = true;
    ChatId chat;
    UserId user;
    domain::DeviceId device;
    domain::Seq seq;
    Task<Answer> on(ChatShard& shard) const;
};

struct Typing {
    using Answer = void;
    static constexpr bool repeatable = false;
    ChatId chat;
    UserId user;
    bool on_now = false;
    domain::TypingKind kind = domain::TypingKind::text;
    Task<Answer> on(ChatShard& shard) const;
};

struct View {
    using Answer = ChatView;
    static constexpr bool repeatable = true;
    ChatId chat;
    UserId user;
    Task<Answer> on(ChatShard& shard) const;
};

struct Members {
    using Answer = std::vector<MemberView>;
    static constexpr bool repeatable = true;
    ChatId chat;
    UserId viewer;
    Task<Answer> on(ChatShard& shard) const;
};

struct RefreshBlocks {
    using Answer = bool;
    static constexpr bool repeatable = true;
    ChatId chat;
    Task<Answer> on(ChatShard& shard) const;
};

// Gives the changes of the outbox their place.
struct Settle {
    using Answer = void;
    static constexpr bool repeatable = true;
    ChatId chat;
    Task<Answer> on(ChatShard& shard) const;
};

// Idempotent by its nature.
struct OpenDirect {
    using Answer = ports::ChatDirectory::Created;
    static constexpr bool repeatable = true;
    ChatId chat;
    UserId user;
    UserId other;
    Task<Answer> on(ChatShard& shard) const;
};

struct CreateGroup {
    using Answer = ports::ChatDirectory::Created;
    static constexpr bool repeatable = false;
    ChatId chat;
    NewGroup group;
    Task<Answer> on(ChatShard& shard) const;
};

struct Add {
    using Answer = std::vector<UserId>;
    static constexpr bool repeatable = false;
    ChatId chat;
    UserId actor;
    std::vector<UserId> users;
    Task<Answer> on(ChatShard& shard) const;
};

struct Remove {
    using Answer = void;
    static constexpr bool repeatable = false;
    ChatId chat;
    UserId actor;
    UserId user;
    Task<Answer> on(ChatShard& shard) const;
};

struct SetRole {
    using Answer = void;
    static constexpr bool repeatable = false;
    ChatId chat;
    UserId actor;
    UserId user;
    domain::Role role = domain::Role::member;
    Task<Answer> on(ChatShard& shard) const;
};

struct Edit {
    using Answer = void;
    static constexpr bool repeatable = false;
    ChatId chat;
    UserId actor;
    GroupEdit edit;
    Task<Answer> on(ChatShard& shard) const;
};

struct SetPicture {
    using Answer = void;
    static constexpr bool repeatable = false;
    ChatId chat;
    UserId actor;
    std::optional<domain::Picture> picture;
    Task<Answer> on(ChatShard& shard) const;
};

struct GetPicture {
    using Answer = domain::Picture;
    static constexpr bool repeatable = true;
    ChatId chat;
    UserId viewer;
    Task<Answer> on(ChatShard& shard) const;
};

struct CreateLink {
    using Answer = NewLink;
    static constexpr bool repeatable = false;
    ChatId chat;
    UserId actor;
    LinkTerms terms;
    Task<Answer> on(ChatShard& shard) const;
};

struct ListLinks {
    using Answer = std::vector<domain::InviteLink>;
    static constexpr bool repeatable = true;
    ChatId chat;
    UserId actor;
    Task<Answer> on(ChatShard& shard) const;
};

struct RemoveLink {
    using Answer = void;
    static constexpr bool repeatable = false;
    ChatId chat;
    UserId actor;
    domain::LinkId link;
    Task<Answer> on(ChatShard& shard) const;
};

struct Look {
    using Answer = ChatView;
    static constexpr bool repeatable = true;
    ChatId chat;
    domain::InviteLink link;
    Task<Answer> on(ChatShard& shard) const;
};

struct Join {
    using Answer = Joined;
    static constexpr bool repeatable = false;
    ChatId chat;
    domain::InviteLink link;
    UserId user;
    Task<Answer> on(ChatShard& shard) const;
};

struct ListRequests {
    using Answer = std::vector<domain::JoinRequest>;
    static constexpr bool repeatable = true;
    ChatId chat;
    UserId actor;
    Task<Answer> on(ChatShard& shard) const;
};

struct Accept {
    using Answer = void;
    static constexpr bool repeatable = false;
    ChatId chat;
    UserId actor;
    UserId user;
    Task<Answer> on(ChatShard& shard) const;
};

struct Refuse {
    using Answer = void;
    static constexpr bool repeatable = false;
    ChatId chat;
    UserId actor;
    UserId user;
    Task<Answer> on(ChatShard& shard) const;
};

}  // namespace calls

using Call =
    std::variant<calls::Attach, calls::Detach, calls::Received, calls::Read, calls::BeginCursor,
                 calls::Typing, calls::View, calls::Members, calls::RefreshBlocks, calls::Settle,
                 calls::OpenDirect, calls::CreateGroup, calls::Add, calls::Remove, calls::SetRole,
                 calls::Edit, calls::SetPicture, calls::GetPicture, calls::CreateLink,
                 calls::ListLinks, calls::RemoveLink, calls::Look, calls::Join, calls::ListRequests,
                 calls::Accept, calls::Refuse>;

// The chat is another node's: ask there.
struct NotMine {};

using Reply =
    std::variant<NotMine, base::Result<void>, base::Result<bool>, base::Result<Attachment>,
                 base::Result<ChatView>, base::Result<std::vector<MemberView>>,
                 base::Result<ports::ChatDirectory::Created>,
                 base::Result<std::vector<domain::UserId>>, base::Result<domain::Picture>,
                 base::Result<NewLink>, base::Result<std::vector<domain::InviteLink>>,
                 base::Result<Joined>, base::Result<std::vector<domain::JoinRequest>>>;

}  // namespace banter::chat
