#include "protocol/websocket.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/utf8.hpp"

namespace banter::protocol::websocket {
namespace {

constexpr std::size_t max_control_payload = 125;
constexpr std::string_view accept_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

bool is_control(Opcode opcode) {
    return static_cast<std::uint8_t>(opcode) >= 0x8;
}

bool is_known(std::uint8_t opcode) {
    return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xA);
}

void unmask(std::span<char> payload, const std::array<char, 4>& key) {
    std::uint64_t wide = 0;
    std::memcpy(&wide, key.data(), 4);
    wide |= wide << 32;
    std::size_t at = 0;
    for (; at + 8 <= payload.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, payload.data() + at, 8);
        word ^= wide;
        std::memcpy(payload.data() + at, &word, 8);
    }
    for (; at < payload.size(); ++at)
        payload[at] = static_cast<char>(payload[at] ^ key[at % 4]);
}

// RFC 6455 §7.4: the codes that may stand in a close frame.
bool may_be_sent(std::uint16_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

void append_header(std::string& out, Opcode opcode, std::size_t size, bool masked) {
    const char mask_bit = masked ? static_cast<char>(0x80) : char{0};
    out.push_back(static_cast<char>(0x80 | static_cast<std::uint8_t>(opcode)));
    if (size <= 125) {
        out.push_back(static_cast<char>(size | static_cast<std::uint8_t>(mask_bit)));
        return;
    }
    const int bytes = size <= 0xFFFF ? 2 : 8;
    out.push_back(static_cast<char>((bytes == 2 ? 126 : 127) | mask_bit));
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
        out.push_back(static_cast<char>(static_cast<std::uint64_t>(size) >> shift & 0xFF));
    }
}

}  // namespace

struct Decoder::Header {
    bool final = false;
    std::uint8_t reserved = 0;
    std::uint8_t raw_opcode = 0;
    bool masked = false;
    bool minimal = true;  // the length used the shortest form
    std::uint64_t length = 0;
    std::array<char, 4> key{};
    std::size_t size = 0;  // of the header itself

    Opcode opcode() const { return static_cast<Opcode>(raw_opcode); }
};

void Decoder::feed(std::span<char> bytes, const Visitor& visit) {
    if (finished_) return;
    if (carry_.empty()) {
        const std::size_t used = parse(bytes, visit);
        if (!finished_)
            carry_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(used), bytes.end());
        return;
    }
    carry_.append(bytes.data(), bytes.size());
    const std::size_t used = parse(std::span(carry_.data(), carry_.size()), visit);
    carry_.erase(0, used);
    if (carry_.empty()) carry_.shrink_to_fit();
}

// Visits every whole frame at the start of `bytes` and returns how many bytes they took.
std::size_t Decoder::parse(std::span<char> bytes, const Visitor& visit) {
    std::size_t used = 0;
    while (used < bytes.size()) {
        Header header;
        const auto rest = bytes.subspan(used);
        if (!parse_header(rest, header, visit)) break;
        if (rest.size() - header.size < header.length) break;
        const auto payload = rest.subspan(header.size, static_cast<std::size_t>(header.length));
        if (header.masked) unmask(payload, header.key);
        used += header.size + payload.size();
        if (!accept_frame(header, {payload.data(), payload.size()}, visit)) {
            finished_ = true;
            break;
        }
    }
    return used;
}

// False: more bytes are needed, or the header is a violation (then finished_ is set).
bool Decoder::parse_header(std::span<const char> bytes, Header& header, const Visitor& visit) {
    if (bytes.size() < 2) return false;
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
    header.final = (byte(0) & 0x80) != 0;
    header.reserved = byte(0) & 0x70;
    header.raw_opcode = byte(0) & 0x0F;
    header.masked = (byte(1) & 0x80) != 0;
    header.length = byte(1) & 0x7F;
    header.size = 2;
    const std::size_t extended = header.length == 126 ? 2 : header.length == 127 ? 8 : 0;
    if (bytes.size() < header.size + extended) return false;
    if (extended > 0) {
        header.length = 0;
        for (std::size_t i = 0; i < extended; ++i)
            header.length = header.length << 8 | byte(2 + i);
        header.size += extended;
        header.minimal = extended == 2 ? header.length > 125 : header.length > 0xFFFF;
    }
    if (!check_header(header, visit)) {
        finished_ = true;
        return false;
    }
    if (header.masked) {
        if (bytes.size() < header.size + 4) return false;
        std::memcpy(header.key.data(), bytes.data() + header.size, 4);
        header.size += 4;
    }
    return true;
}

