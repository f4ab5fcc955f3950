#include "adapters/embedded/rocks_reads.hpp"

#include <algorithm>
#include <utility>

#include "adapters/embedded/rocks_keys.hpp"
#include "adapters/embedded/rocks_records.hpp"
#include "base/log.hpp"

namespace banter::adapters::embedded {
namespace {

using base::ErrorCode;
using base::Problem;
using base::Result;
using domain::ChatId;
using domain::Message;
using domain::Seq;
using domain::UserId;
using rocksdb::ReadOptions;
using rocksdb::Slice;

Problem chat_damaged(const ChatId& chat, std::string_view what) {
    base::log::error("store.chat_damaged", {{"chat", to_string(chat)}, {"what", what}});
    return damaged_chat(chat);
}

Problem user_damaged(std::string_view whose, UserId user, std::string_view what) {
    base::log::error("store.rows_damaged",
                     {{"rows", whose}, {"user", to_string(user)}, {"what", what}});
    return {ErrorCode::overloaded,
            "The " + std::string(whose) + " of the user " + to_string(user) +
                " is damaged in the message store; the operator can find out more with `banter "
                "doctor`.",
            std::chrono::seconds(60)};
}

std::string to_text(Seq seq) {
    return std::to_string(seq.value);
}

ReadOptions at_tier(rocksdb::ReadTier tier) {
    ReadOptions options;
    options.read_tier = tier;
    return options;
}

// The time of the first step of this member and kind that reached `seq`. `steps` is bounded to the
// chat. nullopt: none, unless steps.status() or `damaged` says why there is no answer.
std::optional<base::Timestamp> first_step(rocksdb::Iterator& steps, const ChatId& chat, UserId user,
                                          ports::StepKind kind, Seq seq, bool& damaged) {
    steps.Seek(step_key(chat, user, kind, seq).slice());
    while (steps.Valid()) {
        const auto found = parse_step_key(steps.key());
        if (!found) {
            damaged = true;
            return std::nullopt;
        }
        const auto bucket = bucket_of(found->seq);
        const auto mine = step_prefix(chat, bucket, user, kind);
        if (steps.key().starts_with(mine.slice())) {
            const auto at = records::decode_step(steps.value().ToStringView());
            damaged = !at;
            return at;
        }
        // In this bucket others come first, or this member has nothing: on to the next that is.
        const bool before_mine = steps.key().compare(mine.slice()) < 0;
        steps.Seek(before_mine ? mine.slice() : step_prefix(chat, bucket + 1, user, kind).slice());
    }
    return std::nullopt;
}

}  // namespace

RocksReads::Try<std::optional<ports::HeadRow>> RocksReads::head(const ChatId& chat,
                                                                Tier tier) const {
    if (auto problem = refused_.find(chat)) return std::unexpected(*std::move(problem));
    rocksdb::PinnableSlice value;
    const auto status = database_.db().Get(at_tier(tier), database_.column(Column::heads),
                                           head_key(chat).slice(), &value);
    if (status.IsIncomplete()) return std::nullopt;
    if (status.IsNotFound()) return no_head(chat, tier);
    if (!status.ok()) return std::unexpected(chat_damaged(chat, status.ToString()));
    auto row = records::decode_head(value.ToStringView(), chat);
    if (!row) return std::unexpected(chat_damaged(chat, "its head can't be decoded"));
    return row;
}

// A chat without a head has no message, or has lost its head.
RocksReads::Try<std::optional<ports::HeadRow>> RocksReads::no_head(const ChatId& chat,
                                                                   Tier tier) const {
    rocksdb::PinnableSlice value;
    const auto status = database_.db().Get(at_tier(tier), database_.column(Column::messages),
                                           message_key(chat, Seq{1}).slice(), &value);
    if (status.IsIncomplete()) return std::nullopt;
    if (status.IsNotFound()) return std::optional<ports::HeadRow>{};
    return std::unexpected(
        chat_damaged(chat, status.ok() ? "its head is missing" : status.ToString()));
}

RocksReads::Try<std::vector<std::optional<ports::HeadRow>>> RocksReads::heads(
    const std::vector<ChatId>& chats, Tier tier) const {
    std::vector<std::optional<ports::HeadRow>> found;
    found.reserve(chats.size());
    for (const auto& chat : chats) {
        auto one = head(chat, tier);
        if (!one) return std::nullopt;
        if (!*one) return std::unexpected(std::move(one->error()));
        found.push_back(std::move(**one));
    }
    return found;
}

RocksReads::Try<std::optional<ports::SendRow>> RocksReads::find_send(const ports::SendKey& key,
                                                                     Tier tier) const {
    rocksdb::PinnableSlice value;
    const auto status = database_.db().Get(at_tier(tier), database_.column(Column::sends),
                                           send_key(key).slice(), &value);
    if (status.IsIncomplete()) return std::nullopt;
    if (status.IsNotFound()) return std::optional<ports::SendRow>{};
    if (!status.ok()) return std::unexpected(user_damaged("sends", key.sender, status.ToString()));
    auto row = records::decode_send(value.ToStringView(), key);
    if (!row) {
        return std::unexpected(user_damaged("sends", key.sender, "a send can't be decoded"));
    }
    return row;
}

Result<std::vector<Message>> RocksReads::read(const ports::MessageRange& range) const {
    const auto head_row = *head(range.chat, rocksdb::kReadAllTier);
    if (!head_row) return std::unexpected(head_row.error());
    std::vector<Message> found;
    // What was committed since then is not looked at, so that a missing end can be told.
    const Seq newest = *head_row ? (*head_row)->seq : Seq{};
    const Seq end = std::min(range.before, newest.next());
    if (range.after >= end || range.after.next() >= end) return found;
    const std::uint64_t count =
        std::min<std::uint64_t>(range.limit, end.value - range.after.value - 1);
    found.reserve(count);

    // Always forward: RocksDB's way back is several times as long.
    const Seq first = range.newest_first ? Seq{end.value - count} : range.after.next();
    auto problem = read_run(range.chat, first, count, found);
    if (problem) return std::unexpected(*std::move(problem));
    if (range.newest_first) std::ranges::reverse(found);
    return found;
}

// The `count` messages from `first` on, which must be there.
std::optional<Problem> RocksReads::read_run(const ChatId& chat, Seq first, std::uint64_t count,
                                            std::vector<Message>& found) const {
    const auto upper = message_key(chat, Seq{first.value + count});
    const Slice upper_bound = upper.slice();
    ReadOptions options;
    options.iterate_upper_bound = &upper_bound;
    const std::unique_ptr<rocksdb::Iterator> rows(
        database_.db().NewIterator(options, database_.column(Column::messages)));
    rows->Seek(message_key(chat, first).slice());
    for (Seq seq = first; seq.value < first.value + count; seq = seq.next(), rows->Next()) {
        if (!rows->Valid() || rows->key() != message_key(chat, seq).slice()) {
            const auto status = rows->status();
            return chat_damaged(chat, status.ok() ? "the message " + to_text(seq) + " is missing"
                                                  : status.ToString());
        }
        auto message = records::decode_message(rows->value().ToStringView(), chat, seq);
        if (!message)
            return chat_damaged(chat, "the message " + to_text(seq) + " can't be decoded");
        found.push_back(*std::move(message));
    }
    return std::nullopt;
}

// All rows whose key begins with `prefix`. The error is a status as text.
template <class Row, class Decode>
Result<std::vector<Row>> RocksReads::scan(Column column, Slice prefix, Decode decode) const {
    const std::string end = end_of_prefix(prefix);
    const Slice upper_bound(end);
    ReadOptions options;
    if (!end.empty()) options.iterate_upper_bound = &upper_bound;
    const std::unique_ptr<rocksdb::Iterator> rows(
        database_.db().NewIterator(options, database_.column(column)));
    std::vector<Row> found;
    for (rows->Seek(prefix); rows->Valid(); rows->Next()) {
        KeyReader key(rows->key());
        std::optional<Row> row = decode(key, rows->value().ToStringView());
        if (!row || !key.valid()) return base::fail(ErrorCode::overloaded, "undecodable row");
        found.push_back(*std::move(row));
    }
    const auto status = rows->status();
    if (!status.ok()) return base::fail(ErrorCode::overloaded, status.ToString());
    return found;
}

Result<std::vector<ports::MarksRow>> RocksReads::marks(const ChatId& chat) const {
    if (auto problem = refused_.find(chat)) return std::unexpected(*std::move(problem));
    auto found =
        scan<ports::MarksRow>(Column::receipts, MarksKey{}.add(chat).slice(),
                              [&](KeyReader& key, std::string_view value) {
                                  key.uuid();
                                  return records::decode_marks(value, chat, UserId{key.number(8)});
                              });
    if (!found) return std::unexpected(chat_damaged(chat, found.error().detail));
    return found;
}

Result<Seq> RocksReads::cursor(UserId user, domain::DeviceId device, const ChatId& chat) const {
    rocksdb::PinnableSlice value;
    const auto status = database_.db().Get({}, database_.column(Column::cursors),
                                           cursor_key(user, device, chat).slice(), &value);
    if (status.IsNotFound()) return Seq{};
    if (!status.ok()) return std::unexpected(user_damaged("cursors", user, status.ToString()));
    const auto row = records::decode_cursor(value.ToStringView(), user, device, chat);
    if (!row) return std::unexpected(user_damaged("cursors", user, "a row can't be decoded"));
    return row->delivered;
}

Result<std::vector<ports::CursorRow>> RocksReads::cursors(UserId user,
                                                          domain::DeviceId device) const {
    auto found = scan<ports::CursorRow>(Column::cursors, CursorKey{}.add(user).add(device).slice(),
                                        [&](KeyReader& key, std::string_view value) {
                                            key.number(8);
                                            key.number(8);
                                            return records::decode_cursor(value, user, device,
                                                                          ChatId{key.uuid()});
                                        });
    if (!found) return std::unexpected(user_damaged("cursors", user, found.error().detail));
    return found;
}

Result<std::vector<ports::InboxRow>> RocksReads::entries(UserId user) const {
    auto found = scan<ports::InboxRow>(Column::inbox, InboxKey{}.add(user).slice(),
                                       [&](KeyReader& key, std::string_view value) {
                                           key.number(8);
                                           const ChatId chat{key.uuid()};
                                           return records::decode_inbox(value, user, chat);
                                       });
    if (!found) return std::unexpected(user_damaged("inbox", user, found.error().detail));
    return found;
}

Result<std::vector<ports::PassedAt>> RocksReads::passed(const ChatId& chat, Seq seq,
                                                        const std::vector<UserId>& users) const {
    if (auto problem = refused_.find(chat)) return std::unexpected(*std::move(problem));
    const std::string end = end_of_prefix(head_key(chat).slice());
    const Slice upper_bound(end);
    ReadOptions options;
    if (!end.empty()) options.iterate_upper_bound = &upper_bound;
    const std::unique_ptr<rocksdb::Iterator> steps(
        database_.db().NewIterator(options, database_.column(Column::steps)));
    std::vector<ports::PassedAt> found;
    found.reserve(users.size());
    for (const auto user : users) {
        ports::PassedAt passed{user, {}, {}};
        for (const auto kind : {ports::StepKind::delivered, ports::StepKind::read}) {
            bool damaged = false;
            const auto at = first_step(*steps, chat, user, kind, seq, damaged);
            const auto status = steps->status();
            if (!status.ok()) return std::unexpected(chat_damaged(chat, status.ToString()));
            if (damaged) return std::unexpected(chat_damaged(chat, "a step can't be decoded"));
            (kind == ports::StepKind::delivered ? passed.delivered : passed.read) = at;
        }
        found.push_back(passed);
    }
    return found;
}

}  // namespace banter::adapters::embedded
