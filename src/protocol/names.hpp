#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "domain/chat.hpp"
#include "domain/message.hpp"
#include "domain/report.hpp"
#include "domain/typing.hpp"
#include "domain/user.hpp"

// The words of the wire for the enumerations of the domain.
namespace banter::protocol {

std::string_view name_of(domain::MessageKind kind);
std::string_view name_of(domain::Change change);
std::string_view name_of(domain::ChatType type);
std::string_view name_of(domain::Role role);
std::string_view name_of(domain::HistoryMode mode);
std::string_view name_of(domain::Allowed allowed);
std::string_view name_of(domain::Audience audience);
std::string_view name_of(domain::ServerRole role);
std::string_view name_of(domain::TypingKind kind);
std::string_view name_of(domain::ReportReason reason);

// All words of an enumeration, for the reference.
using Words = std::span<const std::string_view>;
Words message_kind_names();
Words change_names();
Words chat_type_names();
Words role_names();
Words history_mode_names();
Words allowed_names();
Words audience_names();
Words server_role_names();
Words typing_kind_names();
Words report_reason_names();

std::optional<domain::MessageKind> parse_message_kind(std::string_view name);
std::optional<domain::Role> parse_role(std::string_view name);
std::optional<domain::HistoryMode> parse_history_mode(std::string_view name);
std::optional<domain::Allowed> parse_allowed(std::string_view name);
std::optional<domain::Audience> parse_audience(std::string_view name);
std::optional<domain::TypingKind> parse_typing_kind(std::string_view name);
std::optional<domain::ReportReason> parse_report_reason(std::string_view name);

}  // namespace banter::protocol
