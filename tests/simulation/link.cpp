#include "link.hpp"

#include <algorithm>

namespace banter::simulation {
namespace {

// RFC 6455 §5.2: what the server sends is not masked.
constexpr std::size_t short_header = 2;
constexpr std::size_t middle_header = 4;
constexpr std::size_t long_header = 10;
constexpr unsigned middle_length = 126;
constexpr unsigned long_length = 127;

constexpr Micros linger = 10 * second;

}  // namespace

std::string_view payload_of(const std::string& frame) {
    const auto length = static_cast<unsigned char>(frame[1]) & 0x7FU;
    std::size_t header = short_header;
    if (length == middle_length) header = middle_header;
    if (length == long_length) header = long_header;
    return std::string_view(frame).substr(header);
}

Link::Link(Timeline& timeline, Dice& dice, const Weather& weather, NodeExecutor& shard,
           gateway::ConnectionLimits limits, LinkClient& client, std::size_t number)
    : timeline_(timeline),
      dice_(dice),
      weather_(weather),
      shard_(&shard),
      limits_(limits),
      client_(&client),
      number_(number) {}

void Link::on_server(base::Work work) {
    if (shard_ != nullptr) shard_->post(std::move(work));
}

void Link::send(std::string text) {
    last_up_ = std::max(last_up_, timeline_.now() + latency());
    timeline_.at(last_up_, [self = shared_from_this(), text = std::move(text)]() mutable {
        if (self->cut_) return;
        self->on_server([self, text = std::move(text)] {
            if (self->events_ && self->state_ == State::open) self->events_->message_received(text);
        });
    });
}

void Link::leave() {
    client_ = nullptr;
    if (cut_) return;
    last_up_ = std::max(last_up_, timeline_.now() + latency());
    timeline_.at(last_up_,
                 [self = shared_from_this()] { self->on_server([self] { self->finish(true); }); });
}

void Link::write(delivery::EncodedFrame frame) {
    if (state_ != State::open) return;
    queued_bytes_ += frame->size();
    queue_.push_back(std::move(frame));
    if (queued_bytes_ > limits_.buffer_bytes && queue_.size() > 1) {
        too_slow_ = true;
        queue_.clear();
        queued_bytes_ = 0;
        close(protocol::websocket::CloseCode::slow_reader, "you read too slowly");
        return;
    }
    schedule_delivery();
}

void Link::schedule_delivery() {
    last_down_ = std::max({last_down_, timeline_.now() + latency(), stalled_until_});
    timeline_.at(last_down_, [self = shared_from_this()] { self->deliver(); });
}

void Link::read_on() {
    stalled_until_ = 0;
    last_down_ = timeline_.now();
    for (std::size_t i = 0; i < queue_.size(); ++i)
        schedule_delivery();
}

void Link::deliver() {
    if (cut_ || queue_.empty()) return;
    if (client_ != nullptr && timeline_.now() < stalled_until_) {
        timeline_.at(stalled_until_, [self = shared_from_this()] { self->deliver(); });
        return;
    }
    const auto frame = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= frame->size();
    if (awaiting_drain_ && queued_bytes_ <= limits_.buffer_bytes / 2) {
        awaiting_drain_ = false;
        on_server([self = shared_from_this()] {
            if (self->events_ && self->state_ == State::open) self->events_->drained();
        });
    }
    if (client_ != nullptr) client_->link_text(payload_of(*frame));
}

bool Link::writable() {
    if (queued_bytes_ <= limits_.buffer_bytes / 2) return true;
    awaiting_drain_ = true;
    return false;
}

void Link::close(protocol::websocket::CloseCode code, std::string_view reason) {
    if (state_ != State::open) return;
    state_ = State::closing;
    if (cut_) {
        finish_later(linger, false);
        return;
    }
    last_down_ = std::max({last_down_, timeline_.now() + latency(), stalled_until_});
    close_at_client(last_down_ - timeline_.now(), static_cast<std::uint16_t>(code),
                    std::string(reason));
    finish_later(std::min(last_down_ - timeline_.now() + latency(), linger), true);
}

void Link::close_at_client(Micros delay, std::uint16_t code, std::string reason) {
    timeline_.after(delay, [self = shared_from_this(), code, reason = std::move(reason)] {
        if (auto* client = std::exchange(self->client_, nullptr)) client->link_closed(code, reason);
    });
}

void Link::abort() {
    if (state_ == State::closed) return;
    if (!cut_) close_at_client(latency(), 0, "aborted");
    finish(false);
}

void Link::finish_later(Micros delay, bool clean) {
    timeline_.after(delay, [self = shared_from_this(), clean] {
        self->on_server([self, clean] { self->finish(clean); });
    });
}

void Link::finish(bool clean) {
    if (state_ == State::closed) return;
    state_ = State::closed;
    if (const auto events = std::exchange(events_, nullptr)) events->connection_closed(clean);
}

void Link::cut(bool client_hears, bool server_hears) {
    if (cut_) return;
    cut_ = true;
    queue_.clear();
    if (client_hears) close_at_client(dice_.between(0, 3 * second), 0, "the network broke");
    if (server_hears) finish_later(dice_.between(0, 5 * second), false);
}

void Link::tell_of_cut() {
    if (!cut_) return;
    close_at_client(0, 0, "the network broke");
    finish_later(0, false);
}

void Link::server_died() {
    shard_ = nullptr;
    if (cut_) return;
    cut_ = true;
    queue_.clear();
    close_at_client(dice_.between(0, second), 0, "the server is gone");
}

}  // namespace banter::simulation
