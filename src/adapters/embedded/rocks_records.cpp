#include "adapters/embedded/rocks_records.hpp"

#include <array>
#include <cstring>
#include <google/protobuf/io/coded_stream.h>
#include <utility>

#include "banter/storage/v1/message_store.pb.h"

namespace banter::adapters::embedded::records {
namespace {

namespace v1 = storage::v1;
using domain::Allowed;
using domain::Change;
using domain::MessageKind;
using domain::Role;

// The stored number of each enumerator: what is stored stays when the domain's order changes.
constexpr std::array kinds{
    std::pair(MessageKind::text, v1::KIND_TEXT),   std::pair(MessageKind::image, v1::KIND_IMAGE),
    std::pair(MessageKind::video, v1::KIND_VIDEO), std::pair(MessageKind::audio, v1::KIND_AUDIO),
    std::pair(MessageKind::file, v1::KIND_FILE),   std::pair(MessageKind::event, v1::KIND_EVENT)};

constexpr std::array changes{std::pair(Change::created, v1::CHANGE_CREATED),
                             std::pair(Change::title, v1::CHANGE_TITLE),
                             std::pair(Change::description, v1::CHANGE_DESCRIPTION),
                             std::pair(Change::picture, v1::CHANGE_PICTURE),
                             std::pair(Change::member_added, v1::CHANGE_MEMBER_ADDED),
                             std::pair(Change::member_removed, v1::CHANGE_MEMBER_REMOVED),
                             std::pair(Change::role, v1::CHANGE_ROLE),
                             std::pair(Change::permissions, v1::CHANGE_PERMISSIONS)};

constexpr std::array allowed_ones{std::pair(Allowed::members, v1::ALLOWED_MEMBERS),
                                  std::pair(Allowed::admins, v1::ALLOWED_ADMINS)};

constexpr std::array roles{std::pair(Role::member, v1::ROLE_MEMBER),
                           std::pair(Role::admin, v1::ROLE_ADMIN),
                           std::pair(Role::owner, v1::ROLE_OWNER)};

template <class Table, class Value>
auto stored(const Table& table, Value value) {
    for (const auto& [own, number] : table) {
        if (own == value) return number;
    }
    std::unreachable();
}

template <class Table, class Number, class Value>
bool restore(const Table& table, Number number, Value& value) {
    for (const auto& [own, known] : table) {
        if (known != number) continue;
        value = own;
        return true;
    }
    return false;
}

// One record of each type and thread: its buffers are allocated once.
template <class Record>
Record& scratch() {
    thread_local Record record;
    record.Clear();
    return record;
}

template <class Record>
std::string_view serialize(const Record& record) {
    thread_local std::string buffer;
    const std::size_t size = record.ByteSizeLong();
    if (buffer.size() < size) buffer.resize(size);
    record.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(buffer.data()));
    return {buffer.data(), size};
}

template <class Record>
const Record* parse(std::string_view value) {
    auto& record = scratch<Record>();
    const bool whole = record.ParseFromArray(value.data(), static_cast<int>(value.size()));
    return whole ? &record : nullptr;
}

template <class Tag>
void set_uuid(std::string& field, const domain::UuidId<Tag>& id) {
    field.assign(reinterpret_cast<const char*>(id.value.bytes.data()), id.value.bytes.size());
}

template <std::size_t Size>
bool get_bytes(const std::string& field, std::array<std::uint8_t, Size>& bytes) {
    if (field.size() != Size) return false;
    std::memcpy(bytes.data(), field.data(), Size);
    return true;
}

template <class Tag>
bool get_uuid(const std::string& field, domain::UuidId<Tag>& id) {
    return get_bytes(field, id.value.bytes);
}

std::int64_t milliseconds(base::Timestamp time) {
    return time.time_since_epoch().count();
}
base::Timestamp timestamp(std::int64_t at) {
    return base::Timestamp(std::chrono::milliseconds(at));
}

void set_event(v1::Event& record, const domain::Event& event) {
    record.set_change(stored(changes, event.change));
    for (const auto user : event.users)
        record.add_users(user.value);
    record.set_title(event.title);
    if (event.role) record.set_role(stored(roles, *event.role));
    record.set_description(event.description);
    record.set_picture(event.picture);
    if (event.change != Change::permissions) return;
    record.set_send(stored(allowed_ones, event.permissions.send));
    record.set_edit(stored(allowed_ones, event.permissions.edit));
    record.set_join_approval(event.join_approval);
}

bool get_event(const v1::Event& record, domain::Event& event) {
    for (const auto user : record.users())
        event.users.push_back({user});
    event.title = record.title();
    if (record.role() != v1::ROLE_UNSPECIFIED) {
        Role role{};
        if (!restore(roles, record.role(), role)) return false;
        event.role = role;
    }
    event.description = record.description();
    event.picture = record.picture();
    event.join_approval = record.join_approval();
    if (!restore(changes, record.change(), event.change)) return false;
    return event.change != Change::permissions ||
           (restore(allowed_ones, record.send(), event.permissions.send) &&
            restore(allowed_ones, record.edit(), event.permissions.edit));
}

bool get_content(const v1::Message& record, domain::Content& content) {
    content.text = record.text();
    if (record.has_reply_to()) content.reply_to = domain::Seq{record.reply_to()};
    if (!record.media().empty() && !get_uuid(record.media(), content.media.emplace())) return false;
    if (record.has_event() && !get_event(record.event(), content.event.emplace())) return false;
    return restore(kinds, record.kind(), content.kind);
}

}  // namespace

