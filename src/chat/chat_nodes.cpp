// The part of ChatService that shares the chats with other nodes: what the log and the bus bring,
// and what goes to whoever has a chat.
#include <algorithm>

#include "base/fault.hpp"
#include "chat/asking.hpp"

namespace banter::chat {
namespace {

using base::Result;
using base::Task;
using domain::ChatId;
using domain::UserId;

constexpr auto overdue_interval = std::chrono::milliseconds(250);
constexpr auto pause_time = std::chrono::milliseconds(50);

std::unexpected<base::Problem> no_outcome() {
    return base::fail_retry(base::ErrorCode::overloaded,
                            "No outcome came in time; send it again in a moment.",
                            std::chrono::milliseconds(500));
}

std::optional<ChatId> chat_of(const delivery::MailItem& item) {
    using Notice = std::shared_ptr<const delivery::ReceiptNotice>;
    if (const auto* notice = std::get_if<Notice>(&item)) return (*notice)->receipt.chat;
    if (const auto* typing = std::get_if<delivery::TypingNotice>(&item)) return typing->chat;
    return std::nullopt;
}

// Of concern to sessions on every shard.
bool is_for_everyone(const delivery::MailItem& item) {
    return std::holds_alternative<delivery::Joined>(item) ||
           std::holds_alternative<delivery::UserNotice>(item) ||
           std::holds_alternative<delivery::StateNotice>(item);
}

}  // namespace

// ---- of the log

void ChatService::consume(ports::LogRecord record) {
    const auto owner = home_of(record.position.partition);
    chat_shards_[owner]->sequencer().consume(std::move(record));
}

void ChatService::assigned(std::int32_t partition, std::uint64_t generation) {
    chat_shards_[home_of(partition)]->assigned(partition, generation);
}

void ChatService::revoked(std::int32_t partition) {
    chat_shards_[home_of(partition)]->revoked(partition);
}

void ChatService::moved(std::int32_t partition) {
    if (BANTER_FAULT(stale_route_kept)) return;
    take_up_again(
        [this, partition](ChatId chat) { return ports_.log.partition_of(chat) == partition; });
}

void ChatService::append_failed(const ports::SendCommand& command, const base::Problem& problem) {
    const auto& ticket = command.ticket;
    shards_[ticket.shard].post(
        [registry = registries_[ticket.shard], number = ticket.number, problem] {
            delivery::Mail mail;
            mail.emplace_back(delivery::Answer{number, std::unexpected(problem)});
            registry->deliver(std::move(mail));
        });
}

void ChatService::append_failed(const ports::ControlMessage& control,
                                const base::Problem& problem) {
    chat_shards_[home(control.chat)]->append_failed(control, problem);
}

// ---- of the bus

void ChatService::called(ports::NodeId, Call call, std::function<void(Reply)> answered) {
    std::visit(
        [&]<class C>(C& one) {
            if (!ports_.log.owns(ports_.log.partition_of(one.chat))) {
                answered(NotMine{});
                return;
            }
            const auto owner = home(one.chat);
            auto work = [target = chat_shards_[owner].get(), one = std::move(one),
                         answered = std::move(answered)] {
                auto kept = std::make_shared<C>(one);  // outlives the coroutine it makes
                base::spawn(kept->on(*target),
                            [kept, answered](auto result) { answered(Reply(std::move(result))); });
            };
            shards_[owner].post(std::move(work));
        },
        call);
}

// What somebody tells of a chat who has it no more is behind what was told by who has it now.
void ChatService::told(ports::NodeId from, std::uint32_t shard, delivery::Mail mail) {
    std::erase_if(mail, [&](const delivery::MailItem& item) {
        const auto chat = chat_of(item);
        return chat && ports_.log.owner(ports_.log.partition_of(*chat)).node != from;
    });
    delivery::Mail for_everyone;
    std::ranges::copy_if(mail, std::back_inserter(for_everyone), is_for_everyone);
    for (std::size_t i = 0; i < shards_.count() && !for_everyone.empty(); ++i) {
        if (i == shard) continue;
        shards_[i].post([registry = registries_[i], for_everyone]() mutable {
            registry->deliver(std::move(for_everyone));
        });
    }
    for (const auto& item : mail) {
        const auto* message = std::get_if<std::shared_ptr<const delivery::LiveMessage>>(&item);
        if (message == nullptr) continue;
        const auto chat = (*message)->message.chat;
        if (!fronts_[shard].following.contains(chat)) tell_of_detach(chat, shard);
    }
    registries_[shard]->deliver(std::move(mail));
}

void ChatService::lost(ports::NodeId peer) {
    if (BANTER_FAULT(bus_losses_unnoticed)) return;
    for (const auto& shard : chat_shards_)
        shard->forget_policies();
    take_up_again([this, peer](ChatId chat) {
        return ports_.log.owner(ports_.log.partition_of(chat)).node == peer;
    });
}

void ChatService::gone(ports::NodeId peer) {
    for (std::size_t i = 0; i < shards_.count(); ++i) {
        shards_[i].post([target = chat_shards_[i].get(), peer] { target->forget_follower(peer); });
    }
}

void ChatService::take_up_again(delivery::Concerned concerned) {
    for (std::size_t i = 0; i < shards_.count(); ++i) {
        shards_[i].post([registry = registries_[i], concerned] { registry->moved(concerned); });
    }
}

// ---- to whoever has a chat

Task<Result<Reply>> ChatService::ask_there(ports::NodeId node, Call call) {
    base::CallbackAwaiter<Result<Reply>> answered([&](base::Completion<Result<Reply>> done) {
        ports_.bus->call(node, std::move(call),
                         [done](Result<Reply> reply) { done(std::move(reply)); });
    });
    co_return co_await answered;
}

// Once, so that it does not overtake an attach() that comes later: when it is lost, what is told in
// vain asks for it again.
void ChatService::tell_of_detach(ChatId chat, std::size_t shard) {
    const Follower follower{ports_.log.node(), static_cast<std::uint32_t>(shard)};
    const auto owner = ports_.log.owner(ports_.log.partition_of(chat)).node;
    const auto at = home(chat);
    auto* const target = chat_shards_[at].get();
    if (owner == ports_.log.node() && at == shard) {
        target->detach(chat, follower);  // as attach() does, which would be overtaken
    } else if (owner == ports_.log.node()) {
        shards_[at].post([target, chat, follower] { target->detach(chat, follower); });
    } else if (owner && ports_.bus != nullptr) {
        const calls::Detach detach{chat, follower};
        ports_.bus->call(owner, detach, [](const Result<Reply>&) {});
    }
}

Task<void> ChatService::pause() {
    base::Timer timer;
    base::CallbackAwaiter<bool> later([&](base::Completion<bool> done) {
        timer = base::Executor::current().after(pause_time, [done] { done(true); });
    });
    co_await later;
}

void ChatService::answer_overdue(std::size_t shard) {
    auto& front = fronts_[shard];
    if (front.watching_overdue) return;
    auto& answers = registries_[shard]->answers();
    while (const auto answered = answers.take_overdue(ports_.clock.steady()))
        (*answered)(no_outcome());
    front.watching_overdue = answers.size() > 0;
    if (!front.watching_overdue) return;
    front.overdue = shards_[shard].after(overdue_interval, [this, shard] {
        fronts_[shard].watching_overdue = false;
        answer_overdue(shard);
    });
}

}  // namespace banter::chat
