#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "chat/asking.hpp"

namespace banter::chat {
namespace {

using base::Result;
using base::Task;
using domain::ChatId;
using domain::Seq;
using domain::UserId;

// Whoever has waited so long for the outcome of a send is told to ask again: a log that lives
// elsewhere may have lost it, or the way back its answer.
constexpr auto answer_time = std::chrono::seconds(10);

}  // namespace

ChatService::ChatService(const runtime::Shards& shards, std::vector<delivery::Registry*> registries,
                         ChatPorts ports, ChatLimits limits)
    : shards_(shards),
      registries_(std::move(registries)),
      ports_(ports),
      limits_(limits),
      fronts_(shards.count()) {
    for (std::size_t i = 0; i < shards_.count(); ++i) {
        chat_shards_.push_back(
            std::make_unique<ChatShard>(shards_[i], shards_, registries_, ports, limits));
    }
}

void ChatService::send(std::size_t shard, ports::SendCommand command, delivery::Answered answered) {
    // Where the log takes it from, whatever the shard of the chat has still to do.
    const bool full = ports_.log.replays() &&
                      registries_[shard]->answers().size() >= limits_.sequencer.max_pending;
    if (full) {
        answered(base::fail_retry(base::ErrorCode::overloaded,
                                  "Too many messages are waiting; send it again in a moment.",
                                  std::chrono::seconds(1)));
        return;
    }
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
    const auto number = registries_[shard]->answers().add(std::move(release_and_answer),
                                                          ports_.clock.steady() + answer_time);
    command.ticket = {ports_.log.node(), static_cast<std::uint32_t>(shard), number};
    if (ports_.log.replays()) answer_overdue(shard);
    const std::size_t owner = home(command.chat);
    shards_[owner].post(
        [target = chat_shards_[owner].get(), command = std::move(command)]() mutable {
            target->send(std::move(command));
        });
}

Task<Result<void>> ChatService::received(ChatId chat, UserId user, domain::DeviceId device,
                                         Seq seq) {
    return ask(calls::Received{chat, user, device, seq});
}

Task<Result<void>> ChatService::read(ChatId chat, UserId user, Seq seq) {
    return ask(calls::Read{chat, user, seq});
}

void ChatService::typing(ChatId chat, UserId user, bool on, domain::TypingKind kind) {
    base::spawn(ask(calls::Typing{chat, user, on, kind}), [](const Result<void>&) {});
}

Task<Result<Attachment>> ChatService::attach(ChatId chat, UserId user, domain::DeviceId device,
                                             std::size_t shard, base::Timestamp since) {
    const Follower follower{ports_.log.node(), static_cast<std::uint32_t>(shard)};
    const auto partition = ports_.log.partition_of(chat);
    ++fronts_[shard].following[chat];
    while (true) {
        const auto before = ports_.log.owner(partition);
        calls::Attach attach{chat, user, device, follower, since};
        auto attachment = co_await ask(std::move(attach));
        // Who has it by now was not asked: he does not know of this follower.
        if (attachment && before != ports_.log.owner(partition)) continue;
        if (!attachment) detach(chat, shard);
        co_return attachment;
    }
}

void ChatService::detach(ChatId chat, std::size_t shard) {
    auto& following = fronts_[shard].following;
    const auto found = following.find(chat);
    if (found == following.end() || --found->second > 0) return;
    following.erase(found);
    tell_of_detach(chat, shard);
}

Task<Result<Seq>> ChatService::cursor(ChatId chat, UserId user, domain::DeviceId device) {
    co_return co_await ports_.receipts.cursor(user, device, chat);
}

void ChatService::begin_cursor(ChatId chat, UserId user, domain::DeviceId device, Seq seq) {
    base::spawn(ask(calls::BeginCursor{chat, user, device, seq}), [](const Result<void>&) {});
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
    return ask(calls::Members{chat, viewer});
}

void ChatService::policy_changed(UserId user) {
    for (std::size_t i = 0; i < shards_.count(); ++i) {
        shards_[i].post(
            [user, target = chat_shards_[i].get()] { target->fan_out().forget_policy(user); });
    }
}

Task<Result<void>> ChatService::blocks_changed(UserId one, UserId other) {
    const ChatId chat = domain::direct_chat_id(one, other);
    const calls::RefreshBlocks refresh{chat};
    const auto refreshed = co_await ask(refresh);
    if (!refreshed) co_return std::unexpected(refreshed.error());
    co_return Result<void>{};
}

Task<Result<std::size_t>> ChatService::recover() {
    if (ports_.log.replays()) co_return 0;  // each partition, when it is assigned
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
