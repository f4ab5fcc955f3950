#pragma once

#include <string>
#include <sys/types.h>

#include "load/bench/driver.hpp"
#include "load/net/address.hpp"

namespace banter::load {

// A child process that is the smallest server with the same traffic as Banter: one thread, epoll,
// an ack to the sender and a copy to the partner for each message, and the recipient's
// acknowledgement passed on. With a folder it also appends what each turn of its loop received to a
// file there and calls fdatasync before it answers. Ends with this object, or with its parent.
class FloorServer {
public:
    // `share_cores_of_pid`: run on the cores of that process; 0: anywhere.
    // `disk`: the folder; empty: nothing is stored.
    FloorServer(const FrameSizes& sizes, int share_cores_of_pid, const std::string& disk);
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
