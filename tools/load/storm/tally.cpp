#include "load/storm/tally.hpp"

#include <algorithm>

namespace banter::load {

StormTally::StormTally(std::size_t readers, std::size_t messages, Seq before)
    : before_(before), meant_(messages), next_(readers, before + 1), read_by_(messages) {}

void StormTally::acked(Seq seq, Time now) {
    if (seq <= before_ || seq > before_ + messages()) {
        ++faults_;
        return;
    }
    ack_.record(now - meant_[seq - before_ - 1]);
}

bool StormTally::delivered(std::size_t reader, Seq seq, Time now) {
    if (seq != next_[reader] || seq > before_ + messages()) {
        ++faults_;
        return false;
    }
    ++next_[reader];
    ++deliveries_;
    delivery_.record(now - meant_[seq - before_ - 1]);
    return true;
}

void StormTally::told(const std::string& user, Seq delivered, Seq read, Time now) {
    ++receipts_;
    auto& marks = marks_[user];
    const bool back = (delivered != 0 && delivered < marks.delivered) ||
                      (read != 0 && read < marks.read) || read > before_ + messages();
    if (back) {
        ++faults_;
        return;
    }
    marks.delivered = std::max(marks.delivered, delivered);
    for (Seq seq = std::max(marks.read, before_) + 1; seq <= read; ++seq) {
        const std::size_t message = seq - before_ - 1;
        if (++read_by_[message] != readers()) continue;
        ++read_by_all_;
        read_.record(now - meant_[message]);
    }
    marks.read = std::max(marks.read, read);
}

}  // namespace banter::load
