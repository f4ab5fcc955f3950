#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "domain/user.hpp"
#include "ports/clock.hpp"
#include "ports/presence_registry.hpp"
#include "presence/presence_times.hpp"
#include "runtime/shards.hpp"

namespace banter::presence {

enum class Status { online, offline, hidden };
std::string_view name_of(Status status);

// What one user may know of another. `last_seen` is set when offline and known.
struct PresenceView {
    Status status = Status::offline;
    std::optional<base::Timestamp> last_seen;

    bool operator==(const PresenceView&) const = default;
};

// A session that watches, and the shard it lives on.
struct WatcherId {
    std::uint64_t session = 0;
    std::size_t shard = 0;

    bool operator==(const WatcherId&) const = default;
};

// Who may see whom, and what is known of who is away. Called on a shard, answers there.
class VisibilitySource {
public:
    virtual ~VisibilitySource() = default;

    // By the target's privacy and by blocks either way. A user always sees himself.
    virtual base::Task<base::Result<bool>> may_see(domain::UserId watcher,
                                                   domain::UserId target) = 0;
    virtual base::Task<base::Result<std::optional<base::Timestamp>>> last_seen(
        domain::UserId user) = 0;
    // The last session of the device ended; survives a restart.
    virtual base::Task<base::Result<void>> session_ended(domain::UserId user,
                                                         domain::DeviceId device,
                                                         base::Timestamp at) = 0;
};

// Tells a shard's sessions of those they watch. On that shard.
class PresenceSink {
public:
    virtual ~PresenceSink() = default;
    virtual void presence_changed(std::uint64_t session, domain::UserId user,
                                  const PresenceView& view) = 0;
};

class PresenceShard;

// Who is online, by the sessions here and by what other nodes say of theirs; kept on the shard of
// each user and told only to those who watch him. Nothing of it is precious: it is made anew by the
// sessions that come back. Callable on any shard.
class PresenceService final : ports::PresenceListener {
public:
    static constexpr std::chrono::milliseconds grace = PresenceTimes{}.grace;

    // `sinks`: one for each shard, touched only there. `registry`: null when this node is alone.
    PresenceService(const runtime::Shards& shards, std::vector<PresenceSink*> sinks,
                    VisibilitySource& visibility, const ports::Clock& clock,
                    ports::PresenceRegistry* registry = nullptr, PresenceTimes times = {});
    ~PresenceService() override;

    void session_opened(domain::UserId user, domain::DeviceId device);
    void session_closed(domain::UserId user, domain::DeviceId device);

    // The sink hears of `target` now and on each change.
    void watch(WatcherId watcher, domain::UserId watching, domain::UserId target);
    void unwatch(WatcherId watcher, domain::UserId target);

    base::Task<base::Result<PresenceView>> get(domain::UserId watching, domain::UserId target);

    // The target's privacy, contacts or blocks have changed.
    void visibility_changed(domain::UserId target);
    // Those of anybody may have changed.
    void visibility_lost();

private:
    void presence_changed(domain::UserId user) override;
    void presence_lost() override;

    PresenceShard& home(domain::UserId user) { return *homes_[shards_.of(user)]; }
    void on_home(domain::UserId user, std::move_only_function<void(PresenceShard&)> work);

    runtime::Shards shards_;
    PresenceTimes times_;
    std::vector<std::unique_ptr<PresenceShard>> homes_;
};

}  // namespace banter::presence
