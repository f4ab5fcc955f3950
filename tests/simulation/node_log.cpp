#include <algorithm>

#include "shared_log.hpp"

namespace banter::simulation {
namespace {

constexpr std::int64_t million = 1'000'000;
constexpr auto heartbeat_interval = std::chrono::milliseconds(400);
constexpr Micros longest_fetch = 4 * second;
constexpr Micros longest_survival = 20 * millisecond;

std::unexpected<base::Problem> not_appended() {
    return base::fail_retry(base::ErrorCode::overloaded, "The log does not answer.",
                            std::chrono::seconds(1));
}

}  // namespace

NodeLog::NodeLog(Timeline& timeline, SharedLog& log, const LogFaults& faults,
                 NodeCondition& condition, std::vector<NodeExecutor*> shards,
                 const ports::Clock& clock, ports::NodeId node)
    : timeline_(timeline),
      log_(log),
      faults_(faults),
      condition_(condition),
      shards_(std::move(shards)),
      clock_(clock),
      node_(node),
      owners_(static_cast<std::size_t>(log.partitions())) {
    life_->log = this;
}

NodeLog::~NodeLog() {
    life_->log = nullptr;
    log_.process_ended(member_);
}

void NodeLog::start(ports::LogConsumer& consumer) {
    consumer_ = &consumer;
    member_ = log_.join(*this);
    shards_[0]->post([this] {
        beat();
        store_offsets();
    });
}

void NodeLog::leave() {
    drop_all();
    log_.leave(std::exchange(member_, 0));
}

// Of what a process sent before it ended the first part may arrive.
void NodeLog::end() {
    life_->end = timeline_.now() + condition_.dice.between(0, longest_survival);
    log_.process_ended(member_);
    drop_all();
}

void NodeLog::drop_all() {
    lease_until_ = 0;
    dealt_with_.clear();
    for (const auto& [partition, generation] : std::exchange(assigned_, {})) {
        shard_of(partition).at(timeline_.now(),
                               [this, partition] { consumer_->revoked(partition); });
    }
}

// ---- appending

base::Result<void> NodeLog::append(ports::SendCommand command) {
    const auto partition = partition_of(command.chat);
    return put(partition, {{}, {}, std::move(command)});
}

base::Result<void> NodeLog::append_control(ports::ControlMessage control) {
    const auto partition = partition_of(control.chat);
    return put(partition, {{}, {}, {}, std::move(control)});
}

base::Result<void> NodeLog::put(std::int32_t partition, ports::LogRecord record) {
    if (!condition_.alive) return not_appended();
    record.at = clock_.now();
    Micros& last = last_append_[partition];
    last = std::max(last, timeline_.now() + latency());
    const auto fate = condition_.dice.between(0, million - 1);
    const bool fails = fate < faults_.append_lost + faults_.append_kept;
    const bool written = !fails || fate >= faults_.append_lost;
    ++log_.appending_;
    timeline_.at(last, [&log = log_, life = life_, due = last, fails, written, partition,
                        record = std::move(record)]() mutable {
        --log.appending_;
        if (fails && life->log != nullptr) life->log->failed(partition, record);
        if (written && due <= life->end) log.append(partition, std::move(record));
    });
    return {};
}

void NodeLog::failed(std::int32_t partition, const ports::LogRecord& record) {
    shard_of(partition).at(timeline_.now() + latency(), [this, record] {
        const auto problem = not_appended().error();
        if (record.control) {
            consumer_->append_failed(*record.control, problem);
        } else {
            consumer_->append_failed(record.command, problem);
        }
    });
}

// From the assignment of a partition until its records come.
Micros NodeLog::first_fetch() {
    auto& dice = condition_.dice;
    return dice.chance(faults_.fetched_late, million) ? dice.between(0, longest_fetch) : 0;
}

std::int32_t NodeLog::partition_of(domain::ChatId chat) const {
    const auto hash = std::hash<domain::ChatId>{}(chat);
    return static_cast<std::int32_t>(hash % static_cast<std::size_t>(log_.partitions()));
}

// ---- being a member

bool NodeLog::owns(std::int32_t partition) const {
    return assigned_.contains(partition) && timeline_.now() < lease_until_;
}

void NodeLog::beat() {
    if (!condition_.alive) return;
    const auto sent = timeline_.now();
    timeline_.after(latency(), [&log = log_, life = life_, member = member_, sent] {
        if (life->log == nullptr || member == 0) return;
        if (log.timeline_.now() < life->log->condition_.unheard_until) return;
        const bool known = log.heartbeat(member);
        auto* const self = life->log;
        self->shards_[0]->at(self->timeline_.now() + self->latency(),
                             [self, member, sent, known, owners = log.owners()] {
                                 self->heard(member, sent, known, owners);
                             });
    });
    heartbeat_ = shards_[0]->after(heartbeat_interval, [this] { beat(); });
}

// The lease counts from when it was asked for: the coordinator heard of it later.
void NodeLog::heard(SharedLog::MemberId member, Micros sent, bool known,
                    const std::vector<Owner>& owners) {
    if (!condition_.alive) return;
    for (std::int32_t i = 0; i < log_.partitions(); ++i) {
        auto& owner = owners_[static_cast<std::size_t>(i)];
        const auto& now = owners[static_cast<std::size_t>(i)];
        if (now.epoch < owner.epoch || now == owner) continue;
        const bool first = owner.epoch == 0;
        owner = now;
        if (!now.node || first) continue;
        shard_of(i).at(timeline_.now(), [this, i] {
            if (condition_.alive) consumer_->moved(i);
        });
    }
    if (member != member_) return;
    const bool lapsed = lease_until_ > 0 && timeline_.now() >= lease_until_;
    if (known && !lapsed) {
        lease_until_ = std::max(lease_until_, sent + SharedLog::session_time);
        return;
    }
    // Given up by the coordinator, or before it has found out.
    drop_all();
    if (known) log_.leave(member_);
    member_ = log_.join(*this);
}

void NodeLog::take(SharedLog::MemberId member, std::int32_t partition, std::uint64_t generation) {
    if (member != member_ || !condition_.alive) return;
    assigned_[partition] = generation;
    dealt_with_.erase(partition);
    consumer_->assigned(partition, generation);
}

void NodeLog::give_back(SharedLog::MemberId member, std::int32_t partition) {
    if (member != member_ || !condition_.alive) return;
    assigned_.erase(partition);
    dealt_with_.erase(partition);
    consumer_->revoked(partition);
    timeline_.after(latency(),
                    [&log = log_, member, partition] { log.released(member, partition); });
}

// ---- consuming

void NodeLog::deliver(const ports::LogRecord& record) {
    if (!condition_.alive) return;
    const auto [partition, offset] = record.position;
    log_.delivered(partition, record.generation, offset + 1);
    consumer_->consume(record);
}

void NodeLog::commit(ports::LogPosition through) {
    auto& next = dealt_with_[through.partition];
    next = std::max(next, through.offset + 1);
}

std::uint64_t NodeLog::rewind(std::int32_t partition) {
    dealt_with_.erase(partition);
    // Of what is not here, nothing comes; it may be on its way back already.
    const auto member = assigned_.contains(partition) ? member_ : SharedLog::MemberId{};
    const auto generation = log_.rewind(member, partition);
    if (const auto found = assigned_.find(partition); found != assigned_.end()) {
        found->second = generation;
    }
    return generation;
}

void NodeLog::store_offsets() {
    if (!condition_.alive) return;
    for (const auto& [partition, next] : std::exchange(dealt_with_, {})) {
        const auto assigned = assigned_.find(partition);
        if (assigned == assigned_.end()) continue;
        timeline_.after(latency(), [&log = log_, partition, generation = assigned->second, next] {
            log.commit(partition, generation, next);
        });
    }
    offsets_ = shards_[0]->after(std::chrono::milliseconds(faults_.commit_interval / millisecond),
                                 [this] { store_offsets(); });
}

}  // namespace banter::simulation
