#include "chat/progress.hpp"

#include <algorithm>

#include "base/fault.hpp"

namespace banter::chat {

bool Progress::begin(const ports::Delivery& delivery) {
    if (!log_.replays()) return true;
    if (!current(delivery)) return false;
    partitions_[delivery.position.partition].begun.push_back({delivery.position.offset, false});
    if (BANTER_FAULT(offset_before_commit)) finish(delivery);
    return true;
}

void Progress::finish(const ports::Delivery& delivery) {
    if (!log_.replays() || !current(delivery)) return;
    auto& begun = partitions_[delivery.position.partition].begun;
    const auto found =
        std::ranges::lower_bound(begun, delivery.position.offset, {}, &Begun::offset);
    if (found == begun.end() || found->offset != delivery.position.offset) return;
    found->finished = true;
    if (!begun.front().finished) return;
    ports::LogPosition through = delivery.position;
    for (; !begun.empty() && begun.front().finished; begun.pop_front())
        through.offset = begun.front().offset;
    log_.commit(through);
}

void Progress::suspend() {
    suspended_ = true;
    for (auto& [number, partition] : partitions_)
        partition = {};
}

void Progress::rewind() {
    suspended_ = false;
    for (auto& [number, partition] : partitions_) {
        if (partition.generation == 0) partition.generation = log_.rewind(number);
    }
}

}  // namespace banter::chat
