#include "chat/sequencer.hpp"

#include <algorithm>
#include <utility>

#include "base/fault.hpp"
#include "base/log.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;
using base::Problem;
using domain::Seq;

ports::SendKey key_of(const ports::LogRecord& record) {
    if (record.control) return {record.control->actor, {}, record.control->id};
    return record.command.key;
}

domain::ContentDigest digest_of(const ports::LogRecord& record) {
    if (record.control) return {};
    return domain::digest(record.command.chat, record.command.content);
}

domain::ChatId chat_of(const ports::LogRecord& record) {
    return record.control ? record.control->chat : record.command.chat;
}

std::uint64_t node_of(const ports::LogPosition& position) {
    return static_cast<std::uint64_t>(position.offset) << 8 |
           static_cast<std::uint64_t>(position.partition & 0xFF);
}

}  // namespace

Sequencer::Sequencer(base::Executor& shard, ports::MessageStore& store, FanOut& fan_out,
                     SequencerLimits limits, Hooks hooks)
    : shard_(shard), store_(store), fan_out_(fan_out), limits_(limits), hooks_(std::move(hooks)) {}

void Sequencer::expect(const ports::SendKey& key, PendingAnswer answer) {
    expected_[key].push_back(std::move(answer));
}

std::optional<PendingAnswer> Sequencer::take_answer(const ports::SendKey& key) {
    const auto found = expected_.find(key);
    if (found == expected_.end()) return std::nullopt;
    PendingAnswer answer = std::move(found->second.front());
    found->second.pop_front();
    if (found->second.empty()) expected_.erase(found);
    return answer;
}

void Sequencer::consume(ports::LogRecord record) {
    ++pending_;
    base::spawn(run(std::move(record)));
}

base::Task<void> Sequencer::run(ports::LogRecord record) {
    auto chat = co_await hooks_.load(chat_of(record));
    if (!chat) {
        refuse(record, chat.error());
        --pending_;
        co_return;
    }
    auto& lane = (*chat)->anchor->lane;
    lane.records.push_back(std::move(record));
    if (!std::exchange(lane.draining, true)) co_await drain(*std::move(chat));
}

base::Task<void> Sequencer::drain(std::shared_ptr<ChatState> chat) {
    const auto anchor = chat->anchor;
    auto& lane = anchor->lane;
    while (!lane.records.empty()) {
        const auto& record = lane.records.front();
        if (chat->stale) {
            if (const auto anew = co_await hooks_.load(chat_of(record))) {
                chat = *anew;
            } else {
                refuse(record, anew.error());
                take_off(lane);
                continue;
            }
        }
        if (co_await sequence(chat, record)) take_off(lane);
    }
    lane.draining = false;
}

void Sequencer::take_off(Lane& lane) {
    lane.records.pop_front();
    --pending_;
}

// False: a commit failed meanwhile, so what is known of the chat is void; nothing was decided.
base::Task<bool> Sequencer::sequence(const std::shared_ptr<ChatState>& chat,
                                     const ports::LogRecord& record) {
    const ports::SendKey key = key_of(record);
    if (const auto first = in_flight_.find(key); first != in_flight_.end()) {
        repeat(chat, record, first->second, true);
        co_return true;
    }
    const auto earlier = co_await store_.find_send(key);
    if (chat->stale && !BANTER_FAULT(stale_built_upon)) co_return false;
    if (!earlier) {
        refuse(record, earlier.error());
    } else if (*earlier) {
        repeat(chat, record, **earlier, false);
    } else if (record.control) {
        assign(chat, record);
    } else if (const auto problem = check(*chat, record.command)) {
        refuse(record, *problem);
    } else {
        assign(chat, record);
    }
    co_return true;
}

