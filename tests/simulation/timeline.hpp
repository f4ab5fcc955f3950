#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <queue>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "dice.hpp"
#include "ports/clock.hpp"

namespace banter::simulation {

// Virtual time in microseconds since the start of the run.
using Micros = std::int64_t;

inline constexpr Micros millisecond = 1'000;
inline constexpr Micros second = 1'000'000;

class NodeExecutor;

// What happens, in order of time; of one time, in order of asking. One for each run.
class Timeline {
public:
    Micros now() const { return now_; }

    // Runs `work` at `time`, outside of any executor.
    void at(Micros time, base::Work work);
    void after(Micros delay, base::Work work) { at(now_ + delay, std::move(work)); }

    // Runs what is due until `end`; false when nothing was left before.
    void run_until(Micros end);

private:
    friend class NodeExecutor;

    using Key = std::pair<Micros, std::uint64_t>;
    static constexpr std::size_t no_lane = ~std::size_t{0};
    struct Entry {
        Key key;
        std::size_t lane;  // of the executor, or no_lane
        bool operator>(const Entry& other) const { return key > other.key; }
    };

    Key key_of(Micros time) { return {std::max(time, now_), ++order_}; }
    Key claim(Micros time, std::size_t lane);
    void run(const Entry& entry);

    Micros now_ = 0;
    std::uint64_t order_ = 0;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> entries_;
    std::map<Key, base::Work> works_;       // of no executor
    std::vector<NodeExecutor*> executors_;  // by lane; null: has ended
};

// How a node is: what its executors, clock and engines go by.
struct NodeCondition {
    NodeCondition(std::size_t number, std::uint64_t seed) : index(number), dice(seed) {}

    std::size_t index;
    bool alive = true;
    bool paused = false;        // the machine stands still; nothing runs
    bool store_failed = false;  // after a failed write, until the restart
    Micros wall_offset = 0;     // of its wall clock
    Micros unheard_until = 0;   // others hear nothing of it until then
    Dice dice;
    std::vector<std::pair<NodeExecutor*, base::Work>> held;  // while paused
};

// One shard of a node. What one poster posts runs in its order; what several post mixes.
class NodeExecutor final : public base::Executor {
public:
    NodeExecutor(Timeline& timeline, NodeCondition& node);
    ~NodeExecutor() override;
    NodeExecutor(const NodeExecutor&) = delete;
    NodeExecutor& operator=(const NodeExecutor&) = delete;

    NodeCondition& node() { return node_; }
    // Different for each executor of a run.
    std::size_t lane() const { return lane_; }

    void post(base::Work work) override;
    [[nodiscard]] base::Timer after(std::chrono::milliseconds delay, base::Work work) override;
    void at(Micros time, base::Work work);

    // The first that waits here, and when it is due; false when nothing does.
    bool waits(Micros& due) const;
    void run_first();
    // Drops all that waits.
    void clear() { works_.clear(); }

    // The one whose work runs now; null outside of any.
    static NodeExecutor* running() {
        return static_cast<NodeExecutor*>(base::Executor::current_or_null());
    }

private:
    friend class Timeline;
    void run(base::Work work);
    void take(Timeline::Key key);

    Timeline& timeline_;
    NodeCondition& node_;
    std::size_t lane_;
    std::map<Timeline::Key, base::Work> works_;
    std::map<std::size_t, Micros> last_from_;  // per poster's lane
};

// A node's clocks, on virtual time.
class NodeClock final : public ports::Clock {
public:
    NodeClock(const Timeline& timeline, const NodeCondition& node)
        : timeline_(timeline), node_(node) {}

    base::Timestamp now() const override;
    base::Steady steady() const override;

private:
    const Timeline& timeline_;
    const NodeCondition& node_;
};

// The moment on a clock that nobody moves.
base::Steady steady_at(Micros time);

}  // namespace banter::simulation
