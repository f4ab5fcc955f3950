#include "shared_presence.hpp"

#include "engines.hpp"

namespace banter::simulation {
namespace {

using base::Result;
using base::Task;
using domain::UserId;

constexpr std::int64_t million = 1'000'000;
constexpr Micros longest_lateness = 2 * second;
constexpr Micros giving_up = 300 * millisecond;
constexpr Micros longest_reconnect = 500 * millisecond;

std::unexpected<base::Problem> unavailable() {
    return base::fail_retry(base::ErrorCode::overloaded, "The registry does not answer.",
                            std::chrono::seconds(1));
}

}  // namespace

NodePresence::NodePresence(Timeline& timeline, SharedPresence& shared, const PresenceFaults& faults,
                           NodeCondition& condition, std::vector<NodeExecutor*> shards,
                           ports::NodeId node)
    : timeline_(timeline),
      shared_(shared),
      faults_(faults),
      condition_(condition),
      shards_(std::move(shards)),
      memory_(shared.entries, node) {}

void NodePresence::listen(ports::PresenceListener& listener) {
    listener_ = &listener;
    memory_.listen(*this);
}

// The way there, and whether it is done there and answered.
Task<NodePresence::Fate> NodePresence::begin() {
    const auto roll = condition_.dice.between(0, million - 1);
    const bool there = co_await pass(timeline_, latency());
    if (!there) co_return Fate::failed;
    const bool down = timeline_.now() < shared_.down_until;
    if (down || roll < faults_.failed) co_return Fate::failed;
    co_return roll < faults_.failed + faults_.kept ? Fate::kept : Fate::good;
}

template <class T>
Task<Result<T>> NodePresence::end(Fate fate, Result<T> result) {
    const auto delay = fate == Fate::good ? latency() : giving_up;
    const bool alive = co_await pass(timeline_, delay);
    if (!alive || fate != Fate::good) co_return unavailable();
    co_return result;
}

Task<Result<std::size_t>> NodePresence::put(std::vector<ports::PresentDevice> devices,
                                            base::Timestamp now, std::chrono::milliseconds lives) {
    const auto fate = co_await begin();
    Result<std::size_t> result{0};
    if (fate != Fate::failed) result = co_await memory_.put(std::move(devices), now, lives);
    co_return co_await end(fate, std::move(result));
}

Task<Result<void>> NodePresence::remove(std::vector<ports::PresentDevice> devices) {
    const auto fate = co_await begin();
    Result<void> result;
    if (fate != Fate::failed) result = co_await memory_.remove(std::move(devices));
    co_return co_await end(fate, std::move(result));
}

Task<Result<std::vector<std::vector<ports::PresenceEntry>>>> NodePresence::find(
    std::vector<UserId> users) {
    const auto fate = co_await begin();
    Result<std::vector<std::vector<ports::PresenceEntry>>> result;
    if (fate != Fate::failed) result = co_await memory_.find(std::move(users));
    co_return co_await end(fate, std::move(result));
}

void NodePresence::presence_changed(UserId user) {
    auto& dice = condition_.dice;
    if (timeline_.now() < shared_.down_until || dice.chance(faults_.notice_lost, million)) return;
    Micros due = timeline_.now() + latency();
    if (dice.chance(faults_.notice_late, million)) due += dice.between(0, longest_lateness);
    tell_at(due, user);
    if (dice.chance(faults_.notice_doubled, million)) {
        tell_at(due + dice.between(0, longest_lateness), user);
    }
}

void NodePresence::tell_at(Micros time, UserId user) {
    shards_[0]->at(time, [this, user] {
        if (condition_.alive) listener_->presence_changed(user);
    });
}

void NodePresence::presence_lost() {
    const Micros due = std::max(timeline_.now(), shared_.down_until) +
                       condition_.dice.between(0, longest_reconnect);
    shards_[0]->at(due, [this] {
        if (condition_.alive) listener_->presence_lost();
    });
}

}  // namespace banter::simulation