std::string_view encode(const ports::MessageRow& row) {
    auto& record = scratch<v1::Message>();
    const auto& message = row.message;
    const auto& content = message.content;
    set_uuid(*record.mutable_message_id(), message.id);
    record.set_sender(message.sender.value);
    record.set_device(message.device.value);
    set_uuid(*record.mutable_client_id(), message.client_id);
    record.set_at(milliseconds(message.at));
    record.set_kind(stored(kinds, content.kind));
    record.set_text(content.text);
    if (content.media) set_uuid(*record.mutable_media(), *content.media);
    if (content.reply_to) record.set_reply_to(content.reply_to->value);
    if (content.event) set_event(*record.mutable_event(), *content.event);
    record.set_log_partition(row.position.partition);
    record.set_log_offset(row.position.offset);
    return serialize(record);
}

std::string_view encode(const ports::HeadRow& row) {
    auto& record = scratch<v1::Head>();
    record.set_seq(row.seq.value);
    set_uuid(*record.mutable_message_id(), row.message_id);
    record.set_at(milliseconds(row.at));
    record.set_preview(row.preview);
    record.set_log_partition(row.position.partition);
    record.set_log_offset(row.position.offset);
    return serialize(record);
}

std::string_view encode(const ports::SendRow& row) {
    auto& record = scratch<v1::Send>();
    record.set_at(milliseconds(row.at));
    set_uuid(*record.mutable_chat(), row.chat);
    record.set_seq(row.seq.value);
    set_uuid(*record.mutable_message_id(), row.message_id);
    record.set_digest(row.digest.data(), row.digest.size());
    return serialize(record);
}

std::string_view encode(const ports::InboxRow& row) {
    auto& record = scratch<v1::InboxEntry>();
    record.set_seq(row.seq.value);
    set_uuid(*record.mutable_message_id(), row.message_id);
    record.set_at(milliseconds(row.at));
    record.set_preview(row.preview);
    return serialize(record);
}

std::string_view encode(const ports::CursorRow& row) {
    auto& record = scratch<v1::Cursor>();
    record.set_delivered(row.delivered.value);
    return serialize(record);
}

std::string_view encode(const ports::MarksRow& row) {
    auto& record = scratch<v1::Marks>();
    record.set_delivered(row.marks.delivered.value);
    record.set_read(row.marks.read.value);
    record.set_at(milliseconds(row.at));
    return serialize(record);
}

std::string_view encode(const ports::StepRow& row) {
    auto& record = scratch<v1::Step>();
    record.set_at(milliseconds(row.at));
    return serialize(record);
}

