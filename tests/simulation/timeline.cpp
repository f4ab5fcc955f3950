#include "timeline.hpp"

#include <algorithm>

namespace banter::simulation {
namespace {

constexpr std::int64_t start_ms = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
constexpr Micros longest_hand_over = 150;

}  // namespace

Timeline::Key Timeline::claim(Micros time, std::size_t lane) {
    const Key key = key_of(time);
    entries_.push({key, lane});
    return key;
}

void Timeline::at(Micros time, base::Work work) {
    works_.emplace(claim(time, no_lane), std::move(work));
}

void Timeline::run_until(Micros end) {
    while (!entries_.empty() && entries_.top().key.first <= end) {
        const Entry entry = entries_.top();
        entries_.pop();
        now_ = std::max(now_, entry.key.first);
        run(entry);
    }
    now_ = std::max(now_, end);
}

void Timeline::run(const Entry& entry) {
    if (entry.lane != no_lane) {
        if (auto* executor = executors_[entry.lane]) executor->take(entry.key);
        return;
    }
    auto work = works_.extract(entry.key);
    if (work) work.mapped()();
}

NodeExecutor::NodeExecutor(Timeline& timeline, NodeCondition& node)
    : timeline_(timeline), node_(node), lane_(timeline.executors_.size()) {
    timeline.executors_.push_back(this);
}

NodeExecutor::~NodeExecutor() {
    timeline_.executors_[lane_] = nullptr;
}

void NodeExecutor::at(Micros time, base::Work work) {
    // What ends with its process is run by it (run_first), not by the time that passes.
    const auto key = node_.alive ? timeline_.claim(time, lane_) : timeline_.key_of(time);
    works_.emplace(key, std::move(work));
}

void NodeExecutor::post(base::Work work) {
    const auto* poster = running();
    Micros due = timeline_.now();
    if (poster != this) due += node_.dice.between(0, longest_hand_over);
    Micros& last = last_from_[poster == nullptr ? Timeline::no_lane : poster->lane()];
    last = due = std::max(due, last);
    at(due, std::move(work));
}

base::Timer NodeExecutor::after(std::chrono::milliseconds delay, base::Work work) {
    auto cancelled = std::make_shared<bool>(false);
    // A process that ends waits for what is under way, not for what is to be done every second.
    const bool futile = !node_.alive && delay > std::chrono::milliseconds(100);
    if (futile) return base::Timer(std::move(cancelled));
    at(timeline_.now() + delay.count() * millisecond,
       [cancelled, work = std::move(work)]() mutable {
           if (!*cancelled) work();
       });
    return base::Timer(std::move(cancelled));
}

bool NodeExecutor::waits(Micros& due) const {
    if (works_.empty()) return false;
    due = works_.begin()->first.first;
    return true;
}

void NodeExecutor::run_first() {
    auto first = works_.extract(works_.begin());
    run(std::move(first.mapped()));
}

void NodeExecutor::take(Timeline::Key key) {
    auto found = works_.extract(key);
    if (!found) return;  // the node has ended
    if (node_.paused) {
        node_.held.emplace_back(this, std::move(found.mapped()));
    } else {
        run(std::move(found.mapped()));
    }
}

void NodeExecutor::run(base::Work work) {
    base::Executor* const outer = base::Executor::current_or_null();
    base::Executor::set_current(this);
    work();
    work = {};  // what it holds ends here, too
    base::Executor::set_current(outer);
}

base::Timestamp NodeClock::now() const {
    return base::Timestamp(
        std::chrono::milliseconds(start_ms + (timeline_.now() + node_.wall_offset) / millisecond));
}

base::Steady NodeClock::steady() const {
    return steady_at(timeline_.now());
}

base::Steady steady_at(Micros time) {
    return base::Steady(std::chrono::seconds(1000) + std::chrono::microseconds(time));
}

}  // namespace banter::simulation
