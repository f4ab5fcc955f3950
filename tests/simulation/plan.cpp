#include "plan.hpp"

namespace banter::simulation {
namespace {

// Sends that may wait at one time.
constexpr std::size_t most_in_burst = 1000;

}  // namespace

Plan::Plan(Dice& dice) {
    const auto half = [&] { return dice.chance(1, 2); };
    users = static_cast<std::size_t>(dice.between(2, 5));
    groups = static_cast<std::size_t>(dice.between(1, 2));
    busy = dice.between(8, 24) * second;
    pause = dice.between(40, 200) * millisecond;
    cuts = half();
    naps = half();
    app_restarts = half();
    crashes = half();
    drains = half();
    disk_failures = half();
    clock_jumps = half();
    stalls = half();
    pauses = half();
    churn = half();
    repeats = half();

    if (half()) engines.commit_refused = 20'000;
    if (half()) engines.read_failed = 3'000;
    if (half()) engines.directory_failed = 3'000;
    if (disk_failures) engines.commit_lost = engines.commit_kept = 5'000;
    engines.slowest_commit = dice.between(1, 40) * millisecond;
    engines.slowest_read = dice.between(100, 8'000);
    weather.slowest = dice.between(1, 150) * millisecond;

    node.shards = static_cast<std::size_t>(dice.between(1, 3));
    if (half()) node.chat.sequencer.fanout_on_write_below = 3;
    if (dice.chance(1, 4)) node.chat.sequencer.max_pending = 2;
    node.sessions.window = 64;
    if (half()) node.sessions.window = static_cast<std::size_t>(dice.between(2, 8));
    if (half()) {
        node.sessions.connection.buffer_bytes =
            static_cast<std::size_t>(dice.between(24'000, 48'000));
    }
    shared_log = half();
    log_failures = half();
    partitions = static_cast<std::int32_t>(dice.between(1, 6));
    log.slowest = dice.between(1, 30) * millisecond;
    log.commit_interval = dice.between(20, 4000) * millisecond;
    if (shared_log && dice.chance(3, 4)) nodes = static_cast<std::size_t>(dice.between(2, 3));
    bus_cuts = half();
    silences = half();
    if (shared_log && half()) {
        engines.commit_late = 30'000;
        engines.change_late = 300'000;
        engines.late_unheard = true;
    }
    bus.slowest = dice.between(1, 60) * millisecond;
    if (half()) bus.lost = bus.doubled = bus.late = 10'000;
    if (half()) log.fetched_late = 300'000;
    registry_failures = half();
    registry_losses = half();
    absence = half();
    privacy = half();
    revocations = half();
    registry.slowest = dice.between(1, 60) * millisecond;
    if (registry_failures) registry.failed = registry.kept = 20'000;
    if (half()) registry.notice_lost = registry.notice_doubled = registry.notice_late = 100'000;
    // So that much of it happens within a run, and machines stand still for longer.
    node.presence.lives = std::chrono::milliseconds(6000);
    node.presence.renewal = std::chrono::milliseconds(3000);
    if (log_failures) log.append_lost = log.append_kept = 10'000;
    // Where clocks jump, new tokens must outlive the jumps, or nobody gets in.
    node.accounts.access_ttl = std::chrono::seconds(clock_jumps ? 3000 : dice.between(10, 900));
}

bool Plan::refuses_nothing() const {
    return !repeats && !disk_failures && !(shared_log && log_failures) &&
           engines.commit_refused == 0 && engines.read_failed == 0 &&
           engines.directory_failed == 0 && node.chat.sequencer.max_pending > most_in_burst;
}

}  // namespace banter::simulation
