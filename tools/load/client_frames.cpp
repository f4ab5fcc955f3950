#include "load/client_frames.hpp"

#include <fmt/format.h>

#include <charconv>

#include "protocol/json_writer.hpp"

namespace banter::load {

std::string hello_frame(std::string_view token, std::string_view since) {
    return fmt::format(R"({{"type":"hello","token":"{}","client":"banter-load",)"
                       R"("platform":"load","since":"{}"}})",
                       token, since);
}

std::string send_frame(std::string_view client_id, std::string_view chat, std::string_view text) {
    std::string out = fmt::format(
        R"({{"type":"send","client_id":"{}","chat":"{}","kind":"text","text":)", client_id, chat);
    protocol::append_json_string(out, text);
    return out + "}";
}

std::string received_frame(std::string_view chat, Seq seq) {
    return fmt::format(R"({{"type":"received","chat":"{}","seq":{}}})", chat, seq);
}

std::string read_mark_frame(std::string_view chat, Seq seq) {
    return fmt::format(R"({{"type":"read","chat":"{}","seq":{}}})", chat, seq);
}

std::string ping_frame() { return R"({"type":"ping"})"; }

std::string client_id_of(std::uint64_t run, std::uint64_t index) {
    return fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", run >> 32 & 0xFFFFFFFF,
                       run >> 16 & 0xFFFF, run >> 4 & 0xFFF, run & 0xFFF, index);
}

std::uint64_t index_of_client_id(std::string_view client_id) {
    std::uint64_t index = 0;
    if (client_id.size() == 36) {
        std::from_chars(client_id.data() + 24, client_id.data() + 36, index, 16);
    }
    return index;
}

}  // namespace banter::load
