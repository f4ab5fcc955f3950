#include "chat/chat_service.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/fault.hpp"
#include "base/log.hpp"

namespace banter::chat {
namespace {

using base::Result;
using base::Task;
using domain::ChatId;
using domain::Seq;
using domain::UserId;

}  // namespace

ChatService::ChatService(const runtime::Shards& shards, std::vector<delivery::Registry*> registries,
                         ChatPorts ports, ChatLimits limits)
    : shards_(shards), registries_(std::move(registries)), ports_(ports), limits_(limits) {
    for (std::size_t i = 0; i < shards_.count(); ++i) {
        chat_shards_.push_back(
            std::make_unique<ChatShard>(shards_[i], shards_, registries_, ports, limits));
    }
}

void ChatService::consume(ports::LogRecord record) {
    const ChatId chat = record.control ? record.control->chat : record.command.chat;
    chat_shards_[home(chat)]->sequencer().consume(std::move(record));
}

void ChatService::send(std::size_t shard, ports::SendCommand command,
                       std::function<void(const Result<protocol::Sent>&)> answered) {
    if (!claims_.claim(command.key, command.chat)) {
        answered(base::fail(base::ErrorCode::conflict,
                            "This client_id is being used for another chat; make a new one."));
        return;
    }
    auto release_and_answer = [this, key = command.key,
                               inner = std::move(answered)](const Result<protocol::Sent>& result) {
        claims_.release(key);
        inner(result);
    };
    const std::size_t owner = home(command.chat);
    shards_[owner].post([target = chat_shards_[owner].get(), command = std::move(command),
                         answer = PendingAnswer{shard, std::move(release_and_answer)}]() mutable {
        target->send(std::move(command), std::move(answer));
    });
}

Task<Result<void>> ChatService::received(ChatId chat, UserId user, domain::DeviceId device,
                                         Seq seq) {
    auto work = [=, target = chat_shards_[home(chat)].get()] {
        return target->received(chat, user, device, seq);
    };
    co_return co_await base::await_on(shards_[home(chat)], std::move(work));
}

Task<Result<void>> ChatService::read(ChatId chat, UserId user, Seq seq) {
    auto work = [=, target = chat_shards_[home(chat)].get()] {
        return target->read(chat, user, seq);
    };
    co_return co_await base::await_on(shards_[home(chat)], std::move(work));
}

void ChatService::typing(ChatId chat, UserId user, bool on, domain::TypingKind kind) {
    shards_[home(chat)].post([=, target = chat_shards_[home(chat)].get()] {
        base::spawn(target->typing(chat, user, on, kind));
    });
}

Task<Result<Attachment>> ChatService::attach(ChatId chat, UserId user, domain::DeviceId device,
                                             std::size_t shard, base::Timestamp since) {
    auto work = [=, target = chat_shards_[home(chat)].get()] {
        return target->attach(chat, user, device, shard, since);
    };
    co_return co_await base::await_on(shards_[home(chat)], std::move(work));
}

Task<Result<Seq>> ChatService::cursor(ChatId chat, UserId user, domain::DeviceId device) {
    co_return co_await ports_.receipts.cursor(user, device, chat);
}

void ChatService::begin_cursor(ChatId chat, UserId user, domain::DeviceId device, Seq seq) {
    shards_[home(chat)].post([=, target = chat_shards_[home(chat)].get()] {
        target->sequencer().move_cursor({user, device, chat, seq}, false,
                                        [](const Result<void>&) {});
    });
}

void ChatService::detach(ChatId chat, std::size_t shard) {
    shards_[home(chat)].post(
        [=, target = chat_shards_[home(chat)].get()] { target->detach(chat, shard); });
}

Task<Result<std::vector<FeedChat>>> ChatService::feed_chats(UserId user, domain::Device device) {
    const auto id = device.id;
    // What is not durable yet comes first: whatever it misses is durable by now and read after it.
    std::unordered_map<ChatId, Seq> acknowledged;
    for (std::size_t i = 0; i < shards_.count(); ++i) {
        auto work = [=, target = chat_shards_[i].get()] {
            return target->sequencer().uncommitted_cursors(user, id);
        };
        const auto uncommitted = co_await base::run_on(shards_[i], std::move(work));
        acknowledged.insert(uncommitted.begin(), uncommitted.end());
    }
    const auto cursors = co_await ports_.receipts.cursors(user, id);
    if (!cursors) co_return std::unexpected(cursors.error());
    for (const auto& row : *cursors) {
        auto& seq = acknowledged[row.chat];
        seq = std::max(seq, row.delivered);
    }
    const auto memberships = co_await ports_.directory.memberships(user);
    if (!memberships) co_return std::unexpected(memberships.error());
    const auto ended = co_await ports_.directory.ended_memberships(user);
    if (!ended) co_return std::unexpected(ended.error());

    // One chat may be among both, when it was left between the two answers, or when the user is
    // just being added to it again: the ended membership comes first.
    std::vector<FeedChat> chats;
    for (const auto& membership : *ended) {
        if (membership.left_at < device.created_at) continue;
        const auto found = acknowledged.find(membership.chat);
        const Seq cursor = found != acknowledged.end() ? found->second : Seq{};
        if (cursor >= membership.left_seq) continue;
        const bool shared = membership.history == domain::HistoryMode::shared;
        const Seq first = shared ? Seq{1} : membership.joined_seq;
        chats.push_back({membership.chat, cursor, true, first, membership.left_seq});
    }
    for (const auto& membership : *memberships) {
        const auto found = acknowledged.find(membership.chat.id);
        const bool known = found != acknowledged.end();
        chats.push_back({membership.chat.id, known ? found->second : Seq{}, known, {}, {}});
    }
    co_return chats;
}

Task<Result<std::vector<MemberView>>> ChatService::members(ChatId chat, UserId viewer) {
    auto work = [=, target = chat_shards_[home(chat)].get()] {
        return target->members(chat, viewer);
    };
    co_return co_await base::await_on(shards_[home(chat)], std::move(work));
}

void ChatService::policy_changed(UserId user) {
    for (std::size_t i = 0; i < shards_.count(); ++i) {
        shards_[i].post(
            [user, target = chat_shards_[i].get()] { target->fan_out().forget_policy(user); });
    }
}

Task<Result<void>> ChatService::blocks_changed(UserId one, UserId other) {
    const ChatId chat = domain::direct_chat_id(one, other);
    auto work = [=, target = chat_shards_[home(chat)].get()] {
        return target->refresh_blocks(chat);
    };
    const auto refreshed = co_await base::await_on(shards_[home(chat)], std::move(work));
    if (!refreshed) co_return std::unexpected(refreshed.error());
    co_return Result<void>{};
}

Task<Result<std::size_t>> ChatService::recover() {
    const auto outbox = co_await ports_.directory.outbox();
    if (!outbox) co_return std::unexpected(outbox.error());
    if (BANTER_FAULT(outbox_forgotten)) co_return 0;
    std::size_t placed = 0;
    std::unordered_set<ChatId> seen;
    for (const auto& control : *outbox) {
        if (!seen.insert(control.chat).second) continue;
        const auto settled = co_await settle(control.chat);
        if (settled) {
            placed += static_cast<std::size_t>(
                std::ranges::count(*outbox, control.chat, &ports::ControlMessage::chat));
        } else {  // it alone waits; its shard tries again
            base::log::error("control.not_recovered", {{"chat", to_string(control.chat)},
                                                       {"detail", settled.error().detail}});
        }
    }
    co_return placed;
}

void ChatService::forget_idle() {
    for (std::size_t i = 0; i < shards_.count(); ++i) {
        shards_[i].post([target = chat_shards_[i].get()] { target->forget_idle(); });
    }
}

}  // namespace banter::chat
