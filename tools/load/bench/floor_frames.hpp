#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace banter::load::floor {

// The floor's frames: this header, then filler up to `size` bytes in all. Nothing is parsed,
// nothing is stored: the least that any server which moves these bytes has to do.
enum class Kind : std::uint16_t {
    hello,     // client → server: which end of which pair this connection is
    send,      // sender → server
    sent,      // server → sender
    message,   // server → recipient
    received,  // recipient → server
    receipt,   // server → sender
};

struct Header {
    std::uint16_t size = 0;  // of the whole frame; at least sizeof(Header)
    Kind kind = Kind::hello;
    std::uint32_t pair = 0;
    std::uint64_t number = 0;  // of the message; of a hello: 0 the sender, 1 the recipient
};
static_assert(sizeof(Header) == 16);

inline void append(std::string& out, Header header, std::size_t size) {
    header.size = static_cast<std::uint16_t>(size < sizeof header ? sizeof header : size);
    const std::size_t start = out.size();
    out.resize(start + header.size, '.');
    std::memcpy(out.data() + start, &header, sizeof header);
}

// The first whole frame's header; nothing when more bytes are needed.
inline std::optional<Header> first(std::string_view bytes) {
    Header header;
    if (bytes.size() < sizeof header) return std::nullopt;
    std::memcpy(&header, bytes.data(), sizeof header);
    if (bytes.size() < header.size) return std::nullopt;
    return header;
}

}  // namespace banter::load::floor
