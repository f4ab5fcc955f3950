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

// Until an engine that failed is asked again.
constexpr auto retry_time = std::chrono::milliseconds(100);

Problem moving() {
    return {ErrorCode::overloaded, "This chat is moving to another server; try again in a moment.",
            std::chrono::milliseconds(500)};
}

// Whether the fold has come as far as this row. Beyond it are rows that whoever had the partition
// before has written meanwhile; their records are still to come.
bool reached(const ChatState& chat, const ports::SendRow& row) {
    return row.chat != chat.chat.id || row.seq <= chat.head || BANTER_FAULT(rows_beyond_the_fold);
}

std::uint64_t node_of(const ports::LogPosition& position) {
    return static_cast<std::uint64_t>(position.offset) << 8 |
           static_cast<std::uint64_t>(position.partition & 0xFF);
}

}  // namespace

Sequencer::Sequencer(base::Executor& shard, ports::MessageStore& store, ports::MessageLog& log,
                     FanOut& fan_out, SequencerLimits limits, Hooks hooks)
    : shard_(shard),
      store_(store),
      log_(log),
      fan_out_(fan_out),
      limits_(limits),
      hooks_(std::move(hooks)),
      progress_(log) {}

bool Sequencer::Gathered::empty() const {
    return batch.empty() && committed.empty() && repeats.empty() && moved.empty() &&
           cursors.empty() && done.empty();
}

void Sequencer::consume(ports::LogRecord record) {
    if (!progress_.begin(record.delivery())) return;
    ++pending_;
    base::spawn(run(std::move(record)));
}

