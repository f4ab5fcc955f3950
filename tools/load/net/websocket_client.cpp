#include "load/net/websocket_client.hpp"

#include <fmt/format.h>

#include <random>

namespace banter::load {
namespace {

namespace websocket = protocol::websocket;

// Larger than any frame the server may send (protocol.md: 256 KiB).
constexpr std::size_t max_message = 1 << 20;

std::uint64_t fresh_seed() {
    static Random seeds(std::random_device{}());
    return seeds.next();
}

// RFC 6455 §4.1: 16 random bytes in base64.
std::string make_key(Random& random) {
    static constexpr char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string key;
    for (int i = 0; i < 21; ++i) key += digits[random.below(64)];
    key += "AQgw"[random.below(4)];  // the last digit carries two bits
    return key + "==";
}

}  // namespace

WebSocketClient::WebSocketClient(EventLoop& loop, Listener& listener)
    : listener_(listener),
      stream_(loop, *this),
      masks_(fresh_seed()),
      decoder_(websocket::Side::client, max_message),
      visitor_([this](const websocket::Event& event) { return handle(event); }) {}

void WebSocketClient::connect(const Address& address) {
    state_ = State::connecting;
    host_ = address.host;
    response_.clear();
    stream_.connect(address);
}

void WebSocketClient::on_connected() {
    // Not in connect(): that may be called from on_closed, while the old one is still decoding.
    decoder_ = websocket::Decoder(websocket::Side::client, max_message);
    state_ = State::upgrading;
    key_ = make_key(masks_);
    stream_.output() += fmt::format(
        "GET /v1/ws HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: {}\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: banter.v1.json\r\n\r\n",
        host_, key_);
}

void WebSocketClient::on_bytes(std::span<char> bytes) {
    if (state_ == State::upgrading) return read_upgrade(bytes);
    decoder_.feed(bytes, visitor_);
}

void WebSocketClient::read_upgrade(std::span<char> bytes) {
    response_.append(bytes.data(), bytes.size());
    const std::size_t end = response_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const bool accepted =
        response_.starts_with("HTTP/1.1 101 ") &&
        response_.find(websocket::accept_key(key_)) < end;
    if (!accepted) {
        const auto status = response_.substr(0, response_.find('\r'));
        return finish("the upgrade was refused: " + status);
    }
    std::string rest = response_.substr(end + 4);
    response_.clear();
    response_.shrink_to_fit();
    state_ = State::open;
    listener_.on_open();
    if (!rest.empty() && state_ != State::closed) decoder_.feed(rest, visitor_);
}

bool WebSocketClient::handle(const websocket::Event& event) {
    if (const auto* message = std::get_if<websocket::TextMessage>(&event)) {
        if (state_ == State::open || state_ == State::closing) listener_.on_text(message->text);
    } else if (const auto* ping = std::get_if<websocket::Ping>(&event)) {
        append(websocket::Opcode::pong, ping->payload);
    } else if (const auto* close = std::get_if<websocket::Close>(&event)) {
        finish(fmt::format("closed with {} {}", static_cast<int>(close->code),
                                 close->reason));
    } else if (const auto* violation = std::get_if<websocket::Violation>(&event)) {
        finish(fmt::format("the server broke the protocol: {}", violation->reason));
    }
    return state_ == State::open || state_ == State::closing;
}

void WebSocketClient::append(websocket::Opcode opcode, std::string_view payload) {
    auto& out = stream_.output();
    const std::size_t before = out.size();
    const auto mask = static_cast<std::uint32_t>(masks_.next());
    websocket::append_masked_frame(out, opcode, payload, mask);
    bytes_sent_ += out.size() - before;
}

void WebSocketClient::send(std::string_view text) {
    if (state_ == State::open) append(websocket::Opcode::text, text);
}

void WebSocketClient::close() {
    if (state_ != State::open) return abandon();
    append(websocket::Opcode::close, websocket::close_payload(websocket::CloseCode::normal, ""));
    state_ = State::closing;
}

void WebSocketClient::abandon() {
    state_ = State::closed;
    stream_.close();
}

void WebSocketClient::on_disconnected(const std::string& why) { finish(why); }

void WebSocketClient::finish(const std::string& why) {
    if (state_ == State::closed) return;
    abandon();
    listener_.on_closed(why);
}

}  // namespace banter::load
