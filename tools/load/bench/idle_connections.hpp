#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "load/bench/banter_driver.hpp"

namespace banter::load {

// Connections that say hello, acknowledge their backlog and are idle from then on.
class BanterDriver::IdleConnections {
public:
    IdleConnections(EventLoop& loop, Address address);
    ~IdleConnections();

    // On the devices of `users` in turn. Throws std::runtime_error when one ends.
    void open(std::size_t count, std::deque<Account>& users, Progress& progress);

private:
    class Connection;

    EventLoop& loop_;
    Address address_;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::size_t synced_ = 0;
    std::string failure_;
};

}  // namespace banter::load