bool Decoder::check_header(const Header& header, const Visitor& visit) {
    if (header.reserved != 0) {
        return violation(CloseCode::protocol_error, "reserved bits are set (RFC 6455 5.2)", visit);
    }
    if (!is_known(header.raw_opcode)) {
        return violation(CloseCode::protocol_error, "unknown opcode (RFC 6455 5.2)", visit);
    }
    if (header.masked != (side_ == Side::server)) {
        return violation(CloseCode::protocol_error,
                         side_ == Side::server ? "frames of a client must be masked (RFC 6455 5.1)"
                                               : "frames of a server must not be masked",
                         visit);
    }
    if (!header.minimal || header.length >> 63 != 0) {
        return violation(CloseCode::protocol_error, "bad payload length (RFC 6455 5.2)", visit);
    }
    if (is_control(header.opcode())) {
        if (header.final && header.length <= max_control_payload) return true;
        return violation(CloseCode::protocol_error, "bad control frame (RFC 6455 5.5)", visit);
    }
    if ((header.opcode() == Opcode::continuation) != in_message_) {
        return violation(CloseCode::protocol_error, "fragments out of order (RFC 6455 5.4)", visit);
    }
    if (header.opcode() == Opcode::binary) {
        return violation(CloseCode::unsupported_data, "only text messages are understood", visit);
    }
    if (message_.size() + header.length > max_) {
        return violation(CloseCode::message_too_big, "the message is too large", visit);
    }
    return true;
}

bool Decoder::accept_frame(const Header& header, std::string_view payload, const Visitor& visit) {
    switch (header.opcode()) {
        case Opcode::ping:
            return visit(Ping{payload});
        case Opcode::pong:
            return visit(Pong{payload});
        case Opcode::close:
            return accept_close(payload, visit);
        default:
            return accept_data(header, payload, visit);
    }
}

bool Decoder::accept_data(const Header& header, std::string_view payload, const Visitor& visit) {
    if (!header.final || in_message_) message_.append(payload);
    if (!header.final) {
        in_message_ = true;
        return true;
    }
    const std::string whole = std::move(message_);
    message_.clear();
    const std::string_view text = in_message_ ? std::string_view(whole) : payload;
    in_message_ = false;
    if (!base::is_utf8(text)) {
        return violation(CloseCode::invalid_payload, "the text is not UTF-8", visit);
    }
    return visit(TextMessage{text});
}

bool Decoder::accept_close(std::string_view payload, const Visitor& visit) {
    Close close;
    if (payload.size() == 1) {
        return violation(CloseCode::protocol_error, "bad close frame (RFC 6455 5.5.1)", visit);
    }
    if (payload.size() >= 2) {
        const auto code = static_cast<std::uint16_t>(static_cast<std::uint8_t>(payload[0]) << 8 |
                                                     static_cast<std::uint8_t>(payload[1]));
        close.code = static_cast<CloseCode>(code);
        close.reason = payload.substr(2);
        if (!may_be_sent(code)) {
            return violation(CloseCode::protocol_error, "bad close code (RFC 6455 7.4)", visit);
        }
        if (!base::is_utf8(close.reason)) {
            return violation(CloseCode::invalid_payload, "the close reason is not UTF-8", visit);
        }
    }
    visit(close);
    return false;
}

bool Decoder::violation(CloseCode code, std::string_view reason, const Visitor& visit) {
    visit(Violation{code, reason});
    return false;
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
    append_header(out, opcode, payload.size(), false);
    out.append(payload);
}

void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload,
                         std::uint32_t key) {
    append_header(out, opcode, payload.size(), true);
    std::array<char, 4> mask{};
    std::memcpy(mask.data(), &key, 4);
    out.append(mask.data(), mask.size());
    const std::size_t start = out.size();
    out.append(payload);
    unmask(std::span(out.data() + start, payload.size()), mask);
}

std::string close_payload(CloseCode code, std::string_view reason) {
    const auto number = static_cast<std::uint16_t>(code);
    std::string payload;
    payload.push_back(static_cast<char>(number >> 8));
    payload.push_back(static_cast<char>(number & 0xFF));
    payload.append(reason.substr(0, max_control_payload - 2));
    return payload;
}

std::string accept_key(std::string_view key) {
    std::string joined(key);
    joined.append(accept_guid);
    std::array<unsigned char, 20> sha1{};
    SHA1(reinterpret_cast<const unsigned char*>(joined.data()), joined.size(), sha1.data());
    std::array<unsigned char, 32> base64{};
    const int length = EVP_EncodeBlock(base64.data(), sha1.data(), static_cast<int>(sha1.size()));
    return {reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(length)};
}

}  // namespace banter::protocol::websocket
