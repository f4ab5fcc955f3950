#include "load/frame.hpp"

#include "load/json_scan.hpp"

namespace banter::load {
namespace {

Seq unsigned_of(std::string_view raw) {
    const auto value = integer(raw);
    return value && *value > 0 ? static_cast<Seq>(*value) : 0;
}

}  // namespace

Frame read_frame(std::string_view json) {
    Frame frame;
    scan_object(json, [&](std::string_view name, std::string_view value) {
        if (name == "type") {
            frame.type = plain_string(value);
        } else if (name == "chat") {
            frame.chat = plain_string(value);
        } else if (name == "seq") {
            frame.seq = unsigned_of(value);
        } else if (name == "message_id") {
            frame.message_id = plain_string(value);
        } else if (name == "sender") {
            frame.sender = plain_string(value);
        } else if (name == "kind") {
            frame.kind = plain_string(value);
        } else if (name == "text") {
            frame.text = value;
        } else if (name == "client_id") {
            frame.client_id = plain_string(value);
        } else if (name == "event") {
            frame.event = value;
        } else if (name == "user") {
            frame.user = plain_string(value);
        } else if (name == "delivered") {
            frame.delivered = unsigned_of(value);
        } else if (name == "read") {
            frame.read = unsigned_of(value);
        } else if (name == "code") {
            frame.code = plain_string(value);
        } else if (name == "retry_after_ms") {
            frame.retry_after_ms = integer(value).value_or(0);
        }
    });
    return frame;
}

std::size_t wire_size(std::size_t payload, bool masked) {
    return payload + (payload <= 125 ? 2 : 4) + (masked ? 4 : 0);
}

}  // namespace banter::load
