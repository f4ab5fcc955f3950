#include "adapters/embedded/rocks_check.hpp"

#include <memory>

#include "adapters/embedded/rocks_keys.hpp"
#include "adapters/embedded/rocks_records.hpp"
#include "domain/time_uuid.hpp"

namespace banter::adapters::embedded {
namespace {

using domain::ChatId;
using domain::Seq;
using rocksdb::Slice;

constexpr std::size_t scan_readahead = 2 << 20;

std::string text(Seq seq) {
    return std::to_string(seq.value);
}

// Messages `first` to before `end`.
std::string missing(Seq first, Seq end) {
    if (first.next() == end) return "the message " + text(first) + " is missing";
    return "the messages " + text(first) + " to " + std::to_string(end.value - 1) + " are missing";
}

std::string beyond(Seq seq, Seq head) {
    return "the message " + text(seq) + " is beyond its head " + text(head);
}

// The chat that a key of inbox, cursors, receipts or steps belongs to; zero when it has none.
ChatId chat_of_key(Column column, Slice key) {
    KeyReader reader(key);
    const std::size_t numbers = column == Column::inbox ? 1 : column == Column::cursors ? 2 : 0;
    for (std::size_t i = 0; i < numbers; ++i)
        reader.number(8);
    return ChatId{reader.uuid()};
}

bool decodes(Column column, Slice key, std::string_view value) {
    switch (column) {
        case Column::inbox:
            return records::decode_inbox(value, {}, {}).has_value();
        case Column::cursors:
            return records::decode_cursor(value, {}, {}, {}).has_value();
        case Column::receipts:
            return records::decode_marks(value, {}, {}).has_value();
        case Column::steps:
            return parse_step_key(key) && records::decode_step(value);
        default:
            return false;
    }
}

}  // namespace

RocksCheck::RocksCheck(const RocksDatabase& database)
    : database_(database), held_(&database.db()), snapshot_(held_.snapshot()) {}

rocksdb::ReadOptions RocksCheck::options() const {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    options.fill_cache = false;
    options.readahead_size = scan_readahead;
    return options;
}

RocksCheck::HeadFound RocksCheck::find_head(const ChatId& chat) const {
    rocksdb::PinnableSlice value;
    const auto status = database_.db().Get(options(), database_.column(Column::heads),
                                           head_key(chat).slice(), &value);
    if (status.IsNotFound()) return {};
    if (!status.ok()) return {{}, "its head can't be read: " + status.ToString()};
    auto row = records::decode_head(value.ToStringView(), chat);
    if (!row) return {{}, "its head can't be decoded"};
    return {std::move(row), {}};
}

std::optional<std::string> RocksCheck::check_chat(const ChatId& chat, Seq first) const {
    const auto head = find_head(chat);
    if (!head.wrong.empty()) return head.wrong;
    if (!head.row) return "its head is missing";
    const std::string end = end_of_prefix(head_key(chat).slice());
    const Slice upper_bound(end);
    auto read_options = options();
    read_options.readahead_size = 0;  // most chats have few messages to check
    if (!end.empty()) read_options.iterate_upper_bound = &upper_bound;
    const std::unique_ptr<rocksdb::Iterator> rows(
        database_.db().NewIterator(read_options, database_.column(Column::messages)));

    Seq expected = first.value > 1 ? Seq{first.value - 1} : Seq{1};
    for (rows->Seek(message_key(chat, expected).slice()); rows->Valid(); rows->Next()) {
        const auto found = parse_message_key(rows->key());
        if (!found) return "the key of a message can't be decoded";
        if (found->seq != expected) return missing(expected, found->seq);
        if (found->seq > head.row->seq) return beyond(found->seq, head.row->seq);
        expected = expected.next();
    }
    if (!rows->status().ok()) return "a message can't be read: " + rows->status().ToString();
    if (expected <= head.row->seq) return missing(expected, head.row->seq.next());
    return std::nullopt;
}

StoreReport RocksCheck::scan_all() const {
    StoreReport report;
    for (const auto& chat : all_chats(report))
        scan_chat(chat, report);
    scan_sends(report);
    for (const auto column : {Column::inbox, Column::cursors, Column::receipts, Column::steps}) {
        scan_rows(column, report);
    }
    const auto status = database_.db().VerifyChecksum(rocksdb::ReadOptions{});
    if (!status.ok()) {
        report.damages.push_back({{}, "a table file is damaged: " + status.ToString()});
    }
    return report;
}

// Those with a head, and those with messages only.
std::set<ChatId> RocksCheck::all_chats(StoreReport& report) const {
    std::set<ChatId> chats;
    const std::unique_ptr<rocksdb::Iterator> heads(
        database_.db().NewIterator(options(), database_.column(Column::heads)));
    for (heads->SeekToFirst(); heads->Valid(); heads->Next()) {
        if (const auto chat = parse_head_key(heads->key())) chats.insert(*chat);
    }
    if (!heads->status().ok()) {
        report.damages.push_back({{}, "the heads can't be read: " + heads->status().ToString()});
    }
    auto read_options = options();
    read_options.readahead_size = 0;  // it jumps from chat to chat
    const std::unique_ptr<rocksdb::Iterator> messages(
        database_.db().NewIterator(read_options, database_.column(Column::messages)));
    messages->SeekToFirst();
    while (messages->Valid()) {
        KeyReader key(messages->key());
        const ChatId chat{key.uuid()};
        chats.insert(chat);
        const std::string next = end_of_prefix(head_key(chat).slice());
        if (next.empty()) break;
        messages->Seek(next);
    }
    if (!messages->status().ok()) {
        report.damages.push_back(
            {{}, "the messages can't be read: " + messages->status().ToString()});
    }
    return chats;
}

void RocksCheck::scan_chat(const ChatId& chat, StoreReport& report) const {
    const auto damage = [&](std::string what) {
        report.damages.push_back({chat, std::move(what)});
    };
    ++report.chats;
    const auto head = find_head(chat);
    if (!head.wrong.empty()) damage(head.wrong);
    const std::string end = end_of_prefix(head_key(chat).slice());
    const Slice upper_bound(end);
    auto read_options = options();
    if (!end.empty()) read_options.iterate_upper_bound = &upper_bound;
    const std::unique_ptr<rocksdb::Iterator> rows(
        database_.db().NewIterator(read_options, database_.column(Column::messages)));

    Seq expected{1};
    domain::MessageId last_id;
    domain::UuidTicks last_ticks = 0;
    for (rows->Seek(head_key(chat).slice()); rows->Valid(); rows->Next()) {
        const auto found = parse_message_key(rows->key());
        if (!found) {
            damage("the key of a message can't be decoded");
            continue;
        }
        if (found->seq != expected) damage(missing(expected, found->seq));
        expected = found->seq.next();
        ++report.messages;
        const auto message =
            records::decode_message(rows->value().ToStringView(), chat, found->seq);
        if (!message) {
            damage("the message " + text(found->seq) + " can't be decoded");
            continue;
        }
        const auto ticks = domain::ticks_of(message->id);
        if (ticks <= last_ticks) damage("the message " + text(found->seq) + " has no later id");
        last_ticks = ticks;
        last_id = message->id;
    }
    if (!rows->status().ok()) damage("a message can't be read: " + rows->status().ToString());
    const Seq last{expected.value - 1};
    if (!head.row) {
        if (head.wrong.empty()) damage("its head is missing");
    } else if (last < head.row->seq) {
        damage(missing(expected, head.row->seq.next()));
    } else if (last > head.row->seq) {
        damage(beyond(last, head.row->seq));
    } else if (last_id != head.row->message_id) {
        damage("its head has another message id than its last message");
    }
}

void RocksCheck::scan_sends(StoreReport& report) const {
    const std::unique_ptr<rocksdb::Iterator> rows(
        database_.db().NewIterator(options(), database_.column(Column::sends)));
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
        const auto key = parse_send_key(rows->key());
        const auto send = key ? records::decode_send(rows->value().ToStringView(), *key)
                              : std::optional<ports::SendRow>{};
        if (!send) {
            report.damages.push_back({{}, "a send can't be decoded"});
            continue;
        }
        if (auto wrong = check_send(*send); !wrong.empty()) {
            report.damages.push_back({send->chat, std::move(wrong)});
        }
    }
    if (!rows->status().ok()) {
        report.damages.push_back({{}, "the sends can't be read: " + rows->status().ToString()});
    }
}

