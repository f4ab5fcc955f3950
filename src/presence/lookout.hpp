#pragma once

#include <functional>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/executor.hpp"
#include "base/task.hpp"
#include "ports/clock.hpp"
#include "ports/presence_registry.hpp"
#include "presence/presence_times.hpp"

namespace banter::presence {

// What other nodes say of the followed users of one shard: asked for when something is told of
// them, and at intervals because notices get lost and entries lapse without one. Belongs to its
// shard.
class Lookout {
public:
    using Entries = std::vector<ports::PresenceEntry>;
    // After each answer, with the entries of other nodes; with none when there was no answer.
    using Learned = std::function<void(domain::UserId, const Entries&)>;

    Lookout(base::Executor& shard, const ports::Clock& clock, ports::PresenceRegistry& registry,
            const PresenceTimes& times, Learned learned)
        : shard_(shard),
          clock_(clock),
          registry_(registry),
          times_(times),
          learned_(std::move(learned)) {}

    void follow(domain::UserId user);
    void unfollow(domain::UserId user);
    bool follows(domain::UserId user) const { return followed_.contains(user); }

    void changed(domain::UserId user);
    void all_changed();

    // By what is known here, another node has a session of the followed user.
    bool live(domain::UserId user) const;
    // There was an answer, and nothing is known that makes it old.
    bool known(domain::UserId user) const;
    // Asks for the followed user now; ends when the answer is taken in, or does not come.
    base::Task<void> ask(domain::UserId user);

private:
    struct Followed {
        std::uint64_t number = 0;  // of this following; an answer to an earlier one is void
        base::Steady due;
        base::Steady live_until;
        bool known = false;
        bool stale = false;  // something was told since the last question
        std::vector<base::Completion<bool>> waiting;
    };
    struct Question {
        std::uint64_t number = 0;
        std::vector<base::Completion<bool>> waiting;
    };

    void schedule(domain::UserId user, Followed& followed, base::Steady due);
    void ask_soon(domain::UserId user, Followed& followed);
    void wake();
    void wait_for_next();
    std::vector<domain::UserId> take_due(std::vector<Question>& questions);
    base::Task<void> work();
    void take_in(domain::UserId user, Question& question, const Entries* entries);
    void answer(std::vector<base::Completion<bool>> waiting);

    base::Executor& shard_;
    const ports::Clock& clock_;
    ports::PresenceRegistry& registry_;
    const PresenceTimes& times_;
    Learned learned_;
    std::unordered_map<domain::UserId, Followed> followed_;
    std::set<std::pair<base::Steady, domain::UserId>> agenda_;  // each of them, by its due
    std::uint64_t last_number_ = 0;
    base::Steady not_before_;  // while the registry fails
    bool working_ = false;     // one question at a time, so that no answer overtakes another
    base::Timer timer_;
};

}  // namespace banter::presence
