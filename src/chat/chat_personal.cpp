// The part of ChatService that keeps what each user has of a chat for himself.
#include "chat/chat_service.hpp"

namespace banter::chat {

using base::Result;
using base::Task;
using domain::ChatId;
using domain::UserId;
using ports::PersonalStateRow;

// On the user's shard one change after the other, so that all his sessions see one order.
Task<Result<PersonalStateRow>> ChatService::change_state(ChatId chat, UserId user,
                                                         domain::PersonalStateChange change,
                                                         StateOrigin origin) {
    auto work = [=, this] { return apply_state(chat, user, change, origin); };
    co_return co_await base::await_on(shards_[shards_.of(user)], std::move(work));
}

Task<Result<PersonalStateRow>> ChatService::apply_state(ChatId chat, UserId user,
                                                        domain::PersonalStateChange change,
                                                        StateOrigin origin) {
    const auto applied = co_await ports_.states.apply(user, chat, std::move(change));
    if (!applied) co_return std::unexpected(applied.error());
    const protocol::StateFrame state{chat, applied->row.state, applied->row.at};
    delivery::StateNotice notice{chat, user, applied->row.at, {}, origin.feed, {}};
    if (applied->changed) {
        notice.frame = delivery::encode_frame(protocol::encode_state(state, {}));
    }
    notice.answer = delivery::encode_frame(protocol::encode_state(state, origin.ref));
    for (std::size_t shard = 0; shard < shards_.count(); ++shard) {
        shards_[shard].post([registry = registries_[shard], notice] {
            delivery::Mail mail;
            mail.emplace_back(notice);
            registry->deliver(std::move(mail));
        });
    }
    if (ports_.bus != nullptr && notice.frame) {
        notice.origin.reset();  // is here
        for (const auto peer : ports_.bus->peers())
            ports_.bus->tell(peer, 0, {notice});
    }
    co_return applied->row;
}

Task<Result<std::vector<PersonalStateRow>>> ChatService::states(UserId user,
                                                                std::vector<ChatId> chats) {
    co_return co_await ports_.states.find(user, std::move(chats));
}

Task<Result<std::vector<PersonalStateRow>>> ChatService::states_since(UserId user,
                                                                      base::Timestamp since) {
    co_return co_await ports_.states.changed_since(user, since);
}

}  // namespace banter::chat
