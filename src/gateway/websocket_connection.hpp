#pragma once

#include <deque>
#include <memory>
#include <string_view>

#include "base/time.hpp"
#include "gateway/connection.hpp"
#include "gateway/socket.hpp"
#include "runtime/shard.hpp"

namespace banter::gateway {

// One WebSocket (RFC 6455) after its handshake. Reads into a buffer that all connections of the
// shard share, so an idle one holds no memory for it; gathers what is written in a tick and hands
// it to the kernel in one call, sharing the bytes of frames that go to many.
class WebSocketConnection final : public Connection,
                                  public std::enable_shared_from_this<WebSocketConnection> {
public:
    WebSocketConnection(runtime::Shard& shard, Socket socket, ConnectionLimits limits);

    // `first_bytes`: what came behind the handshake.
    void start(std::shared_ptr<ConnectionEvents> events, std::string_view first_bytes);

    void write(delivery::EncodedFrame frame) override;
    bool writable() override;

    // The peer has 10 s to take it (RFC 6455 §7.1.1).
    void close(protocol::websocket::CloseCode code, std::string_view reason) override;
    // The same, but drops what is queued: the peer reads too slowly to get it.
    void close_dropping(protocol::websocket::CloseCode code, std::string_view reason);
    void abort() override { finish(false); }

    bool was_too_slow() const override { return too_slow_; }
    bool closing() const override { return state_ != State::open; }
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
    ConnectionLimits limits_;
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
