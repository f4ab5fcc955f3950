#pragma once

#include <string>
#include <string_view>

#include "load/net/stream.hpp"
#include "load/random.hpp"
#include "protocol/websocket.hpp"

namespace banter::load {

// A WebSocket connection (RFC 6455) to the server's /v1/ws.
class WebSocketClient : Stream::Owner {
public:
    class Listener {
    public:
        virtual ~Listener() = default;
        virtual void on_open() = 0;
        virtual void on_text(std::string_view text) = 0;
        // The end, however it came. Never called after abandon().
        virtual void on_closed(const std::string& why) = 0;
    };

    WebSocketClient(EventLoop& loop, Listener& listener);

    void connect(const Address& address);
    bool open() const { return state_ == State::open; }
    bool idle() const { return state_ == State::closed; }
    // Only while open().
    void send(std::string_view text);
    // Says goodbye; on_closed follows.
    void close();
    // Drops the connection without a word, with whatever is on its way.
    void abandon();

    std::uint64_t bytes_sent() const { return bytes_sent_; }

private:
    enum class State { closed, connecting, upgrading, open, closing };

    void on_connected() override;
    void on_bytes(std::span<char> bytes) override;
    void on_disconnected(const std::string& why) override;
    void read_upgrade(std::span<char> bytes);
    bool handle(const protocol::websocket::Event& event);
    void append(protocol::websocket::Opcode opcode, std::string_view payload);
    void finish(const std::string& why);

    Listener& listener_;
    Stream stream_;
    State state_ = State::closed;
    std::string host_;
    std::string key_;
    std::string response_;  // the upgrade's answer so far
    Random masks_;
    protocol::websocket::Decoder decoder_;
    protocol::websocket::Decoder::Visitor visitor_;
    std::uint64_t bytes_sent_ = 0;
};

}  // namespace banter::load
