#pragma once

#include <memory>
#include <string>
#include <vector>

#include "load/frame.hpp"
#include "load/net/websocket_client.hpp"
#include "load/replay/context.hpp"

namespace banter::load {

// One person with one device: connects, comes and goes, sends, acknowledges, and hands what
// arrives to the groups. Sends that have no answer are sent again on the next connection, in
// order and with the same client_id.
class Participant : WebSocketClient::Listener {
public:
    Participant(ReplayContext& context, Account& account);

    Account& account() { return account_; }
    const Account& account() const { return account_; }
    void take_seat(Seat& seat) { seats_.push_back(&seat); }
    const std::vector<Seat*>& seats() const { return seats_; }

    void go_online();
    // `clean`: with acknowledgements and a close handshake; else the connection just breaks.
    void go_offline(bool clean);
    // Breaks the connection and comes back after a moment.
    void reconnect();
    bool wants_online() const { return wanted_; }
    bool synced() const { return synced_; }
    Time synced_at() const { return synced_at_; }

    void send(std::size_t index);
    // About once a second: acknowledges what has arrived and keeps the session alive.
    void tick();
    std::size_t unanswered() const { return unanswered_.size(); }
    // Says again how far he has read: a `read` has no answer and may have been lost with its
    // connection.
    void repeat_reads();

private:
    void on_open() override;
    void on_text(std::string_view text) override;
    void on_closed(const std::string& why) override;

    void connect();  // unless nobody wants it any more
    void disconnected();
    void welcomed(std::string_view text);
    void on_message(const Frame& frame);
    void on_sent(const Frame& frame);
    void on_receipt(const Frame& frame);
    void on_error(const Frame& frame, std::string_view text);
    void transmit(std::size_t index);
    bool answered(std::size_t index);
    void acknowledge();
    void settle_acknowledgements();
    Seat* seat_of(std::string_view chat) const;

    ReplayContext& context_;
    Account& account_;
    WebSocketClient socket_;
    std::vector<Seat*> seats_;
    std::vector<std::size_t> unanswered_;
    bool wanted_ = false;
    bool welcomed_ = false;
    bool synced_ = false;
    bool closing_ = false;
    Time synced_at_;
    Time last_sent_;
    Time next_settling_;
    std::uint32_t connection_ = 0;  // counts them
    std::uint32_t attempts_ = 0;    // since the last `synced`
    std::size_t window_ = 64;
    std::size_t unacknowledged_ = 0;
};

}  // namespace banter::load
