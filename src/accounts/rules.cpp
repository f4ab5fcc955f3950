#include "accounts/rules.hpp"

#include <algorithm>
#include <clocale>
#include <cwctype>
#include <locale.h>

#include "base/utf8.hpp"

namespace banter::accounts {
namespace {

constexpr std::size_t min_username = 3;
constexpr std::size_t max_username = 32;
constexpr std::size_t min_password_bytes = 8;
constexpr std::size_t max_name_characters = 64;
constexpr std::size_t max_page = 200;

base::Problem invalid(std::string detail) {
    return {base::ErrorCode::invalid, std::move(detail), {}};
}

bool is_username_character(char character) {
    const bool letter =
        (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
    const bool digit = character >= '0' && character <= '9';
    return letter || digit || character == '_' || character == '.' || character == '-';
}

// A name that a person can see.
bool is_name(std::string_view name) {
    if (!base::is_utf8(name) || base::has_control_characters(name)) return false;
    if (base::count_code_points(name) > max_name_characters) return false;
    return std::ranges::any_of(name, [](char character) { return character != ' '; });
}

// Decodes the code point at `text[at]`, which is well-formed, and moves `at` behind it.
char32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto first = static_cast<unsigned char>(text[at++]);
    if (first < 0x80) return first;
    const int more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    char32_t code = first & (0x3F >> more);
    for (int i = 0; i < more; ++i) {
        code = code << 6 | (static_cast<unsigned char>(text[at++]) & 0x3F);
    }
    return code;
}

void append_utf8(std::string& text, char32_t code) {
    const auto tail = [&](int shift) {
        text.push_back(static_cast<char>(0x80 | ((code >> shift) & 0x3F)));
    };
    if (code < 0x80) {
        text.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
        text.push_back(static_cast<char>(0xC0 | (code >> 6)));
        tail(0);
    } else if (code < 0x10000) {
        text.push_back(static_cast<char>(0xE0 | (code >> 12)));
        tail(6);
        tail(0);
    } else {
        text.push_back(static_cast<char>(0xF0 | (code >> 18)));
        tail(12);
        tail(6);
        tail(0);
    }
}

// glibc's tables of Unicode; without them (a null locale) only ASCII changes case.
char32_t to_lower(char32_t code) {
    if (code < 0x80) return code >= 'A' && code <= 'Z' ? code + 32 : code;
    static const locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (unicode == nullptr) return code;
    return static_cast<char32_t>(towlower_l(static_cast<wint_t>(code), unicode));
}

}  // namespace

std::optional<base::Problem> check_username(std::string_view username) {
    const bool length = username.size() >= min_username && username.size() <= max_username;
    if (length && std::ranges::all_of(username, is_username_character)) return std::nullopt;
    return invalid(
        "Choose a username of 3 to 32 characters: letters A to Z, digits, '_', '.' and '-'.");
}

std::optional<base::Problem> check_password(std::string_view password) {
    if (password.size() < min_password_bytes) {
        return invalid("Choose a password of at least 8 characters.");
    }
    if (password.size() > max_password_bytes) {
        return invalid("Choose a password of at most 1024 bytes.");
    }
    return std::nullopt;
}

std::optional<base::Problem> check_display_name(std::string_view name) {
    if (is_name(name)) return std::nullopt;
    return invalid("Choose a display name of 1 to 64 characters, without control characters.");
}

std::optional<base::Problem> check_device_name(std::string_view name) {
    if (is_name(name)) return std::nullopt;
    return invalid("Give the device a name of 1 to 64 characters, without control characters.");
}

std::optional<base::Problem> check_search(std::string_view query) {
    if (base::is_utf8(query) && base::count_code_points(query) <= max_name_characters) {
        return std::nullopt;
    }
    return invalid("Search for at most 64 characters of a name.");
}

std::optional<base::Problem> check_page(const ports::PageRequest& page) {
    if (page.limit < 1 || page.limit > max_page) return invalid("Ask for 1 to 200 items.");
    if (page.after && page.before) return invalid("Give either `after` or `before`, not both.");
    return std::nullopt;
}

std::string search_key(std::string_view text) {
    std::string key;
    key.reserve(text.size());
    for (std::size_t at = 0; at < text.size();)
        append_utf8(key, to_lower(next_code_point(text, at)));
    return key;
}

}  // namespace banter::accounts
