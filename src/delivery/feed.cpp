#include "delivery/feed.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/fault.hpp"
#include "protocol/websocket.hpp"

namespace banter::delivery {
namespace {

using domain::Seq;

// Enough to make a read worth its hop, few enough to share the store fairly.
constexpr std::size_t max_read = 64;

bool removes(const domain::Message& message, domain::UserId user) {
    const auto& event = message.content.event;
    return event && event->change == domain::Change::member_removed &&
           std::ranges::find(event->users, user) != event->users.end();
}

void merge(std::optional<Seq>& mark, const std::optional<Seq>& other) {
    if (other && (!mark || *other > *mark)) mark = other;
}

}  // namespace

void Feed::Stream::removed_at(Seq seq) {
    auto& end = later.empty() ? last : later.back().last;
    if (!end) {
        end = seq;
    } else if (seq > *end) {
        removed_again = seq;
    }
}

void Feed::Stream::begin_next() {
    first = next = later.front().first;
    last = later.front().last;
    later.erase(later.begin());
    acked = Seq{next.value - 1};
    backlog_end = acked;
}

EncodedFrame encode_frame(std::string_view payload) {
    auto frame = std::make_shared<std::string>();
    frame->reserve(payload.size() + 10);
    protocol::websocket::append_frame(*frame, protocol::websocket::Opcode::text, payload);
    return frame;
}

Feed::Feed(Identity identity, ports::MessageStore& store, FeedOutput& output, std::size_t window)
    : identity_(identity), store_(store), output_(&output), window_(window) {}

void Feed::add(const StreamStart& start) {
    Seq next = std::max(start.first_seq, start.cursor.next());
    // What this session has been sent goes on there, whatever else the device has by now.
    if (const auto before = stopped_.extract(start.chat)) {
        next = std::max(start.first_seq, before.mapped());
    }
    if (const auto found = streams_.find(start.chat); found != streams_.end()) {
        rejoin(found->second, start);
        return;
    }
    Stream stream;
    stream.first = start.first_seq;
    stream.next = next;
    stream.head = stream.asked = start.head;
    stream.acked = Seq{next.value - 1};
    stream.backlog_end = stream.acked;
    stream.last = start.last_seq;
    if (auto held = joining_.extract(start.chat)) stream.own = std::move(held.mapped());
    if (!stream.own.empty()) stream.head = std::max(stream.head, stream.own.rbegin()->first);
    auto& added = streams_.emplace(start.chat, std::move(stream)).first->second;
    write_own_before(added, added.next);
    enqueue(start.chat, added);
    if (started_) pump();
    finish_if_ended(start.chat);  // the device has all of it
}

// Left and joined again before the end was sent: what is left of the membership before comes first.
void Feed::rejoin(Stream& stream, const StreamStart& start) {
    stream.head = std::max(stream.head, start.head);
    if (auto held = joining_.extract(start.chat)) stream.own.merge(held.mapped());
    write_own_before(stream, stream.next);
    if (!stream.own.empty()) stream.head = std::max(stream.head, stream.own.rbegin()->first);
    auto* const before = stream.later.empty() ? &stream.last : &stream.later.back().last;
    if (!*before) return;  // heard of already
    Span span{start.first_seq, start.last_seq};
    // Answered before the removal that has come meanwhile.
    const bool over = stream.removed_again >= span.first && stream.removed_again > start.head;
    if (!span.last && over) span.last = stream.removed_again;
    stream.removed_again = Seq{};
    if (span.first > (*before)->next()) {
        stream.later.push_back(span);
    } else {
        *before = span.last;  // the history is shared, so nothing is left out between them
    }
    enqueue(start.chat, stream);
    pump();
    finish_if_ended(start.chat);
}

void Feed::write_own_before(Stream& stream, Seq end) {
    while (!stream.own.empty() && stream.own.begin()->first < end) {
        if (output_ != nullptr) output_->write(std::move(stream.own.begin()->second));
        stream.own.erase(stream.own.begin());
    }
}

bool Feed::goes_on(const StreamStart& start) {
    const auto found = streams_.find(start.chat);
    if (found == streams_.end()) return true;
    auto& stream = found->second;
    if (stream.last) return true;  // its end is known
    if (stream.first != start.first_seq) return false;
    stream.head = std::max(stream.head, start.head);
    stream.asked = std::max(stream.asked, start.head);
    if (start.last_seq) stream.removed_at(*start.last_seq);
    if (stream.live) enqueue(start.chat, stream);
    pump();
    finish_if_ended(start.chat);
    return true;
}

bool Feed::ends(domain::ChatId chat) const {
    const auto found = streams_.find(chat);
    if (found == streams_.end()) return false;
    const auto& stream = found->second;
    return (stream.later.empty() ? stream.last : stream.later.back().last).has_value();
}

void Feed::add_receipt(const protocol::Receipt& receipt) {
    auto& early = early_receipts_.try_emplace({receipt.chat, receipt.user}, receipt).first->second;
    merge(early.delivered, receipt.delivered);
    merge(early.read, receipt.read);
    early.at = std::max(early.at, receipt.at);
    if (synced_) pump();
}

void Feed::joined(domain::ChatId chat) {
    if (output_ == nullptr) return;
    if (!streams_.contains(chat) || ends(chat)) joining_.try_emplace(chat);
    output_->joined(chat);
}

void Feed::not_added(domain::ChatId chat) {
    auto held = joining_.extract(chat);
    if (!held || output_ == nullptr) return;
    for (auto& [seq, frame] : held.mapped())
        output_->write(std::move(frame));
}

void Feed::start() {
    started_ = true;
    pump();
}

void Feed::close() {
    output_ = nullptr;
    streams_.clear();
    backlog_.clear();
}

void Feed::enqueue(domain::ChatId chat, Stream& stream) {
    stream.live = !stream.behind();
    if (stream.live) return;
    if (std::ranges::find(backlog_, chat) == backlog_.end()) backlog_.push_back(chat);
    if (!synced_ && !std::exchange(stream.counted, true)) ++backlog_chats_;
}

void Feed::live(const LiveMessage& message) {
    const auto found = streams_.find(message.message.chat);
    if (found == streams_.end() || output_ == nullptr) return;
    auto& stream = found->second;
    const Seq seq = message.message.seq;
    if (stream.live || !BANTER_FAULT(lost_wake_up)) stream.head = std::max(stream.head, seq);
    if (removes(message.message, identity_.user) && !BANTER_FAULT(removed_still_fed)) {
        stream.removed_at(seq);
    }
    if (!stream.live) {
        if (BANTER_FAULT(live_before_backlog)) output_->write(message.frame);
        return;
    }
    if (seq > stream.next) {
        enqueue(message.message.chat, stream);
        pump();
        return;
    }
    if (seq == stream.next) {
        if (message.chat_frame) output_->write(message.chat_frame);
        const bool own = message.message.sender == identity_.user;
        output_->write(own && !message.message.content.event
                           ? encode_frame(protocol::encode_message(message.message, true))
                           : message.frame);
        stream.advance();
    }
    finish_if_ended(message.message.chat);
}

void Feed::sent(const protocol::Sent& sent, const protocol::Ref& ref) {
    if (output_ == nullptr) return;
    auto frame = encode_frame(protocol::encode_sent(sent, ref));
    if (const auto joining = joining_.find(sent.chat); joining != joining_.end()) {
        joining->second[sent.seq] = std::move(frame);
        return;
    }
    const auto found = streams_.find(sent.chat);
    const auto stopped = stopped_.find(sent.chat);
    const bool ended = stopped != stopped_.end() && sent.seq < stopped->second;
    if (found == streams_.end() ? ended : sent.seq < found->second.next) {
        output_->write(std::move(frame));  // a repeat of what the stream has passed
        return;
    }
    if (found == streams_.end()) {  // of a membership that this session was not told of
        joining_[sent.chat][sent.seq] = std::move(frame);
        output_->joined(sent.chat);
        return;
    }
    auto& stream = found->second;
    stream.head = std::max(stream.head, sent.seq);
    if (stream.live && sent.seq == stream.next) {
        output_->write(std::move(frame));
        stream.advance();
        return;
    }
    stream.own[sent.seq] = std::move(frame);
    if (stream.live) {
        enqueue(sent.chat, stream);
        pump();
    }
}

void Feed::receipt(const ReceiptNotice& notice) {
    const auto target =
        std::ranges::lower_bound(notice.targets, identity_.user, {}, &ReceiptNotice::Target::user);
    if (target == notice.targets.end() || target->user != identity_.user) return;
    if (!streams_.contains(notice.receipt.chat)) return;
    protocol::Receipt receipt = notice.receipt;
    if (!target->delivered) receipt.delivered.reset();
    if (!target->read) receipt.read.reset();
    if (!receipt.delivered && !receipt.read) return;
    const bool waits = early_receipts_.contains({receipt.chat, receipt.user});
    if (synced_ && !waits) {
        write_receipt(receipt);
    } else {
        add_receipt(receipt);
    }
}

void Feed::add_state(domain::ChatId chat, base::Timestamp at, EncodedFrame frame) {
    const auto told = told_states_.find(chat);
    if (told != told_states_.end() && told->second > at) return;
    early_states_[chat] = {at, std::move(frame)};
    pump();
}

void Feed::state(domain::ChatId chat, base::Timestamp at, EncodedFrame frame) {
    const auto told = told_states_.find(chat);
    if (told == told_states_.end() || told->second <= at) state_answer(chat, at, std::move(frame));
}

void Feed::state_answer(domain::ChatId chat, base::Timestamp at, EncodedFrame frame) {
    if (output_ == nullptr) return;
    told_states_[chat] = at;
    const auto early = early_states_.find(chat);
    if (early != early_states_.end() && early->second.at <= at) early_states_.erase(early);
    output_->write(std::move(frame));
}

void Feed::write_receipt(const protocol::Receipt& receipt) {
    if (output_) output_->write(encode_frame(protocol::encode_receipt(receipt)));
}

void Feed::acknowledged(domain::ChatId chat, Seq seq) {
    const auto found = streams_.find(chat);
    if (found == streams_.end()) return;
    auto& stream = found->second;
    const std::size_t before = stream.unacknowledged();
    // No further than what was sent, whatever the peer says.
    stream.acked = std::max(stream.acked, std::min(seq, Seq{stream.next.value - 1}));
    unacknowledged_ -= before - stream.unacknowledged();
    pump();
}

void Feed::pump() {
    if (!started_ || pumping_ || output_ == nullptr) return;
    pumping_ = true;
    base::spawn(run_pump());
}

base::Task<void> Feed::run_pump() {
    const auto self = shared_from_this();
    while (co_await pump_once()) {
    }
    pumping_ = false;
    if (!backlog_.empty() || output_ == nullptr) co_return;
    if (!synced_) {
        say_synced();
    } else {
        say_early();
    }
}

// Sends one piece of the backlog. False: there is nothing to send, or the window is full.
base::Task<bool> Feed::pump_once() {
    if (output_ == nullptr || backlog_.empty()) co_return false;
    const domain::ChatId chat = backlog_.front();
    const auto before = streams_.find(chat);
    if (before == streams_.end() || !before->second.behind()) {
        backlog_.pop_front();
        if (before != streams_.end()) caught_up(chat, before->second);
        co_return true;
    }
    if (unacknowledged_ >= window_ || !output_->writable()) co_return false;
    ports::MessageRange range;
    range.chat = chat;
    range.after = Seq{before->second.next.value - 1};
    range.before = before->second.end().next();
    range.limit = std::min(window_ - unacknowledged_, max_read);
    const auto messages = co_await store_.read(range);
    if (output_ == nullptr) co_return false;
    if (!messages) {
        output_->failed(messages.error());
        co_return false;
    }
    const auto found = streams_.find(chat);
    if (found == streams_.end()) co_return true;
    if (messages->empty()) {
        // Everything up to `end` was committed before this read, so the log has a hole.
        output_->failed(base::Problem{base::ErrorCode::overloaded,
                                      "The history of a chat cannot be read; the operator must "
                                      "run 'banter doctor'.",
                                      std::chrono::seconds(10)});
        co_return false;
    }
    for (const auto& message : *messages) {
        if (found->second.next > found->second.end()) break;  // ended by what was read just now
        if (!output_->writable()) break;  // the rest is read again when the reader is there
        if (message.seq == found->second.next) send_from_log(found->second, message);
    }
    co_return output_ != nullptr;
}

void Feed::send_from_log(Stream& stream, const domain::Message& message) {
    if (const auto own = stream.own.find(message.seq); own != stream.own.end()) {
        // Not counted in the window: a device that has nothing else of the chat cannot tell whether
        // an answer overtook older messages, and so does not acknowledge it.
        output_->write(std::move(own->second));
        stream.own.erase(own);
    } else {
        if (message.content.event) {
            output_->write(encode_frame(protocol::encode_chat_change(message)));
        }
        const bool for_sender = message.sender == identity_.user;
        output_->write(encode_frame(protocol::encode_message(message, for_sender)));
        const std::size_t before = stream.unacknowledged();
        stream.backlog_end = message.seq;
        unacknowledged_ += stream.unacknowledged() - before;
    }
    stream.advance();
    note_removal(stream, message);
    if (!synced_) ++backlog_messages_;
}

// What was missed may be that the user was removed: the stream ends there, whoever tells what comes
// after, and whatever is known of later removals.
void Feed::note_removal(Stream& stream, const domain::Message& message) {
    const bool news = message.seq > stream.asked && (!stream.last || message.seq < *stream.last);
    if (news && removes(message, identity_.user) && !BANTER_FAULT(removed_still_fed)) {
        stream.last = message.seq;
        stream.later.clear();
        stream.missed_removal = true;
    }
}

void Feed::caught_up(domain::ChatId chat, Stream& stream) {
    stream.live = true;
    finish_if_ended(chat);
}

// The end of a membership was sent: the stream goes on with the next one or is over.
void Feed::finish_if_ended(domain::ChatId chat) {
    const auto found = streams_.find(chat);
    if (found == streams_.end()) return;
    auto& stream = found->second;
    if (!stream.last || stream.next <= *stream.last) return;
    unacknowledged_ -= stream.unacknowledged();
    if (stream.later.empty()) {
        // Answers that are not told yet are of a membership that this session has not heard of.
        auto own = std::move(stream.own);
        const bool ask = stream.missed_removal || !own.empty();
        stopped_[chat] = stream.next;
        streams_.erase(found);
        if (output_) output_->left(chat);
        if (ask) joined(chat);
        if (!own.empty()) joining_[chat].merge(own);
    } else {
        stream.begin_next();
        write_own_before(stream, stream.next);
        enqueue(chat, stream);
    }
    pump();  // the window may have room now
}

// What changed while the device was away. False: the reader has to take what waits for it first.
bool Feed::say_early() {
    while (!early_receipts_.empty()) {
        if (!output_->writable()) return false;
        write_receipt(early_receipts_.begin()->second);
        early_receipts_.erase(early_receipts_.begin());
    }
    while (!early_states_.empty()) {
        if (!output_->writable()) return false;
        auto early = early_states_.extract(early_states_.begin());
        state(early.key(), early.mapped().at, std::move(early.mapped().frame));
    }
    return true;
}

void Feed::say_synced() {
    if (!say_early()) return;
    synced_ = true;
    output_->write(encode_frame(protocol::encode_synced(backlog_chats_, backlog_messages_)));
}

}  // namespace banter::delivery
