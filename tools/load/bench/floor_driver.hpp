#pragma once

#include <memory>
#include <vector>

#include "load/bench/driver.hpp"
#include "load/net/stream.hpp"

namespace banter::load {

// The same pairs and frames as BanterDriver's, against a FloorServer.
class FloorDriver : public Driver {
public:
    FloorDriver(EventLoop& loop, const Address& address, std::size_t pairs,
                const FrameSizes& sizes);
    ~FloorDriver() override;

    std::size_t pairs() const override { return pairs_; }
    void report_to(Arrivals& arrivals) override { arrivals_ = &arrivals; }
    void send(std::size_t pair, std::uint64_t message) override;

private:
    class End;

    std::size_t pairs_;
    FrameSizes sizes_;
    Arrivals* arrivals_ = nullptr;
    std::vector<std::unique_ptr<End>> ends_;  // sender and recipient of each pair in turn
};

}  // namespace banter::load