// Empty: it points to its message.
std::string RocksCheck::check_send(const ports::SendRow& send) const {
    rocksdb::PinnableSlice value;
    const auto status = database_.db().Get(options(), database_.column(Column::messages),
                                           message_key(send.chat, send.seq).slice(), &value);
    const std::string whose = "a send of the user " + to_string(send.key.sender) +
                              " points to the message " + text(send.seq);
    if (status.IsNotFound()) return whose + ", which is missing";
    if (!status.ok()) return whose + ", which can't be read: " + status.ToString();
    const auto message = records::decode_message(value.ToStringView(), send.chat, send.seq);
    if (!message) return whose + ", which can't be decoded";
    const bool same = message->id == send.message_id && message->sender == send.key.sender &&
                      message->client_id == send.key.client_id;
    return same ? std::string{} : whose + ", which is another one";
}

void RocksCheck::scan_rows(Column column, StoreReport& report) const {
    const std::unique_ptr<rocksdb::Iterator> rows(
        database_.db().NewIterator(options(), database_.column(column)));
    const std::string& name = database_.column(column)->GetName();
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
        if (decodes(column, rows->key(), rows->value().ToStringView())) continue;
        report.damages.push_back(
            {chat_of_key(column, rows->key()), "a row of " + name + " can't be decoded"});
    }
    if (!rows->status().ok()) {
        report.damages.push_back({{}, name + " can't be read: " + rows->status().ToString()});
    }
}

}  // namespace banter::adapters::embedded
