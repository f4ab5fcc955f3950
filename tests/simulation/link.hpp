#pragma once

#include <deque>
#include <memory>
#include <string>

#include "gateway/connection.hpp"
#include "timeline.hpp"

namespace banter::simulation {

// The client's end of a link: what it is told.
class LinkClient {
public:
    virtual ~LinkClient() = default;
    virtual void link_text(std::string_view text) = 0;
    // Once, and nothing after it. `code` 0: without a close frame.
    virtual void link_closed(std::uint16_t code, const std::string& reason) = 0;
};

// How slow the network is.
struct Weather {
    Micros quickest = 200;
    Micros slowest = 30 * millisecond;
};

// One WebSocket with both its ends: frames arrive late and in order, until it is cut, which loses
// what is on its way and which an end hears of late or not at all.
class Link final : public gateway::Connection, public std::enable_shared_from_this<Link> {
public:
    Link(Timeline& timeline, Dice& dice, const Weather& weather, NodeExecutor& shard,
         gateway::ConnectionLimits limits, LinkClient& client, std::size_t number);

    std::size_t number() const { return number_; }
    void attach(std::shared_ptr<gateway::ConnectionEvents> events) { events_ = std::move(events); }

    // The server has a session for it.
    bool served() const { return shard_ != nullptr && state_ == State::open; }

    // The client's end.
    void send(std::string text);
    void leave();  // a close frame, and deaf from now on
    void stall(Micros until) { stalled_until_ = until; }
    // The client reads on at once.
    void read_on();

    // The server's end.
    void write(delivery::EncodedFrame frame) override;
    bool writable() override;
    void close(protocol::websocket::CloseCode code, std::string_view reason) override;
    void abort() override;
    bool closing() const override { return state_ != State::open; }
    bool was_too_slow() const override { return too_slow_; }

    // The network breaks; who hears of it, does so within seconds.
    void cut(bool client_hears, bool server_hears);
    // Who has not heard of a cut yet hears of it now.
    void tell_of_cut();
    // The server's process is gone.
    void server_died();

private:
    enum class State { open, closing, closed };

    Micros latency() { return dice_.between(weather_.quickest, weather_.slowest); }
    void schedule_delivery();
    void deliver();
    void close_at_client(Micros delay, std::uint16_t code, std::string reason);
    void finish_later(Micros delay, bool clean);
    void finish(bool clean);
    void on_server(base::Work work);

    Timeline& timeline_;
    Dice& dice_;
    const Weather& weather_;
    NodeExecutor* shard_;  // null: its process is gone
    gateway::ConnectionLimits limits_;
    LinkClient* client_;  // null: deaf
    std::size_t number_;
    std::shared_ptr<gateway::ConnectionEvents> events_;
    State state_ = State::open;
    bool cut_ = false;
    bool too_slow_ = false;
    bool awaiting_drain_ = false;
    std::deque<delivery::EncodedFrame> queue_;
    std::size_t queued_bytes_ = 0;
    Micros last_up_ = 0;    // arrival of the last frame to the server
    Micros last_down_ = 0;  // arrival of the last frame to the client
    Micros stalled_until_ = 0;
};

// What is in a frame that the server encoded.
std::string_view payload_of(const std::string& frame);

}  // namespace banter::simulation
