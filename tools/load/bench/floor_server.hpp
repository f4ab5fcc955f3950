#pragma once

#include <sys/types.h>

#include "load/bench/driver.hpp"
#include "load/net/address.hpp"

namespace banter::load {

// A child process that is the smallest server with the same traffic as Banter: one thread, epoll,
// an ack to the sender and a copy to the partner for each message, and the recipient's
// acknowledgement passed on. Ends with this object, or with its parent.
class FloorServer {
public:
    // `share_cores_of_pid`: run on the cores of that process; 0: anywhere.
    FloorServer(const FrameSizes& sizes, int share_cores_of_pid);
    ~FloorServer();
    FloorServer(const FloorServer&) = delete;
    FloorServer& operator=(const FloorServer&) = delete;

    const Address& address() const { return address_; }
    pid_t pid() const { return pid_; }

private:
    Address address_;
    pid_t pid_ = -1;
};

}  // namespace banter::load
