#pragma once

#include <deque>
#include <memory>
#include <string_view>

#include "base/time.hpp"
#include "delivery/mail.hpp"
#include "gateway/socket.hpp"
#include "protocol/websocket.hpp"
#include "runtime/shard.hpp"

namespace banter::gateway {

// What a connection tells its session. All on the shard of the connection.
class ConnectionEvents {
public:
    virtual ~ConnectionEvents() = default;
    virtual void message_received(std::string_view text) = 0;
    // The peer has taken enough that writable() holds again after it did not.
    virtual void drained() = 0;
    // Called once: by the peer, by a failure, or after close(). Nothing follows.
    virtual void connection_closed(bool clean) = 0;
};

// One WebSocket (RFC 6455) after its handshake. Reads into a buffer that all connections of the
// shard share, so an idle one holds no memory for it; gathers what is written in a tick and hands
// it to the kernel in one call, sharing the bytes of frames that go to many.
class WebSocketConnection : public std::enable_shared_from_this<WebSocketConnection> {
public:
    struct Limits {
        std::size_t frame_bytes = 256 * 1024;
        std::size_t buffer_bytes = 1024 * 1024;  // unsent bytes before the reader is too slow
    };

    WebSocketConnection(runtime::Shard& shard, Socket socket, Limits limits);

    // `first_bytes`: what came behind the handshake.
    void start(std::shared_ptr<ConnectionEvents> events, std::string_view first_bytes);

    void write(delivery::EncodedFrame frame);
    void write(std::string_view payload) { write(delivery::encode_frame(payload)); }

    // False while more than half of what may wait does wait; drained() tells when that is over.
    bool writable();

    // Sends what is queued and then a close frame; the peer has 10 s to take it (RFC 6455 §7.1.1).
    void close(protocol::websocket::CloseCode code, std::string_view reason);
    // The same, but drops what is queued: the peer reads too slowly to get it.
    void close_dropping(protocol::websocket::CloseCode code, std::string_view reason);

    // The peer did not read what it was sent.
    bool was_too_slow() const { return too_slow_; }
    // Ends the connection at once, without a close frame.
    void abort() { finish(false); }
    bool closing() const { return state_ != State::open; }
    std::size_t queued_bytes() const { return queued_bytes_; }

private:
    enum class State { open, closing, closed };

    void wait_readable();
    void read_available();
    void feed(std::span<char> bytes);
    bool handle(const protocol::websocket::Event& event);
    void schedule_flush();
    void flush();
    bool write_some();
    void tell_drained();
    void wait_writable();
    void queue_close(protocol::websocket::CloseCode code, std::string_view reason);
    void finish(bool clean);

    runtime::Shard& shard_;
    Socket socket_;
    Limits limits_;
    protocol::websocket::Decoder decoder_;
    std::shared_ptr<ConnectionEvents> events_;
    std::deque<delivery::EncodedFrame> queue_;
    std::size_t first_sent_ = 0;  // bytes of queue_.front() that are out
    std::size_t queued_bytes_ = 0;
    State state_ = State::open;
    bool flush_scheduled_ = false;
    bool waiting_writable_ = false;
    bool close_received_ = false;
    bool output_shut_ = false;
    bool too_slow_ = false;
    bool awaiting_drain_ = false;
    base::Timer linger_;
};

}  // namespace banter::gateway
