#include "protocol/names.hpp"

#include <array>

namespace banter::protocol {
namespace {

// Each in the order of its enumeration.
constexpr std::array<std::string_view, 6> message_kinds = {"text",  "image", "video",
                                                           "audio", "file",  "event"};
constexpr std::array<std::string_view, 8> changes = {"created", "title",        "description",
                                                     "picture", "member_added", "member_removed",
                                                     "role",    "permissions"};
constexpr std::array<std::string_view, 2> chat_types = {"direct", "group"};
constexpr std::array<std::string_view, 3> roles = {"member", "admin", "owner"};
constexpr std::array<std::string_view, 2> history_modes = {"from_join", "shared"};
constexpr std::array<std::string_view, 2> allowed_ones = {"members", "admins"};
constexpr std::array<std::string_view, 3> audiences = {"everyone", "contacts", "nobody"};
constexpr std::array<std::string_view, 2> server_roles = {"user", "operator"};
constexpr std::array<std::string_view, 2> typing_kinds = {"text", "recording"};
constexpr std::array<std::string_view, 3> report_reasons = {"spam", "abuse", "other"};

template <class Enum, std::size_t N>
std::string_view name_in(const std::array<std::string_view, N>& names, Enum value) {
    return names[static_cast<std::size_t>(value)];
}

template <class Enum, std::size_t N>
std::optional<Enum> parse_in(const std::array<std::string_view, N>& names, std::string_view name) {
    for (std::size_t i = 0; i < N; ++i) {
        if (names[i] == name) return static_cast<Enum>(i);
    }
    return std::nullopt;
}

}  // namespace

std::string_view name_of(domain::MessageKind kind) {
    return name_in(message_kinds, kind);
}
std::string_view name_of(domain::Change change) {
    return name_in(changes, change);
}
std::string_view name_of(domain::ChatType type) {
    return name_in(chat_types, type);
}
std::string_view name_of(domain::Role role) {
    return name_in(roles, role);
}
std::string_view name_of(domain::HistoryMode mode) {
    return name_in(history_modes, mode);
}
std::string_view name_of(domain::Allowed allowed) {
    return name_in(allowed_ones, allowed);
}
std::string_view name_of(domain::Audience audience) {
    return name_in(audiences, audience);
}
std::string_view name_of(domain::ServerRole role) {
    return name_in(server_roles, role);
}
std::string_view name_of(domain::TypingKind kind) {
    return name_in(typing_kinds, kind);
}
std::string_view name_of(domain::ReportReason reason) {
    return name_in(report_reasons, reason);
}

Words message_kind_names() {
    return message_kinds;
}
Words change_names() {
    return changes;
}
Words chat_type_names() {
    return chat_types;
}
Words role_names() {
    return roles;
}
Words history_mode_names() {
    return history_modes;
}
Words allowed_names() {
    return allowed_ones;
}
Words audience_names() {
    return audiences;
}
Words server_role_names() {
    return server_roles;
}
Words typing_kind_names() {
    return typing_kinds;
}
Words report_reason_names() {
    return report_reasons;
}

std::optional<domain::MessageKind> parse_message_kind(std::string_view name) {
    return parse_in<domain::MessageKind>(message_kinds, name);
}
std::optional<domain::Role> parse_role(std::string_view name) {
    return parse_in<domain::Role>(roles, name);
}
std::optional<domain::HistoryMode> parse_history_mode(std::string_view name) {
    return parse_in<domain::HistoryMode>(history_modes, name);
}
std::optional<domain::Allowed> parse_allowed(std::string_view name) {
    return parse_in<domain::Allowed>(allowed_ones, name);
}
std::optional<domain::Audience> parse_audience(std::string_view name) {
    return parse_in<domain::Audience>(audiences, name);
}
std::optional<domain::TypingKind> parse_typing_kind(std::string_view name) {
    return parse_in<domain::TypingKind>(typing_kinds, name);
}
std::optional<domain::ReportReason> parse_report_reason(std::string_view name) {
    return parse_in<domain::ReportReason>(report_reasons, name);
}

}  // namespace banter::protocol
