#include "app/origin.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace banter::app {
namespace {

constexpr std::string_view separator = "://";

bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_scheme(std::string_view text) {
    return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
           std::ranges::all_of(text, [](char c) {
               return is_lower_or_digit(c) || c == '+' || c == '-' || c == '.';
           });
}

bool is_port(std::string_view text) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65'535;
}

// A name or an IPv4 address, or an IPv6 address in brackets.
bool is_host(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        const auto inside = text.substr(1, text.size() - 2);
        return std::ranges::all_of(
            inside, [](char c) { return is_lower_or_digit(c) || c == ':' || c == '.'; });
    }
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_lower_or_digit(c) || c == '-' || c == '.' || c == '_';
    });
}

}  // namespace

bool is_origin(const std::string& text) {
    const std::string_view whole = text;
    const std::size_t at = whole.find(separator);
    if (at == std::string_view::npos || !is_scheme(whole.substr(0, at))) return false;
    std::string_view host = whole.substr(at + separator.size());
    const std::size_t colon = host.rfind(':');
    if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
        if (!is_port(host.substr(colon + 1))) return false;
        host = host.substr(0, colon);
    }
    return is_host(host);
}

bool is_web_origin(const std::string& text) {
    std::string origin = text;
    if (origin.ends_with('/')) origin.pop_back();
    return (origin.starts_with("http://") || origin.starts_with("https://")) && is_origin(origin);
}

}  // namespace banter::app
