#include "accounts/tokens.hpp"

#include <array>
#include <sodium.h>

namespace banter::accounts {
namespace {

using ports::TokenHash;
using ports::TokenKind;
using Secret = std::array<std::uint8_t, 32>;

constexpr std::size_t family_bytes = 16;
constexpr std::size_t prefix_length = 4;
constexpr std::size_t encoded_length = 43;  // 32 bytes in base64url without padding
constexpr int base64url = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string encode(std::string_view prefix, const Secret& secret) {
    std::array<char, encoded_length + 1> text{};
    sodium_bin2base64(text.data(), text.size(), secret.data(), secret.size(), base64url);
    return std::string(prefix) + text.data();
}

std::string new_token(std::string_view prefix, ports::Random& random) {
    Secret secret;
    random.fill(secret);
    return encode(prefix, secret);
}

// nullopt: no such form.
std::optional<Secret> decode(std::string_view token) {
    if (token.size() != prefix_length + encoded_length) return std::nullopt;
    const auto encoded = token.substr(prefix_length);
    Secret secret;
    std::size_t length = 0;
    const int failed = sodium_base642bin(secret.data(), secret.size(), encoded.data(),
                                         encoded.size(), nullptr, &length, nullptr, base64url);
    if (failed != 0 || length != secret.size()) return std::nullopt;
    return secret;
}

TokenHash blake2b(std::span<const std::uint8_t> bytes) {
    TokenHash hash;
    crypto_generichash(hash.data(), hash.size(), bytes.data(), bytes.size(), nullptr, 0);
    return hash;
}

}  // namespace

std::string new_access_token(ports::Random& random) {
    return new_token("bna_", random);
}
std::string new_refresh_token(ports::Random& random) {
    return new_token("bnr_", random);
}
std::string new_cookie_token(ports::Random& random) {
    return new_token("bnc_", random);
}
std::string new_invite_token(ports::Random& random) {
    return new_token("bni_", random);
}
std::string new_claim_token(ports::Random& random) {
    return new_token("bns_", random);
}

std::string next_refresh_token(std::string_view refresh_token, ports::Random& random) {
    auto secret = decode(refresh_token).value();
    random.fill(std::span(secret).subspan(family_bytes));
    return encode("bnr_", secret);
}

std::optional<TokenKind> token_kind(std::string_view token) {
    if (!decode(token)) return std::nullopt;
    if (token.starts_with("bna_")) return TokenKind::access;
    if (token.starts_with("bnr_")) return TokenKind::refresh;
    if (token.starts_with("bnc_")) return TokenKind::cookie;
    return std::nullopt;
}

// The text is hashed, prefix and all, so a secret is good for one kind only.
TokenHash hash_token(std::string_view token) {
    return blake2b({reinterpret_cast<const std::uint8_t*>(token.data()), token.size()});
}

TokenHash hash_family(std::string_view refresh_token) {
    const auto secret = decode(refresh_token).value();
    return blake2b(std::span(secret).first(family_bytes));
}

}  // namespace banter::accounts
