#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace banter::domain {

// A 63-bit number, written in decimal. Zero is no id.
template <class Tag>
struct NumberId {
    std::uint64_t value = 0;

    auto operator<=>(const NumberId&) const = default;
    explicit operator bool() const { return value != 0; }
};

using UserId = NumberId<struct UserTag>;
using DeviceId = NumberId<struct DeviceTag>;

// RFC 9562. All zero is no id.
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    auto operator<=>(const Uuid&) const = default;
};

template <class Tag>
struct UuidId {
    Uuid value;

    auto operator<=>(const UuidId&) const = default;
    explicit operator bool() const { return value != Uuid{}; }
};

using ChatId = UuidId<struct ChatTag>;
using MessageId = UuidId<struct MessageTag>;  // a TimeUUID (RFC 9562 version 1)
using ClientId = UuidId<struct ClientTag>;    // made by the client, one for each thing it sends
using MediaId = UuidId<struct MediaTag>;
using LinkId = UuidId<struct LinkTag>;  // of an invite link; not the secret that it opens with

// The place of a message in its chat: 1, 2, 3… Zero is before the first.
struct Seq {
    std::uint64_t value = 0;

    auto operator<=>(const Seq&) const = default;
    Seq next() const { return {value + 1}; }
};

std::optional<std::uint64_t> parse_number_id(
    std::string_view text);                             // 1 … 2^63-1, no sign, no zeros ahead
std::optional<Uuid> parse_uuid(std::string_view text);  // 8-4-4-4-12, either case
std::string format_uuid(const Uuid& uuid);              // lower case

template <class Id>
std::optional<Id> parse_id(std::string_view text) {
    if constexpr (requires(Id id) { id.value.bytes; }) {
        auto uuid = parse_uuid(text);
        if (!uuid) return std::nullopt;
        return Id{*uuid};
    } else {
        auto number = parse_number_id(text);
        if (!number) return std::nullopt;
        return Id{*number};
    }
}

template <class Tag>
std::string to_string(const NumberId<Tag>& id) {
    return std::to_string(id.value);
}
template <class Tag>
std::string to_string(const UuidId<Tag>& id) {
    return format_uuid(id.value);
}

// The id of the direct chat of two users, the same whichever comes first: a UUIDv5
// (RFC 9562 §5.5) of their ids, so opening it twice is one chat.
ChatId direct_chat_id(UserId one, UserId other);

}  // namespace banter::domain

template <class Tag>
struct std::hash<banter::domain::NumberId<Tag>> {
    std::size_t operator()(const banter::domain::NumberId<Tag>& id) const noexcept {
        return static_cast<std::size_t>(id.value * 0x9E3779B97F4A7C15ULL);
    }
};

template <class Tag>
struct std::hash<banter::domain::UuidId<Tag>> {
    std::size_t operator()(const banter::domain::UuidId<Tag>& id) const noexcept {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        std::memcpy(&high, id.value.bytes.data(), 8);
        std::memcpy(&low, id.value.bytes.data() + 8, 8);
        return static_cast<std::size_t>((high ^ (low * 0x9E3779B97F4A7C15ULL)) *
                                        0xD6E8FEB86659FD93ULL);
    }
};
