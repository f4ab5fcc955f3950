#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "load/content.hpp"
#include "load/histogram.hpp"

namespace banter::load {

// What the members of one group are seen to do with the messages of a storm, and what the sender
// is told of it. Message k (0, 1, …) has the seq `before` + 1 + k.
class StormTally {
public:
    StormTally(std::size_t readers, std::size_t messages, Seq before);

    void meant(std::size_t message, Time at) { meant_[message] = at; }
    void acked(Seq seq, Time now);
    // False: a gap, a repeat or something else than a message of the storm.
    bool delivered(std::size_t reader, Seq seq, Time now);
    // The sender is told of a member by user id. A mark that goes back counts as a fault.
    void told(const std::string& user, Seq delivered, Seq read, Time now);

    bool complete() const { return read_by_all_ == messages(); }
    std::size_t messages() const { return meant_.size(); }
    std::size_t readers() const { return next_.size(); }
    std::uint64_t deliveries() const { return deliveries_; }
    std::uint64_t receipts() const { return receipts_; }
    std::uint64_t faults() const { return faults_; }
    const Histogram& ack() const { return ack_; }
    const Histogram& delivery() const { return delivery_; }
    // From the moment a message was meant to be sent until the sender knows that all have read it.
    const Histogram& read_by_all() const { return read_; }

private:
    struct Marks {
        Seq delivered = 0;
        Seq read = 0;
    };

    Seq before_;
    std::vector<Time> meant_;
    std::vector<Seq> next_;              // of each reader
    std::vector<std::size_t> read_by_;   // of each message, as the sender is told
    std::unordered_map<std::string, Marks> marks_;
    std::size_t read_by_all_ = 0;
    std::uint64_t deliveries_ = 0;
    std::uint64_t receipts_ = 0;
    std::uint64_t faults_ = 0;
    Histogram ack_;
    Histogram delivery_;
    Histogram read_;
};

}  // namespace banter::load