// Who was accepted at the door may have lost the right to send since: only the order of the log
// decides (promise P6).
std::optional<Problem> Sequencer::check(const ChatState& chat,
                                        const ports::SendCommand& send) const {
    const auto* member = chat.member(send.key.sender);
    if (member == nullptr) {
        if (BANTER_FAULT(membership_at_accept)) return std::nullopt;
        return Problem{ErrorCode::not_found, "There is no such chat, or you are not in it.", {}};
    }
    if (chat.blocked) {
        return Problem{ErrorCode::forbidden, "One of you has blocked the other.", {}};
    }
    if (!chat.may_send(*member)) {
        return Problem{ErrorCode::forbidden, "Only the owner and admins send in this group.", {}};
    }
    if (send.content.media) {
        return Problem{ErrorCode::invalid, "There is no such media; upload it first.", {}};
    }
    if (const auto reply_to = send.content.reply_to) {
        if (*reply_to > chat.head || *reply_to < chat.first_seq(*member)) {
            return Problem{ErrorCode::invalid,
                           "The field 'reply_to' must be the seq of a message you can see.",
                           {}};
        }
    }
    return std::nullopt;
}

void Sequencer::refuse(const ports::LogRecord& record, const Problem& problem) {
    if (record.control) {
        base::log::error("control.refused",
                         {{"chat", to_string(record.control->chat)}, {"detail", problem.detail}});
        hooks_.refused(*record.control, problem);
        return;
    }
    if (auto answer = take_answer(record.command.key)) {
        answer_now(std::move(*answer), std::unexpected(problem));
    }
}

void Sequencer::answer_now(PendingAnswer answer, base::Result<protocol::Sent> result) {
    fan_out_.answer(answer, result);
    fan_out_.send();
}

void Sequencer::repeat(const std::shared_ptr<ChatState>& chat, const ports::LogRecord& record,
                       const ports::SendRow& first, bool in_flight) {
    if (record.control && in_flight) return;  // its commit tells everyone who waits
    if (record.control) {
        hooks_.sequenced(*record.control, first.seq);
        return;
    }
    auto answer = take_answer(record.command.key);
    if (!answer) return;
    if (digest_of(record) != first.digest && !BANTER_FAULT(conflict_overlooked)) {
        answer_now(std::move(*answer),
                   base::fail(ErrorCode::conflict,
                              "This client_id was used for another message; make a new one."));
        return;
    }
    const protocol::Sent sent{first.key.client_id, first.chat, first.seq,
                              first.message_id,    first.at,   true};
    if (!in_flight || BANTER_FAULT(repeat_acked_early)) {
        answer_now(std::move(*answer), sent);
        return;
    }
    gathering_.repeats.push_back({std::move(*answer), sent});
    schedule_flush();
}

domain::Message Sequencer::place(ChatState& chat, const ports::LogRecord& record) {
    domain::Message message;
    chat.head = chat.head.next();
    chat.ticks = std::max(domain::ticks_at(record.at), chat.ticks + 1);
    if (BANTER_FAULT(ids_by_the_clock)) chat.ticks = domain::ticks_at(record.at);
    message.chat = chat.chat.id;
    message.seq = chat.head;
    message.id = domain::make_time_uuid(chat.ticks, node_of(record.position));
    message.at = record.at;
    if (record.control) {
        message.sender = record.control->actor;
        message.client_id = record.control->id;
        message.content.kind = domain::MessageKind::event;
        message.content.event = record.control->event;
    } else {
        message.sender = record.command.key.sender;
        message.device = record.command.key.device;
        message.client_id = record.command.key.client_id;
        message.content = record.command.content;
    }
    return message;
}

void Sequencer::assign(const std::shared_ptr<ChatState>& chat, const ports::LogRecord& record) {
    auto live = std::make_shared<delivery::LiveMessage>();
    live->message = place(*chat, record);
    const auto& message = live->message;
    live->frame = delivery::encode_frame(protocol::encode_message(message, false));
    if (record.control) {
        live->chat_frame = delivery::encode_frame(protocol::encode_chat_change(message));
        chat->apply(record.control->event, record.control->actor, message.seq, message.at);
    }
    chat->senders.push(message.seq, message.sender);
    chat->head_row = {
        message.chat,   message.seq, message.id, message.at, domain::preview(message.content),
        record.position};
    const ports::SendKey key = key_of(record);
    ports::SendRow row{key, message.chat, message.seq, message.id, message.at, digest_of(record)};
    in_flight_.emplace(key, row);
    if (!BANTER_FAULT(duplicate_key_forgotten)) gathering_.batch.sends.push_back(std::move(row));
    gathering_.batch.messages.push_back({message, record.position});
    if (!std::exchange(chat->touched, true)) gathering_.chats.push_back(chat);
    std::optional<PendingAnswer> answer;
    if (!record.control) answer = take_answer(key);
    if (BANTER_FAULT(ack_before_commit) && answer) {
        answer_now(*std::exchange(answer, std::nullopt), sent_for(message));
    }
    gathering_.committed.push_back({chat, std::move(live), std::move(answer), record.control});
    schedule_flush();
}

