#pragma once

#include <functional>
#include <map>
#include <optional>

#include "base/result.hpp"
#include "base/time.hpp"
#include "protocol/server_frame.hpp"

namespace banter::delivery {

using Answered = std::function<void(const base::Result<protocol::Sent>&)>;

// Who sent something on this shard and waits for its outcome. Belongs to the shard.
class PendingAnswers {
public:
    // The number by which the answer will come; never zero.
    std::uint64_t add(Answered answered, base::Steady until) {
        waiting_.emplace_hint(waiting_.end(), ++last_, Waiting{std::move(answered), until});
        return last_;
    }

    // nullopt: it was given.
    std::optional<Answered> take(std::uint64_t number) {
        const auto found = waiting_.find(number);
        if (found == waiting_.end()) return std::nullopt;
        Answered answered = std::move(found->second.answered);
        waiting_.erase(found);
        return answered;
    }

    // The one that has waited longest, if its time is over.
    std::optional<Answered> take_overdue(base::Steady now) {
        if (waiting_.empty() || waiting_.begin()->second.until > now) return std::nullopt;
        return take(waiting_.begin()->first);
    }

    std::size_t size() const { return waiting_.size(); }

private:
    struct Waiting {
        Answered answered;
        base::Steady until;
    };
    std::map<std::uint64_t, Waiting> waiting_;  // by number, so the oldest first
    std::uint64_t last_ = 0;
};

}  // namespace banter::delivery
