#pragma once

#include <cstddef>
#include <string_view>

#include "delivery/mail.hpp"
#include "protocol/websocket.hpp"

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

struct ConnectionLimits {
    std::size_t frame_bytes = 256 * 1024;
    std::size_t buffer_bytes = 1024 * 1024;  // unsent bytes before the reader is too slow
};

// A session's way to its peer: frames in order, each whole or not at all. Over sockets it is a
// WebSocketConnection. Belongs to the shard of its session.
class Connection {
public:
    virtual ~Connection() = default;

    // Queues the frame. More than ConnectionLimits::buffer_bytes unsent: closes the connection
    // with the code for a slow reader instead. Without effect once closing.
    virtual void write(delivery::EncodedFrame frame) = 0;

    // False while more than half of what may wait does wait; drained() tells when that is over.
    virtual bool writable() = 0;

    // Sends what is queued and then a close frame.
    virtual void close(protocol::websocket::CloseCode code, std::string_view reason) = 0;
    // Ends the connection at once, without a close frame.
    virtual void abort() = 0;

    virtual bool closing() const = 0;
    // The peer did not read what it was sent.
    virtual bool was_too_slow() const = 0;
};

}  // namespace banter::gateway
