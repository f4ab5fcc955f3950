#include "gateway/websocket_connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace banter::gateway {
namespace {

namespace ws = protocol::websocket;

constexpr std::size_t read_buffer_bytes = 64 * 1024;
constexpr int max_reads_per_event = 4;  // then others have their turn
constexpr std::size_t max_frames_per_write = 64;
constexpr auto close_time = std::chrono::seconds(10);

std::array<char, read_buffer_bytes>& shared_read_buffer() {
    thread_local std::array<char, read_buffer_bytes> buffer;
    return buffer;
}

bool would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK;
}

}  // namespace

WebSocketConnection::WebSocketConnection(runtime::Shard& shard, Socket socket,
                                         ConnectionLimits limits)
    : shard_(shard),
      socket_(std::move(socket)),
      limits_(limits),
      decoder_(ws::Side::server, limits.frame_bytes) {
    boost::system::error_code ignored;
    socket_.native_non_blocking(true, ignored);
}

void WebSocketConnection::start(std::shared_ptr<ConnectionEvents> events,
                                std::string_view first_bytes) {
    events_ = std::move(events);
    std::string bytes(first_bytes);
    if (!bytes.empty()) feed(bytes);
    if (state_ != State::closed) wait_readable();
}

void WebSocketConnection::wait_readable() {
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](auto error) {
        if (error) {
            self->finish(false);
        } else {
            self->read_available();
        }
    });
}

void WebSocketConnection::read_available() {
    auto& buffer = shared_read_buffer();
    for (int reads = 0; reads < max_reads_per_event && state_ != State::closed; ++reads) {
        const ssize_t count =
            ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count > 0) {
            if (!close_received_) feed(std::span(buffer.data(), static_cast<std::size_t>(count)));
            if (static_cast<std::size_t>(count) < buffer.size()) break;
        } else if (count < 0 && errno == EINTR) {
            continue;
        } else if (count < 0 && would_block(errno)) {
            break;
        } else {
            finish(close_received_);
        }
    }
    if (state_ != State::closed) wait_readable();
}

void WebSocketConnection::feed(std::span<char> bytes) {
    decoder_.feed(bytes, [this](const ws::Event& event) { return handle(event); });
}

// False: nothing more is of interest.
bool WebSocketConnection::handle(const ws::Event& event) {
    if (const auto* text = std::get_if<ws::TextMessage>(&event)) {
        if (state_ == State::open) events_->message_received(text->text);
    } else if (const auto* ping = std::get_if<ws::Ping>(&event)) {
        auto pong = std::make_shared<std::string>();
        ws::append_frame(*pong, ws::Opcode::pong, ping->payload);
        if (state_ == State::open) write(std::move(pong));
    } else if (const auto* closed = std::get_if<ws::Close>(&event)) {
        close_received_ = true;
        // The answer repeats the code (RFC 6455 §5.5.1); an empty one gets the normal code.
        const auto code =
            closed->code == ws::CloseCode::no_status ? ws::CloseCode::normal : closed->code;
        if (state_ == State::open) {
            queue_close(code, {});
        } else if (output_shut_) {
            finish(true);
        }
        return false;
    } else if (const auto* violation = std::get_if<ws::Violation>(&event)) {
        queue_close(violation->code, violation->reason);
        return false;
    }
    return state_ != State::closed;
}

void WebSocketConnection::write(delivery::EncodedFrame frame) {
    if (state_ != State::open) return;
    queued_bytes_ += frame->size();
    queue_.push_back(std::move(frame));
    // One frame may be larger than all that may wait: it is for the one behind it to wait.
    if (queued_bytes_ > limits_.buffer_bytes && queue_.size() > 1) {
        too_slow_ = true;
        close_dropping(ws::CloseCode::slow_reader,
                       "you read too slowly; reconnect and go on from your cursor");
        return;
    }
    schedule_flush();
}

void WebSocketConnection::close(ws::CloseCode code, std::string_view reason) {
    queue_close(code, reason);
}

void WebSocketConnection::close_dropping(ws::CloseCode code, std::string_view reason) {
    if (state_ != State::open) return;
    // A frame that is partly out must be finished, or the close frame could not be read.
    const std::size_t kept = first_sent_ > 0 ? 1 : 0;
    queue_.resize(std::min(queue_.size(), kept));
    queued_bytes_ = queue_.empty() ? 0 : queue_.front()->size() - first_sent_;
    queue_close(code, reason);
}

void WebSocketConnection::queue_close(ws::CloseCode code, std::string_view reason) {
    if (state_ != State::open) return;
    auto frame = std::make_shared<std::string>();
    ws::append_frame(*frame, ws::Opcode::close, ws::close_payload(code, reason));
    queued_bytes_ += frame->size();
    queue_.push_back(std::move(frame));
    state_ = State::closing;
    linger_ = shard_.after(close_time, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->finish(false);
    });
    schedule_flush();
}

void WebSocketConnection::schedule_flush() {
    if (flush_scheduled_ || waiting_writable_ || state_ == State::closed) return;
    flush_scheduled_ = true;
    shard_.at_tick_end([self = shared_from_this()] {
        self->flush_scheduled_ = false;
        self->flush();
    });
}

void WebSocketConnection::flush() {
    while (!queue_.empty() && state_ != State::closed) {
        if (!write_some()) break;
    }
    tell_drained();
    if (!queue_.empty()) return;
    if (state_ != State::closing || output_shut_) return;
    output_shut_ = true;
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    if (close_received_) finish(true);
}

bool WebSocketConnection::writable() {
    if (queued_bytes_ <= limits_.buffer_bytes / 2) return true;
    awaiting_drain_ = true;
    return false;
}

void WebSocketConnection::tell_drained() {
    if (!awaiting_drain_ || state_ != State::open) return;
    if (queued_bytes_ > limits_.buffer_bytes / 2) return;
    awaiting_drain_ = false;
    events_->drained();
}

// False: the kernel takes no more now, or the connection is gone.
bool WebSocketConnection::write_some() {
    std::array<iovec, max_frames_per_write> pieces;
    std::size_t count = 0;
    for (const auto& frame : queue_) {
        if (count == pieces.size()) break;
        const std::size_t skip = count == 0 ? first_sent_ : 0;
        pieces[count++] = {const_cast<char*>(frame->data()) + skip, frame->size() - skip};
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
        if (errno == EINTR) return true;
        if (would_block(errno)) {
            wait_writable();
        } else {
            finish(false);
        }
        return false;
    }
    auto left = static_cast<std::size_t>(sent);
    queued_bytes_ -= left;
    while (left > 0) {
        const std::size_t rest = queue_.front()->size() - first_sent_;
        if (left < rest) {
            first_sent_ += left;
            break;
        }
        left -= rest;
        first_sent_ = 0;
        queue_.pop_front();
    }
    return true;
}

void WebSocketConnection::wait_writable() {
    if (std::exchange(waiting_writable_, true)) return;
    socket_.async_wait(Socket::wait_write, [self = shared_from_this()](auto error) {
        self->waiting_writable_ = false;
        if (error) {
            self->finish(false);
        } else {
            self->flush();
        }
    });
}

void WebSocketConnection::finish(bool clean) {
    if (state_ == State::closed) return;
    state_ = State::closed;
    linger_.cancel();
    queue_.clear();
    boost::system::error_code ignored;
    socket_.close(ignored);
    if (events_) events_->connection_closed(clean);
    events_.reset();
}

}  // namespace banter::gateway
