#include "load/bench/idle_connections.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "load/client_frames.hpp"

namespace banter::load {
namespace {

constexpr std::size_t connecting_at_once = 64;

}  // namespace

class BanterDriver::IdleConnections::Connection : WebSocketClient::Listener {
public:
    Connection(IdleConnections& all, Account& account)
        : all_(all), account_(account), socket_(all.loop_, *this) {
        socket_.connect(all.address_);
    }

private:
    void on_open() override { socket_.send(hello_frame(account_.access_token)); }
    void on_text(std::string_view text) override {
        const Frame frame = read_frame(text);
        if (frame.type == "synced") ++all_.synced_;
        if (frame.type == "message") socket_.send(received_frame(frame.chat, frame.seq));
    }
    void on_closed(const std::string& why) override {
        all_.failure_ = "an idle connection ended: " + why;
    }

    IdleConnections& all_;
    Account& account_;
    WebSocketClient socket_;
};

BanterDriver::IdleConnections::IdleConnections(EventLoop& loop, Address address)
    : loop_(loop), address_(std::move(address)) {}

BanterDriver::IdleConnections::~IdleConnections() = default;

void BanterDriver::IdleConnections::open(std::size_t count, std::deque<Account>& users,
                                         Progress& progress) {
    progress.begin(fmt::format("Opening {} idle connections", count), count);
    loop_.run_until([&] {
        while (connections_.size() < count && connections_.size() - synced_ < connecting_at_once) {
            auto& user = users[connections_.size() % users.size()];
            connections_.push_back(std::make_unique<Connection>(*this, user));
        }
        progress.update(synced_);
        return synced_ == count || !failure_.empty();
    });
    if (!failure_.empty()) throw std::runtime_error(failure_);
    progress.finish();
}

}  // namespace banter::load