void Sequencer::schedule_flush() {
    if (committing_ || flush_scheduled_) return;
    if (gathering_.urgent() || limits_.marks_wait.count() == 0) {
        flush_scheduled_ = true;
        shard_.post([this] { flush(); });
    } else if (!std::exchange(flush_due_later_, true)) {
        later_ = shard_.after(limits_.marks_wait, [this] { flush(); });
    }
}

void Sequencer::flush() {
    later_.cancel();
    flush_due_later_ = false;
    flush_scheduled_ = false;
    if (committing_ || gathering_.empty()) return;
    Gathered gathered = std::exchange(gathering_, {});
    add_chat_rows(gathered);
    add_marks_rows(gathered);
    add_cursor_rows(gathered);
    committing_ = true;
    base::spawn(commit(std::move(gathered)));
}

// One head and one inbox row per member, however many messages the batch has for the chat.
void Sequencer::add_chat_rows(Gathered& gathered) const {
    for (const auto& chat : gathered.chats) {
        chat->touched = false;
        const auto& head = chat->head_row;
        gathered.batch.heads.push_back(head);
        if (chat->members.size() >= limits_.fanout_on_write_below) continue;
        if (BANTER_FAULT(inbox_behind_head) && head.seq.value % 4 == 0) continue;
        for (const auto& [user, member] : chat->members) {
            gathered.batch.inbox.push_back(
                {user, head.chat, head.seq, head.message_id, head.at, head.preview});
        }
    }
}

base::Task<void> Sequencer::commit(Gathered gathered) {
    base::Result<void> result;
    if (!gathered.batch.empty()) {
        ports::CommitBatch batch = std::move(gathered.batch);
        result = co_await store_.commit(std::move(batch));
    }
    committing_ = false;
    committing_cursors_.clear();
    if (!result && !BANTER_FAULT(failed_commit_acked)) {
        fail(std::move(gathered), result.error());
        co_return;
    }
    if (gathering_.urgent()) {
        flush();  // the disk works while the outcome is told
    } else if (!gathering_.empty()) {
        schedule_flush();
    }
    co_await publish(std::move(gathered));
}

base::Task<void> Sequencer::publish(Gathered gathered) {
    for (const auto& committed : gathered.committed) {
        const auto& message = committed.live->message;
        if (!BANTER_FAULT(duplicate_key_forgotten)) {
            in_flight_.erase({message.sender, message.device, message.client_id});
        }
        committed.chat->committed = std::max(committed.chat->committed, message.seq);
        fan_out_.message(committed);
    }
    for (const auto& waiting : gathered.repeats)
        fan_out_.answer(waiting.answer, waiting.result);
    fan_out_.send();
    for (const auto& committed : gathered.committed) {
        const auto& message = committed.live->message;
        if (committed.control) {
            hooks_.sequenced(*committed.control, message.seq);
        } else {
            hooks_.sent(message.chat, message.sender);
        }
    }
    note_durable(gathered);
    for (const auto& done : gathered.done)
        done({});
    co_await tell_marks();
}

// What is not durable has not happened: nobody gets an ack, and the chats are read anew.
void Sequencer::fail(Gathered gathered, const Problem& problem) {
    base::log::error("commit.failed",
                     {{"detail", problem.detail}, {"messages", gathered.committed.size()}});
    Gathered later = std::exchange(gathering_, {});
    Gathered held = std::exchange(held_, {});
    written_.clear();
    for (auto* lost : {&gathered, &later, &held}) {
        for (const auto& committed : lost->committed) {
            if (committed.answer) fan_out_.answer(*committed.answer, std::unexpected(problem));
        }
        for (const auto& waiting : lost->repeats) {
            fan_out_.answer(waiting.answer, std::unexpected(problem));
        }
        for (const auto& done : lost->done)
            done(std::unexpected(problem));
    }
    in_flight_.clear();
    if (!BANTER_FAULT(seqs_kept_after_failure)) hooks_.forget();
    fan_out_.send();
}

}  // namespace banter::chat
