#include "load/bench/floor_driver.hpp"

#include "load/bench/floor_frames.hpp"

namespace banter::load {

using floor::Header;
using floor::Kind;

class FloorDriver::End : Stream::Owner {
public:
    End(FloorDriver& driver, EventLoop& loop, const Address& address, std::uint32_t pair,
        bool recipient)
        : driver_(driver), pair_(pair), recipient_(recipient), stream_(loop, *this) {
        stream_.connect(address);
    }

    bool connected() const { return connected_; }
    void send(Kind kind, std::uint64_t number, std::size_t size) {
        floor::append(stream_.output(), {0, kind, pair_, number}, size);
    }

private:
    void on_connected() override {
        connected_ = true;
        send(Kind::hello, recipient_ ? 1 : 0, sizeof(Header));
    }

    void on_bytes(std::span<char> span) override {
        std::string_view bytes(span.data(), span.size());
        if (!input_.empty()) {
            input_.append(bytes);
            bytes = input_;
        }
        while (const auto header = floor::first(bytes)) {
            handle(*header);
            bytes.remove_prefix(header->size);
        }
        input_ = std::string(bytes);
    }

    void handle(const Header& header) {
        auto* arrivals = driver_.arrivals_;
        if (header.kind == Kind::sent) arrivals->acked(pair_, header.number);
        if (header.kind == Kind::receipt) arrivals->receipted(pair_, header.number + 1);
        if (header.kind != Kind::message) return;
        send(Kind::received, header.number, driver_.sizes_.received);
        arrivals->delivered(pair_, header.number, header.number + 1);
    }

    void on_disconnected(const std::string& why) override {
        if (driver_.arrivals_ != nullptr) driver_.arrivals_->failed("the floor: " + why);
    }

    FloorDriver& driver_;
    std::uint32_t pair_;
    bool recipient_;
    Stream stream_;
    bool connected_ = false;
    std::string input_;
};

FloorDriver::FloorDriver(EventLoop& loop, const Address& address, std::size_t pairs,
                         const FrameSizes& sizes)
    : pairs_(pairs), sizes_(sizes) {
    for (std::uint32_t pair = 0; pair < pairs; ++pair) {
        for (const bool recipient : {false, true}) {
            auto& end = ends_.emplace_back(
                std::make_unique<End>(*this, loop, address, pair, recipient));
            loop.run_until([&] { return end->connected(); });
        }
    }
    // The hellos were written at the end of the turn in which each connected.
    loop.turn(Clock::now());
}

FloorDriver::~FloorDriver() = default;

void FloorDriver::send(std::size_t pair, std::uint64_t message) {
    ends_[2 * pair]->send(Kind::send, message, sizes_.send);
}

}  // namespace banter::load
