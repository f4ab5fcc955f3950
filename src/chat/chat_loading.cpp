// The part of ChatShard that brings a chat into memory: the fold of its log up to its head.
#include <algorithm>
#include <utility>

#include "chat/chat_shard.hpp"

namespace banter::chat {
namespace {

using base::Result;
using base::Task;
using domain::ChatId;
using domain::Seq;

// How many senders to remember of a chat that is loaded.
constexpr std::size_t senders_at_load = 256;
// Messages to read at a time of those that nobody has told.
constexpr std::size_t most_missed = 64;
// Until the engines are asked again, where the log replays.
constexpr auto retry_time = std::chrono::milliseconds(100);

std::unexpected<base::Problem> moving() {
    return base::fail_retry(base::ErrorCode::overloaded,
                            "This chat is moving to another server; try again in a moment.",
                            std::chrono::milliseconds(500));
}

void fill_members(ChatState& state, const std::vector<domain::Member>& members) {
    for (const auto& member : members) {
        // A membership whose event is still in the outbox begins when that gets its seq.
        const bool begun = state.chat.type == domain::ChatType::direct || member.joined_seq > Seq{};
        if (!begun) {
            state.joining[member.user] = member.joined_at;
            continue;
        }
        MemberState known;
        known.role = member.role;
        known.joined_seq = member.joined_seq;
        known.joined_at = member.joined_at;
        state.members.emplace(member.user, known);
    }
}

void fill_marks(ChatState& state, const std::vector<ports::MarksRow>& rows) {
    for (const auto& row : rows) {
        if (auto* member = state.member(row.user)) {
            member->marks = member->durable = row.marks;
            member->marks_at = row.at;
        } else {
            state.former[row.user] = row.marks;
        }
    }
}

}  // namespace

Task<ChatShard::LoadResult> ChatShard::load(ChatId chat) {
    const auto found = chats_.find(chat);
    if (found == chats_.end()) {
        auto state = co_await fold_of(chat, Patience::answer_failure);
        if (state && !owns(chat)) co_return moving();
        co_return state;
    }
    if (!owns(chat)) co_return moving();
    found->second->last_used = ports_.clock.steady();
    co_return found->second;
}

Result<void> ChatShard::unless_moved(const ChatState& state, Result<void> result) const {
    const bool moved = ports_.log.replays() && (state.stale || !owns(state.chat.id));
    if (result && moved) return moving();
    return result;
}

Task<ChatShard::LoadResult> ChatShard::fold_of(ChatId chat, Patience patience) {
    if (const auto found = chats_.find(chat); found != chats_.end()) {
        found->second->last_used = ports_.clock.steady();
        co_return found->second;
    }
    // Whoever asks first waits in the same line, so that nobody overtakes him: what one socket
    // sends to a chat keeps its order while the chat is loaded.
    base::CallbackAwaiter<LoadResult> turn([&](base::Completion<LoadResult> mine) {
        const auto [line, first] = loading_.try_emplace(chat);
        line->second.push_back({mine, patience});
        if (first) base::spawn(load_for_waiting(chat));
    });
    co_return co_await turn;
}

Task<void> ChatShard::load_for_waiting(ChatId chat) {
    const auto partition = ports_.log.partition_of(chat);
    const auto generation = [&] { return sequencer_.progress().generation(partition); };
    const auto elsewhere = [&] { return ports_.log.replays() && generation() == 0; };
    auto before = generation();
    auto result = co_await read_state(chat);
    // Until it is there, if the sequencer waits for it; what was read before the partition was
    // taken away or came back may be old.
    while (before != generation() || (!result && !answer_impatient(chat, result))) {
        if (elsewhere()) break;
        if (before == generation()) co_await pause();
        before = generation();
        result = co_await read_state(chat);
    }
    if (elsewhere()) result = moving();
    if (result) {
        if (auto kept = anchors_.extract(chat)) {
            (*result)->anchor = std::move(kept.mapped());
        } else {
            (*result)->anchor = std::make_shared<Anchor>();
            (*result)->anchor->followers = nobody();
        }
        (*result)->last_used = ports_.clock.steady();
        chats_.emplace(chat, *result);
        if (const auto settling = settling_.find(partition); settling != settling_.end()) {
            settling->second.chats.push_back(chat);
        }
        const Seq told = std::exchange((*result)->anchor->told, (*result)->committed);
        if (ports_.log.replays() && (*result)->anchor->followers.any()) {
            base::spawn(tell_missed(*result, told));
        }
    }
    auto waiting = std::move(loading_.extract(chat).mapped());
    for (const auto& one : waiting)
        one.done(result);
}

// What is in the log although its commit failed, or by a predecessor who wrote late: nobody has
// told it, and it will not be decided again.
Task<void> ChatShard::tell_missed(std::shared_ptr<ChatState> chat, Seq told) {
    const Seq through = chat->committed;
    fan_out_.missed(*chat);
    fan_out_.send();
    while (told < through && !chat->stale && owns(chat->chat.id)) {
        ports::MessageRange range;
        range.chat = chat->chat.id;
        range.after = told;
        range.before = through.next();
        range.limit = most_missed;
        auto messages = co_await ports_.store.read(range);
        if (!messages) {
            co_await pause();
            continue;
        }
        if (messages->empty() || chat->stale) break;
        told = messages->back().seq;
        for (auto& message : *messages)
            fan_out_.message({chat, live_message(std::move(message)), {}, {}, {}});
        fan_out_.send();
    }
    // Whoever loads it next goes on there.
    if (told < through) chat->anchor->told = std::min(chat->anchor->told, told);
}

Task<void> ChatShard::pause() {
    base::Timer timer;
    base::CallbackAwaiter<bool> later([&](base::Completion<bool> done) {
        timer = executor_.after(retry_time, [done] { done(true); });
    });
    co_await later;
}

// True: nobody waits for another try.
bool ChatShard::answer_impatient(ChatId chat, const LoadResult& result) {
    const bool sure = result.error().code == base::ErrorCode::not_found || !ports_.log.replays();
    if (sure) return true;
    auto& line = loading_.at(chat);
    std::vector<Loading> answered;
    std::erase_if(line, [&](const Loading& one) {
        if (one.patience == Patience::try_again) return false;
        answered.push_back(one);
        return true;
    });
    if (line.empty()) {
        line.swap(answered);
        return true;
    }
    for (const auto& one : answered)
        one.done(result);
    return false;
}

// All of it as of one head, though whoever had the partition before may still be writing: what has
// its place up to this head is in the directory or in the outbox that is read after it, and when
// the head has not moved meanwhile the directory says nothing of what comes later.
Task<ChatShard::LoadResult> ChatShard::read_state(ChatId chat) {
    while (true) {
        const auto head = co_await ports_.store.head(chat);
        if (!head) co_return std::unexpected(head.error());
        std::vector<ports::ControlMessage> outbox;
        const auto state = co_await read_members(chat, outbox);
        if (!state) co_return std::unexpected(state.error());
        if (*head) {
            (*state)->head = (*state)->committed = (*head)->seq;
            (*state)->ticks = domain::ticks_of((*head)->message_id);
            (*state)->head_row = **head;
        }
        const auto placed = co_await apply_placed(**state, std::move(outbox));
        if (!placed) co_return std::unexpected(placed.error());
        const auto senders = co_await read_senders(**state);
        if (!senders) co_return std::unexpected(senders.error());
        const auto blocks = co_await read_blocks(**state);
        if (!blocks) co_return std::unexpected(blocks.error());
        if (!ports_.log.replays()) co_return state;
        const auto now = co_await ports_.store.head(chat);
        if (!now) co_return std::unexpected(now.error());
        const Seq seq = *now ? (*now)->seq : Seq{};
        if (seq == (*state)->head) co_return state;
    }
}

Task<Result<std::shared_ptr<ChatState>>> ChatShard::read_members(
    ChatId chat, std::vector<ports::ControlMessage>& outbox) {
    auto found = co_await ports_.directory.find(chat);
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return std::unexpected(no_such_chat());
    outbox = std::move((*found)->outbox);
    auto state = std::make_shared<ChatState>();
    state->chat = (*found)->chat;
    fill_members(*state, (*found)->members);
    fill_members(*state, (*found)->leaving);
    const auto rows = co_await ports_.receipts.marks(chat);
    if (!rows) co_return std::unexpected(rows.error());
    fill_marks(*state, *rows);
    co_return state;
}

// Changes that have their place while the directory does not know it yet: the process ended, or
// the directory failed, between the two.
Task<Result<void>> ChatShard::apply_placed(ChatState& state,
                                           std::vector<ports::ControlMessage> outbox) {
    for (const auto& control : outbox) {
        const ports::SendKey key{control.actor, {}, control.id};
        const auto place = co_await ports_.store.find_send(key);
        if (!place) co_return std::unexpected(place.error());
        if (!*place || (*place)->seq > state.head) continue;
        state.apply(control.event, control.actor, (*place)->seq, (*place)->at);
    }
    co_return Result<void>{};
}

Task<Result<void>> ChatShard::read_senders(ChatState& state) {
    if (state.head == Seq{}) co_return Result<void>{};
    ports::MessageRange newest;
    newest.chat = state.chat.id;
    newest.after = Seq{state.head.value > senders_at_load ? state.head.value - senders_at_load : 0};
    newest.before = state.head.next();
    newest.limit = senders_at_load;
    const auto messages = co_await ports_.store.read(newest);
    if (!messages) co_return std::unexpected(messages.error());
    for (const auto& message : *messages)
        state.senders.push(message.seq, message.sender);
    co_return Result<void>{};
}

Task<Result<void>> ChatShard::read_blocks(ChatState& state) {
    if (state.chat.type != domain::ChatType::direct || state.members.size() != 2) {
        co_return Result<void>{};
    }
    const auto one = state.members.begin()->first;
    const auto other = std::next(state.members.begin())->first;
    const auto blocked = co_await ports_.relations.blocked_either_way(one, other);
    if (!blocked) co_return std::unexpected(blocked.error());
    state.blocked = *blocked;
    co_return Result<void>{};
}

}  // namespace banter::chat
