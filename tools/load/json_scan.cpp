#include "load/json_scan.hpp"

#include <charconv>
#include <cstring>

namespace banter::load {
namespace scan {
namespace {

std::size_t end_of_string(std::string_view json, std::size_t at) {
    ++at;
    while (true) {
        const void* quote = std::memchr(json.data() + at, '"', json.size() - at);
        if (quote == nullptr) return std::string_view::npos;
        const auto found = static_cast<std::size_t>(static_cast<const char*>(quote) - json.data());
        std::size_t backslashes = 0;
        while (found - backslashes > at && json[found - backslashes - 1] == '\\') ++backslashes;
        if (backslashes % 2 == 0) return found + 1;
        at = found + 1;
    }
}

std::size_t end_of_nested(std::string_view json, std::size_t at) {
    std::size_t depth = 0;
    while (at < json.size()) {
        const char c = json[at];
        if (c == '"') {
            at = end_of_string(json, at);
            if (at == std::string_view::npos) return at;
            continue;
        }
        if (c == '{' || c == '[') ++depth;
        ++at;
        if ((c == '}' || c == ']') && --depth == 0) return at;
    }
    return std::string_view::npos;
}

}  // namespace

std::size_t skip_space(std::string_view json, std::size_t at) {
    while (at < json.size() &&
           (json[at] == ' ' || json[at] == '\t' || json[at] == '\n' || json[at] == '\r')) {
        ++at;
    }
    return at;
}

std::size_t end_of_value(std::string_view json, std::size_t at) {
    if (at >= json.size()) return std::string_view::npos;
    if (json[at] == '"') return end_of_string(json, at);
    if (json[at] == '{' || json[at] == '[') return end_of_nested(json, at);
    const std::size_t end = json.find_first_of(",]} \t\r\n", at);
    return end == at ? std::string_view::npos : end;
}

}  // namespace scan

namespace {

std::uint32_t hex4(std::string_view digits) {
    std::uint32_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
}

void append_utf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | code >> 6);
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0 | code >> 12);
        out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | code >> 18);
        out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
        out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    }
}

// Decodes the \u escape whose digits begin at `at`, with its other half when it is a surrogate;
// returns the place behind it.
std::size_t decode_unicode(std::string_view text, std::size_t at, std::string& out) {
    std::uint32_t code = hex4(text.substr(at, 4));
    at += 4;
    if (code >= 0xD800 && code < 0xDC00 && text.substr(at, 2) == "\\u") {
        const std::uint32_t low = hex4(text.substr(at + 2, 4));
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            at += 6;
        }
    }
    append_utf8(out, code);
    return at;
}

char decode_simple(char c) {
    switch (c) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return c;
    }
}

}  // namespace

std::string_view plain_string(std::string_view raw) {
    if (raw.size() < 2 || raw.front() != '"') return {};
    return raw.substr(1, raw.size() - 2);
}

std::string decode_string(std::string_view raw) {
    const std::string_view text = plain_string(raw);
    std::string out;
    out.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t escape = std::min(text.find('\\', at), text.size());
        out.append(text.substr(at, escape - at));
        if (escape + 1 >= text.size()) break;
        at = escape + 2;
        if (text[escape + 1] == 'u' && at + 4 <= text.size()) {
            at = decode_unicode(text, at, out);
        } else {
            out += decode_simple(text[escape + 1]);
        }
    }
    return out;
}

std::optional<std::int64_t> integer(std::string_view raw) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
    if (error != std::errc{} || end != raw.data() + raw.size()) return std::nullopt;
    return value;
}

std::string_view member(std::string_view json, std::string_view name) {
    std::string_view found;
    scan_object(json, [&](std::string_view key, std::string_view value) {
        if (key == name) found = value;
    });
    return found;
}

}  // namespace banter::load
