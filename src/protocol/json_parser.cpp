#include "protocol/json_parser.hpp"

#include <boost/json/parse.hpp>
#include <charconv>

namespace banter::protocol {
namespace {

namespace json = boost::json;

// The code unit of an escape \uXXXX at `at`, or -1.
int escaped_unit(std::string_view text, std::size_t at) {
    if (text.size() < at + 6 || text[at] != '\\' || text[at + 1] != 'u') return -1;
    int unit = 0;
    const char* first = text.data() + at + 2;
    const auto [end, error] = std::from_chars(first, first + 4, unit, 16);
    return error == std::errc{} && end == first + 4 ? unit : -1;
}

bool is_high(int unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_low(int unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

}  // namespace

base::Result<json::value> parse_json_object(std::string_view text, json::storage_ptr storage) {
    json::error_code error;
    json::value value = json::parse(text, error, std::move(storage));
    if (error) {
        return base::fail(base::ErrorCode::invalid,
                          "The text is not well-formed JSON: " + error.message() + ".");
    }
    if (!value.is_object()) {
        return base::fail(base::ErrorCode::invalid, "A JSON object is expected here.");
    }
    return value;
}

std::string replace_lone_surrogates(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != '\\') {
            out += text[at++];
            continue;
        }
        const int unit = escaped_unit(text, at);
        if (is_high(unit) && is_low(escaped_unit(text, at + 6))) {
            out.append(text.substr(at, 12));
            at += 12;
        } else if (is_high(unit) || is_low(unit)) {
            out += "\\ufffd";
            at += 6;
        } else {
            out.append(text.substr(at, 2));
            at += 2;
        }
    }
    return out;
}

}  // namespace banter::protocol