std::string_view encode_touched(domain::Seq first_seq) {
    auto& record = scratch<v1::Touched>();
    record.set_first_seq(first_seq.value);
    return serialize(record);
}

std::optional<domain::Message> decode_message(std::string_view value, const domain::ChatId& chat,
                                              domain::Seq seq) {
    const auto* record = parse<v1::Message>(value);
    if (record == nullptr) return std::nullopt;
    domain::Message message;
    message.chat = chat;
    message.seq = seq;
    message.sender = {record->sender()};
    message.device = {record->device()};
    message.at = timestamp(record->at());
    const bool whole = get_uuid(record->message_id(), message.id) &&
                       get_uuid(record->client_id(), message.client_id) &&
                       get_content(*record, message.content);
    if (!whole) return std::nullopt;
    return message;
}

std::optional<ports::HeadRow> decode_head(std::string_view value, const domain::ChatId& chat) {
    const auto* record = parse<v1::Head>(value);
    if (record == nullptr) return std::nullopt;
    ports::HeadRow row;
    row.chat = chat;
    row.seq = {record->seq()};
    row.at = timestamp(record->at());
    row.preview = record->preview();
    row.position = {record->log_partition(), record->log_offset()};
    if (row.seq == domain::Seq{} || !get_uuid(record->message_id(), row.message_id)) {
        return std::nullopt;
    }
    return row;
}

std::optional<ports::SendRow> decode_send(std::string_view value, const ports::SendKey& key) {
    const auto* record = parse<v1::Send>(value);
    if (record == nullptr) return std::nullopt;
    ports::SendRow row;
    row.key = key;
    row.seq = {record->seq()};
    row.at = timestamp(record->at());
    const bool whole = row.seq != domain::Seq{} && get_uuid(record->chat(), row.chat) &&
                       get_uuid(record->message_id(), row.message_id) &&
                       get_bytes(record->digest(), row.digest);
    if (!whole) return std::nullopt;
    return row;
}

std::optional<ports::InboxRow> decode_inbox(std::string_view value, domain::UserId user,
                                            const domain::ChatId& chat) {
    const auto* record = parse<v1::InboxEntry>(value);
    if (record == nullptr) return std::nullopt;
    ports::InboxRow row;
    row.user = user;
    row.chat = chat;
    row.seq = {record->seq()};
    row.at = timestamp(record->at());
    row.preview = record->preview();
    if (!get_uuid(record->message_id(), row.message_id)) return std::nullopt;
    return row;
}

std::optional<ports::CursorRow> decode_cursor(std::string_view value, domain::UserId user,
                                              domain::DeviceId device, const domain::ChatId& chat) {
    const auto* record = parse<v1::Cursor>(value);
    if (record == nullptr) return std::nullopt;
    return ports::CursorRow{user, device, chat, {record->delivered()}};
}

std::optional<ports::MarksRow> decode_marks(std::string_view value, const domain::ChatId& chat,
                                            domain::UserId user) {
    const auto* record = parse<v1::Marks>(value);
    if (record == nullptr) return std::nullopt;
    const domain::Marks marks{{record->delivered()}, {record->read()}};
    return ports::MarksRow{chat, user, marks, timestamp(record->at())};
}

std::optional<base::Timestamp> decode_step(std::string_view value) {
    const auto* record = parse<v1::Step>(value);
    if (record == nullptr) return std::nullopt;
    return timestamp(record->at());
}

std::optional<domain::Seq> decode_touched(std::string_view value) {
    const auto* record = parse<v1::Touched>(value);
    if (record == nullptr) return std::nullopt;
    return domain::Seq{record->first_seq()};
}

std::optional<std::uint64_t> leading_number(std::string_view value) {
    constexpr std::uint32_t first_field_varint = 1 << 3;  // protobuf encoding: number << 3 | type 0
    google::protobuf::io::CodedInputStream stream(
        reinterpret_cast<const std::uint8_t*>(value.data()), static_cast<int>(value.size()));
    std::uint64_t number = 0;
    if (stream.ReadTag() != first_field_varint || !stream.ReadVarint64(&number)) {
        return std::nullopt;
    }
    return number;
}

}  // namespace banter::adapters::embedded::records
