#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "load/content.hpp"

namespace banter::load {

// What a driver tells of the messages it was asked to send. `message` is the number that send()
// was given.
class Arrivals {
public:
    virtual ~Arrivals() = default;
    virtual void acked(std::size_t pair, std::uint64_t message) = 0;
    virtual void delivered(std::size_t pair, std::uint64_t message, Seq seq) = 0;
    // Everything of the pair up to `seq` was delivered, as the sender is told.
    virtual void receipted(std::size_t pair, Seq seq) = 0;
    virtual void refused(std::size_t pair, std::uint64_t message, const std::string& why) = 0;
    virtual void out_of_order() = 0;
    // A connection was lost or the like: the run cannot be trusted.
    virtual void failed(const std::string& why) = 0;
};

// Bytes on the wire of each frame that one message causes.
struct FrameSizes {
    std::size_t send = 190;      // sender → server
    std::size_t sent = 210;      // server → sender
    std::size_t message = 290;   // server → recipient
    std::size_t received = 85;   // recipient → server
    std::size_t receipt = 140;   // server → sender
};

// A set of pairs, a sender and a recipient each, connected to a server.
class Driver {
public:
    virtual ~Driver() = default;
    virtual std::size_t pairs() const = 0;
    virtual void report_to(Arrivals& arrivals) = 0;
    // The sender of the pair says something. The recipient acknowledges what he gets by himself.
    virtual void send(std::size_t pair, std::uint64_t message) = 0;
};

}  // namespace banter::load
