#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace banter::protocol {

// Appends `text`, which is UTF-8, as a JSON string (RFC 8259 §7).
void append_json_string(std::string& out, std::string_view text);

// Writes one JSON object, member by member, straight into a string.
class JsonObject {
public:
    explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
    ~JsonObject() { out_ += '}'; }
    JsonObject(const JsonObject&) = delete;
    JsonObject& operator=(const JsonObject&) = delete;

    JsonObject& text(std::string_view name, std::string_view value);
    JsonObject& number(std::string_view name, std::int64_t value);
    JsonObject& flag(std::string_view name, bool value);
    JsonObject& null(std::string_view name);
    // `json` is written as it is.
    JsonObject& raw(std::string_view name, std::string_view json);
    // The name and the colon; the caller appends the value to what is returned.
    std::string& open(std::string_view name);

private:
    std::string& out_;
    bool first_ = true;
};

// Writes a JSON array: `write(out, item)` appends one item.
template <class Range, class Write>
void append_json_array(std::string& out, const Range& items, Write write) {
    out += '[';
    bool first = true;
    for (const auto& item : items) {
        if (!first) out += ',';
        first = false;
        write(out, item);
    }
    out += ']';
}

}  // namespace banter::protocol
