#include "protocol/json_writer.hpp"

#include <charconv>

namespace banter::protocol {
namespace {

bool needs_escape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escaped(std::string& out, char c) {
    static constexpr char hex[] = "0123456789abcdef";
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            out += "\\u00";
            out += hex[static_cast<unsigned char>(c) >> 4];
            out += hex[c & 15];
    }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t plain = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!needs_escape(text[at])) continue;
        out.append(text.substr(plain, at - plain));
        append_escaped(out, text[at]);
        plain = at + 1;
    }
    out.append(text.substr(plain));
    out += '"';
}

std::string& JsonObject::open(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return out_;
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
    append_json_string(open(name), value);
    return *this;
}

JsonObject& JsonObject::number(std::string_view name, std::int64_t value) {
    char digits[24];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    open(name).append(digits, end);
    return *this;
}

JsonObject& JsonObject::flag(std::string_view name, bool value) {
    open(name) += value ? "true" : "false";
    return *this;
}

JsonObject& JsonObject::null(std::string_view name) {
    open(name) += "null";
    return *this;
}

JsonObject& JsonObject::raw(std::string_view name, std::string_view json) {
    open(name) += json;
    return *this;
}

}  // namespace banter::protocol
