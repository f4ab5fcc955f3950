#pragma once

#include <deque>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "adapters/memory/manual_executor.hpp"
#include "presence/presence_service.hpp"

namespace banter::presence {

using adapters::memory::ManualClock;
using adapters::memory::ManualExecutor;
using base::Result;
using base::Task;
using base::Timestamp;
using domain::DeviceId;
using domain::UserId;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr UserId alice{1};
inline constexpr UserId bob{2};
inline constexpr UserId carol{3};
inline constexpr DeviceId phone{21};
inline constexpr DeviceId laptop{22};

// Who may see whom, as a test says; by default everybody. While `holding`, questions of visibility
// wait in `held` until the test answers them, in the order it likes.
class FakeVisibility final : public VisibilitySource {
public:
    Task<Result<bool>> may_see(UserId watcher, UserId target) override {
        ++questions;
        if (failing) co_return base::fail(base::ErrorCode::overloaded, "The directory is busy.");
        if (watcher == target) co_return true;
        const bool allowed = !hidden.contains({watcher, target});
        if (!holding) co_return allowed;
        base::CallbackAwaiter<Result<bool>> answer(
            [&](base::Completion<Result<bool>> done) { held.push_back({done, allowed}); });
        co_return co_await answer;
    }

    Task<Result<std::optional<Timestamp>>> last_seen(UserId user) override {
        const auto found = remembered.find(user);
        if (found == remembered.end()) co_return std::nullopt;
        co_return std::optional(found->second);
    }

    Task<Result<void>> session_ended(UserId user, DeviceId device, Timestamp at) override {
        ended.emplace_back(user, device);
        remembered[user] = at;
        co_return Result<void>{};
    }

    struct Held {
        base::Completion<Result<bool>> done;
        bool allowed;
    };

    std::set<std::pair<UserId, UserId>> hidden;  // watcher, target
    std::map<UserId, Timestamp> remembered;
    std::vector<std::pair<UserId, DeviceId>> ended;
    std::deque<Held> held;
    bool holding = false;
    bool failing = false;
    int questions = 0;
};

struct Told {
    std::uint64_t session = 0;
    UserId user;
    PresenceView view;

    bool operator==(const Told&) const = default;
};

struct RecordingSink final : PresenceSink {
    void presence_changed(std::uint64_t session, UserId user, const PresenceView& view) override {
        told.push_back({session, user, view});
    }

    // What was told since the last call.
    std::vector<Told> take() { return std::exchange(told, {}); }

    std::vector<Told> told;
};

// A service of two shards that share one virtual time.
class PresenceTest : public testing::Test {
protected:
    static constexpr WatcherId here{7, 0};
    static constexpr WatcherId there{7, 1};  // the same key on the other shard: another session

    void settle() { executor.run_until_idle(); }

    PresenceView see(UserId watcher, UserId target) {
        auto view = executor.run(service.get(watcher, target));
        EXPECT_TRUE(view);
        return view ? *view : PresenceView{};
    }

    void open(UserId user, DeviceId device) {
        service.session_opened(user, device);
        settle();
    }

    void close(UserId user, DeviceId device) {
        service.session_closed(user, device);
        settle();
    }

    void watch(WatcherId watcher, UserId watching, UserId target) {
        service.watch(watcher, watching, target);
        settle();
    }

    // Answers the held question at `place`.
    void answer(std::size_t place) {
        const auto held = visibility.held.at(place);
        visibility.held.erase(visibility.held.begin() + static_cast<std::ptrdiff_t>(place));
        executor.post([held] { held.done(held.allowed); });
        settle();
    }

    static PresenceView online() { return {Status::online, std::nullopt}; }
    static PresenceView offline(std::optional<Timestamp> last_seen = std::nullopt) {
        return {Status::offline, last_seen};
    }
    static PresenceView hidden() { return {Status::hidden, std::nullopt}; }

    ManualClock clock;
    ManualExecutor executor{&clock};
    runtime::Shards shards{{&executor, &executor}};
    RecordingSink first;
    RecordingSink second;
    FakeVisibility visibility;
    PresenceService service{shards, {&first, &second}, visibility, clock};
};

}  // namespace banter::presence
