#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "load/account.hpp"
#include "load/bench/driver.hpp"
#include "load/frame.hpp"
#include "load/net/websocket_client.hpp"

namespace banter::load {

// Pairs of users of a Banter server, each with a direct chat. The recipient sends `received` for
// every message; the sender acknowledges what comes back to him now and then.
class BanterDriver : public Driver {
public:
    struct Setup {
        std::size_t pairs = 100;
        std::size_t text_bytes = 64;  // at least 16
        std::string prefix;           // of usernames
    };
    BanterDriver(EventLoop& loop, HttpClient& http, Address address, Setup setup);
    ~BanterDriver() override;

    // Registers, signs in, opens the chats and connects. Throws std::runtime_error.
    void prepare(Progress& progress);

    std::size_t pairs() const override { return pairs_.size(); }
    void report_to(Arrivals& arrivals) override { arrivals_ = &arrivals; }
    void send(std::size_t pair, std::uint64_t message) override;

    const FrameSizes& frame_sizes() const { return sizes_; }
    // Opens so many more connections that stay idle, on the devices of the pairs' users, and waits
    // until all are synced; the returned object keeps them open.
    class IdleConnections;
    std::unique_ptr<IdleConnections> open_idle(std::size_t count, Progress& progress);

private:
    class Session;
    struct Pair;

    void sign_in(Progress& progress);
    void open_chats(Progress& progress);
    void connect(Progress& progress);
    void keep_alive();
    void on_sender_frame(std::size_t pair, const Frame& frame, std::size_t bytes,
                         std::string_view raw);
    void on_recipient_frame(std::size_t pair, const Frame& frame, std::size_t bytes);
    void on_closed(const std::string& why);

    EventLoop& loop_;
    HttpClient& http_;
    Address address_;
    Setup setup_;
    Accounts accounts_;
    std::deque<Account> users_;
    std::vector<std::unique_ptr<Pair>> pairs_;
    Arrivals* arrivals_ = nullptr;
    FrameSizes sizes_;
    std::uint64_t run_;
    std::string filler_;
    std::string failure_;
};

}  // namespace banter::load
