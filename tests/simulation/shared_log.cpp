#include "shared_log.hpp"

#include <algorithm>
#include <utility>

namespace banter::simulation {
namespace {

constexpr Micros coordinator_interval = 200 * millisecond;

}  // namespace

SharedLog::SharedLog(Timeline& timeline, std::int32_t partitions)
    : timeline_(timeline), partitions_(static_cast<std::size_t>(partitions)) {
    tick();
}

bool SharedLog::idle() const {
    return appending_ == 0 && std::ranges::all_of(partitions_, [&](const Partition& partition) {
               const auto size = static_cast<std::int64_t>(partition.records.size());
               if (!partition.owner || partition.revoking) return false;
               const auto owner = members_.find(*partition.owner);
               return owner->second.log != nullptr && partition.consumed == size;
           });
}

SharedLog::MemberId SharedLog::join(NodeLog& log) {
    members_[++last_member_] = {log.node(), &log, timeline_.now()};
    balance();
    return last_member_;
}

bool SharedLog::heartbeat(MemberId member) {
    const auto found = members_.find(member);
    if (found == members_.end()) return false;
    found->second.heard = timeline_.now();
    return true;
}

std::vector<ports::MessageLog::Owner> SharedLog::owners() const {
    std::vector<ports::MessageLog::Owner> owners;
    for (const auto& partition : partitions_) {
        ports::NodeId node;
        if (partition.owner) node = members_.at(*partition.owner).node;
        owners.push_back({node, partition.epoch});
    }
    return owners;
}

void SharedLog::process_ended(MemberId member) {
    if (const auto found = members_.find(member); found != members_.end()) {
        found->second.log = nullptr;
    }
}

void SharedLog::leave(MemberId member) {
    members_.erase(member);
    for (auto& partition : partitions_) {
        if (partition.owner == member) partition.owner.reset();
    }
    balance();
}

void SharedLog::tick() {
    std::vector<MemberId> silent;
    for (const auto& [id, member] : members_) {
        if (timeline_.now() - member.heard > session_time) silent.push_back(id);
    }
    for (const auto id : silent)
        leave(id);
    balance();
    timeline_.after(coordinator_interval, [this] { tick(); });
}

std::map<SharedLog::MemberId, std::int32_t> SharedLog::load() const {
    std::map<MemberId, std::int32_t> counts;
    for (const auto& [id, member] : members_)
        counts[id] = 0;
    for (const auto& partition : partitions_) {
        if (partition.owner) ++counts[*partition.owner];
    }
    return counts;
}

// Gives what nobody has to those with the fewest, and takes from who has two more than another.
void SharedLog::balance() {
    if (members_.empty()) return;
    const auto fewer = [](const auto& one, const auto& other) { return one.second < other.second; };
    for (std::int32_t i = 0; i < partitions(); ++i) {
        const auto counts = load();
        const auto least = std::ranges::min_element(counts, fewer);
        auto& partition = at(i);
        if (!partition.owner) {
            assign(i, least->first);
        } else if (!partition.revoking && counts.at(*partition.owner) > least->second + 1) {
            const auto owner = *partition.owner;
            auto* const log = members_.at(owner).log;
            if (log == nullptr) continue;  // found out soon
            partition.revoking = true;
            partition.last_due = std::max(partition.last_due, timeline_.now() + log->latency());
            log->shard_of(i).at(partition.last_due, [log, owner, i] { log->give_back(owner, i); });
        }
    }
}

void SharedLog::assign(std::int32_t number, MemberId member) {
    auto& partition = at(number);
    partition.owner = member;
    partition.revoking = false;
    partition.generation = ++last_generation_;
    ++partition.epoch;
    partition.cursor = partition.consumed = partition.committed;
    auto* const log = members_.at(member).log;
    if (log == nullptr) return;
    partition.last_due = std::max(partition.last_due, timeline_.now() + log->latency());
    log->shard_of(number).at(partition.last_due,
                             [log, member, number, generation = partition.generation] {
                                 log->take(member, number, generation);
                             });
    partition.last_due += log->first_fetch();
    hand_out(number);
}

void SharedLog::released(MemberId member, std::int32_t number) {
    auto& partition = at(number);
    if (partition.owner != member || !partition.revoking) return;
    partition.owner.reset();
    balance();
}

void SharedLog::hand_out(std::int32_t number) {
    auto& partition = at(number);
    if (!partition.owner) return;
    auto* const log = members_.at(*partition.owner).log;
    if (log == nullptr) return;
    const auto size = static_cast<std::int64_t>(partition.records.size());
    for (; partition.cursor < size; ++partition.cursor) {
        auto record = partition.records[static_cast<std::size_t>(partition.cursor)];
        record.generation = partition.generation;
        partition.last_due = std::max(partition.last_due, timeline_.now() + log->latency());
        log->shard_of(number).at(partition.last_due,
                                 [log, record = std::move(record)] { log->deliver(record); });
    }
}

void SharedLog::append(std::int32_t number, ports::LogRecord record) {
    auto& partition = at(number);
    record.position = {number, static_cast<std::int64_t>(partition.records.size())};
    partition.records.push_back(std::move(record));
    hand_out(number);
}

void SharedLog::commit(std::int32_t number, std::uint64_t generation, std::int64_t next) {
    auto& partition = at(number);
    if (partition.generation == generation) {
        partition.committed = std::max(partition.committed, next);
    }
}

void SharedLog::delivered(std::int32_t number, std::uint64_t generation, std::int64_t next) {
    auto& partition = at(number);
    if (partition.generation == generation) partition.consumed = next;
}

std::uint64_t SharedLog::rewind(MemberId member, std::int32_t number) {
    auto& partition = at(number);
    const auto generation = ++last_generation_;
    if (partition.owner != member) return generation;  // of which nothing comes
    partition.generation = generation;
    partition.cursor = partition.consumed = partition.committed;
    hand_out(number);
    return generation;
}

}  // namespace banter::simulation
