#include "domain/ids.hpp"

#include <algorithm>
#include <charconv>
#include <openssl/sha.h>

namespace banter::domain {
namespace {

// The namespace of direct chats, a UUID of our own; the name is the two ids, the smaller first.
constexpr std::array<std::uint8_t, 16> direct_chat_namespace = {
    0x6b, 0x1f, 0x2c, 0x0e, 0x52, 0x8d, 0x4b, 0x7a, 0x9e, 0x41, 0x3d, 0xc5, 0x70, 0xa8, 0x1b, 0xf3};

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

constexpr bool is_dash_position(std::size_t i) {
    return i == 8 || i == 13 || i == 18 || i == 23;
}

}  // namespace

std::optional<std::uint64_t> parse_number_id(std::string_view text) {
    if (text.empty() || text.size() > 19 || text[0] == '0') return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (value > (std::uint64_t{1} << 63) - 1) return std::nullopt;
    return value;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    Uuid uuid;
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_dash_position(i)) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        const int digit = hex_digit(text[i]);
        if (digit < 0) return std::nullopt;
        auto& byte = uuid.bytes[nibble / 2];
        byte = static_cast<std::uint8_t>(byte << 4 | digit);
        ++nibble;
    }
    return uuid;
}

std::string format_uuid(const Uuid& uuid) {
    static constexpr char hex[] = "0123456789abcdef";
    std::string text(36, '-');
    std::size_t at = 0;
    for (const std::uint8_t byte : uuid.bytes) {
        if (is_dash_position(at)) ++at;
        text[at++] = hex[byte >> 4];
        text[at++] = hex[byte & 15];
    }
    return text;
}

ChatId direct_chat_id(UserId one, UserId other) {
    const auto [low, high] = std::minmax(one.value, other.value);
    std::string name(direct_chat_namespace.begin(), direct_chat_namespace.end());
    name += std::to_string(low) + ":" + std::to_string(high);
    std::array<std::uint8_t, 20> sha1{};
    SHA1(reinterpret_cast<const unsigned char*>(name.data()), name.size(), sha1.data());
    ChatId id;
    auto& bytes = id.value.bytes;
    std::copy_n(sha1.begin(), bytes.size(), bytes.begin());
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x50);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
    return id;
}

}  // namespace banter::domain
