#pragma once

#include <optional>
#include <string_view>

#include "ports/message_store.hpp"

// Stored values (proto/banter/storage/v1) to and from rows. The parts of a row that are its key are
// not in the value.
namespace banter::adapters::embedded::records {

// The encoded value. Valid on this thread until it encodes again.
std::string_view encode(const ports::MessageRow& row);
std::string_view encode(const ports::HeadRow& row);
std::string_view encode(const ports::SendRow& row);
std::string_view encode(const ports::InboxRow& row);
std::string_view encode(const ports::CursorRow& row);
std::string_view encode(const ports::MarksRow& row);
std::string_view encode(const ports::StepRow& row);
std::string_view encode_touched(domain::Seq first_seq);

// nullopt: damaged. The row has its key's parts from the arguments.
std::optional<domain::Message> decode_message(std::string_view value, const domain::ChatId& chat,
                                              domain::Seq seq);
std::optional<ports::HeadRow> decode_head(std::string_view value, const domain::ChatId& chat);
std::optional<ports::SendRow> decode_send(std::string_view value, const ports::SendKey& key);
std::optional<ports::InboxRow> decode_inbox(std::string_view value, domain::UserId user,
                                            const domain::ChatId& chat);
std::optional<ports::CursorRow> decode_cursor(std::string_view value, domain::UserId user,
                                              domain::DeviceId device, const domain::ChatId& chat);
std::optional<ports::MarksRow> decode_marks(std::string_view value, const domain::ChatId& chat,
                                            domain::UserId user);
std::optional<base::Timestamp> decode_step(std::string_view value);
std::optional<domain::Seq> decode_touched(std::string_view value);

// The field 1 of a value, the only one that merging and expiring look at: the seq of inbox and
// cursor rows, the time of sends.
std::optional<std::uint64_t> leading_number(std::string_view value);

}  // namespace banter::adapters::embedded::records