base::Task<void> Sequencer::run(ports::LogRecord record) {
    auto chat = co_await hooks_.load(chat_of(record));
    if (!chat || !progress_.current(record.delivery())) {
        if (progress_.current(record.delivery())) refuse(record, chat.error());
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
        if (!progress_.current(record.delivery())) {  // whoever has the chat now decides it
            take_off(lane);
        } else if (!chat->stale) {
            if (co_await sequence(chat, record)) take_off(lane);
        } else if (const auto anew = co_await hooks_.load(chat_of(record))) {
            chat = *anew;
        } else {
            if (progress_.current(record.delivery())) refuse(record, anew.error());
            take_off(lane);
        }
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
    const auto first = in_flight_.find(key_of(record));
    if (first != in_flight_.end() && reached(*chat, first->second)) {
        repeat(chat, record, first->second, true);
        co_return true;
    }
    const auto earlier = co_await find_send(record);
    if (chat->stale && !BANTER_FAULT(stale_built_upon)) co_return false;
    if (!earlier) {
        refuse(record, earlier.error());
    } else if (*earlier && reached(*chat, **earlier)) {
        // Written by whoever had the chat before, and again by what is being committed here: nobody
        // here is shown it until that is done.
        const bool in_flight =
            (*earlier)->chat == chat->chat.id && (*earlier)->seq > chat->committed;
        repeat(chat, record, **earlier, in_flight);
    } else if (record.control) {
        assign(chat, record);
    } else if (const auto problem = check(*chat, record.command)) {
        refuse(record, *problem);
    } else if (decided_before(*chat, record)) {
        refuse(record, moving());
    } else {
        assign(chat, record);
    }
    co_return true;
}

// Where the log replays an answer is waited for: to refuse what another has accepted would fork the
// chat.
base::Task<base::Result<std::optional<ports::SendRow>>> Sequencer::find_send(
    const ports::LogRecord& record) {
    while (true) {
        auto found = co_await store_.find_send(key_of(record));
        if (found || !log_.replays() || !progress_.current(record.delivery())) co_return found;
        base::Timer timer;
        base::CallbackAwaiter<bool> later([&](base::Completion<bool> done) {
            timer = shard_.after(retry_time, [done] { done(true); });
        });
        co_await later;
    }
}

// The head has passed its place in the log, and it got no place in the chat: it was refused then,
// whatever holds now.
bool Sequencer::decided_before(const ChatState& chat, const ports::LogRecord& record) const {
    if (!log_.replays() || chat.head == Seq{} || BANTER_FAULT(redecided)) return false;
    return record.position <= chat.head_row.position;
}

// Who was accepted at the door may have lost the right to send since: only the order of the log
// decides (promise P6).
std::optional<Problem> Sequencer::check(const ChatState& chat,
                                        const ports::SendCommand& send) const {
    const auto* member = chat.member(send.key.sender);
    if (member == nullptr) {
        if (BANTER_FAULT(membership_at_accept)) return std::nullopt;
        return no_such_chat();
    }
    if (send.blocked) {
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
    progress_.finish(record.delivery());
    if (record.control) {
        base::log::error("control.refused",
                         {{"chat", to_string(record.control->chat)}, {"detail", problem.detail}});
        hooks_.refused(*record.control, problem);
        return;
    }
    answer_now(record.command.ticket, std::unexpected(problem));
}

void Sequencer::answer_now(const ports::Ticket& ticket,
                           const base::Result<protocol::Sent>& result) {
    fan_out_.answer(ticket, result);
    fan_out_.send();
}

void Sequencer::repeat(const std::shared_ptr<ChatState>& chat, const ports::LogRecord& record,
                       const ports::SendRow& first, bool in_flight) {
    if (record.control) {
        if (in_flight) {  // its commit tells everyone who waits
            if (log_.replays()) gathering_.repeats.push_back({{}, {}, record.delivery()});
            return;
        }
        progress_.finish(record.delivery());
        hooks_.sequenced(*record.control, first.seq, record.delivery());
        return;
    }
    const auto& ticket = record.command.ticket;
    base::Result<protocol::Sent> sent = protocol::Sent{first.key.client_id, first.chat, first.seq,
                                                       first.message_id,    first.at,   true};
    if (digest_of(record) != first.digest && !BANTER_FAULT(conflict_overlooked)) {
        sent = base::fail(ErrorCode::conflict,
                          "This client_id was used for another message; make a new one.");
    }
    if (!in_flight || BANTER_FAULT(repeat_acked_early)) {
        answer_now(ticket, may_tell(record.delivery()) ? sent : std::unexpected(moving()));
        progress_.finish(record.delivery());
        return;
    }
    gathering_.repeats.push_back({ticket, std::move(sent), record.delivery()});
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
    auto live = live_message(place(*chat, record));
    const auto& message = live->message;
    if (record.control) {
        chat->apply(record.control->event, record.control->actor, message.seq, message.at);
    }
    chat->senders.push(message.seq, message.sender);
    chat->head_row = {
        message.chat,   message.seq, message.id, message.at, domain::preview(message.content),
        record.position};
    const ports::SendKey key = key_of(record);
    ports::SendRow row{key, message.chat, message.seq, message.id, message.at, digest_of(record)};
    in_flight_.insert_or_assign(key, row);
    if (!BANTER_FAULT(duplicate_key_forgotten)) gathering_.batch.sends.push_back(std::move(row));
    gathering_.batch.messages.push_back({message, record.position});
    if (!std::exchange(chat->touched, true)) gathering_.chats.push_back(chat);
    ports::Ticket ticket = record.command.ticket;
    if (BANTER_FAULT(ack_before_commit)) {
        answer_now(std::exchange(ticket, {}), sent_for(message));
    }
    gathering_.committed.push_back(
        {chat, std::move(live), ticket, record.control, record.delivery()});
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
        no_longer_in_flight(message);
        committed.chat->committed = std::max(committed.chat->committed, message.seq);
        if (may_tell(committed.delivery)) {
            fan_out_.message(committed);
            auto& told = committed.chat->anchor->told;
            told = std::max(told, message.seq);
        } else {
            fan_out_.answer(committed.ticket, std::unexpected(moving()));
        }
        progress_.finish(committed.delivery);
    }
    for (const auto& repeat : gathered.repeats) {
        const bool told = may_tell(repeat.delivery);
        fan_out_.answer(repeat.ticket, told ? repeat.result : std::unexpected(moving()));
        progress_.finish(repeat.delivery);
    }
    fan_out_.send();
    for (const auto& committed : gathered.committed) {
        const auto& message = committed.live->message;
        if (committed.control) {
            hooks_.sequenced(*committed.control, message.seq, committed.delivery);
        } else {
            hooks_.sent(message.chat, message.sender);
        }
    }
    note_durable(gathered);
    for (const auto& done : gathered.done)
        done({});
    co_await tell_marks();
}

// Who may have a successor, be it himself, writes rows that the successor writes, too; but what he
// says of them could be news to those whom the successor has answered already.
bool Sequencer::may_tell(const ports::Delivery& delivery) const {
    if (BANTER_FAULT(zombie_tells)) return true;
    return log_.owns(delivery.position.partition) && progress_.current(delivery);
}

void Sequencer::no_longer_in_flight(const domain::Message& message) {
    if (BANTER_FAULT(duplicate_key_forgotten)) return;
    const auto found = in_flight_.find({message.sender, message.device, message.client_id});
    if (found != in_flight_.end() && found->second.message_id == message.id) {
        in_flight_.erase(found);
    }
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
            fan_out_.answer(committed.ticket, std::unexpected(problem));
        }
        for (const auto& repeat : lost->repeats)
            fan_out_.answer(repeat.ticket, std::unexpected(problem));
        for (const auto& done : lost->done)
            done(std::unexpected(problem));
    }
    in_flight_.clear();
    if (!BANTER_FAULT(seqs_kept_after_failure)) hooks_.forget();
    fan_out_.send();
    if (!log_.replays()) return;
    progress_.suspend();
    rewind_ = shard_.after(retry_time, [this] { progress_.rewind(); });
}

}  // namespace banter::chat
