#pragma once

#include "presence/announcer.hpp"
#include "presence/lookout.hpp"
#include "presence/presence_service.hpp"

namespace banter::presence {

// The users of one shard: who has sessions, and who watches them. Belongs to its shard.
class PresenceShard {
public:
    PresenceShard(const runtime::Shards& shards, std::size_t index,
                  std::vector<PresenceSink*> sinks, VisibilitySource& visibility,
                  const ports::Clock& clock, ports::PresenceRegistry* registry,
                  const PresenceTimes& times);

    void session_opened(domain::UserId user, domain::DeviceId device);
    void session_closed(domain::UserId user, domain::DeviceId device);
    base::Task<void> watch(WatcherId watcher, domain::UserId watching, domain::UserId target);
    void unwatch(WatcherId watcher, domain::UserId target);
    base::Task<base::Result<PresenceView>> get(domain::UserId watching, domain::UserId target);
    base::Task<void> reevaluate(domain::UserId target);
    base::Task<void> reevaluate_all();

    // ---- of the registry
    void changed_elsewhere(domain::UserId user);
    void registry_lost();

private:
    struct Watch {
        domain::UserId watching;
        std::uint64_t question =
            0;  // the newest one whether he may see; answers to others are void
        bool visible = false;
        std::optional<PresenceView> told;
    };
    struct WatcherHash {
        std::size_t operator()(const WatcherId& watcher) const noexcept;
    };
    struct UserState {
        std::unordered_map<domain::DeviceId, int> sessions;
        bool online = false;
        std::uint64_t ending = 0;  // nonzero: he goes offline soon, unless a session comes
        std::optional<base::Timestamp> last_seen;
        std::unordered_map<WatcherId, Watch, WatcherHash> watches;
        base::Timer going_offline;
    };

    // This node's part of what all share.
    struct Shared {
        ports::PresenceRegistry& registry;
        Announcer announcer;
        Lookout lookout;
    };

    // What other nodes say of a user.
    struct Elsewhere {
        bool live = false;
        std::optional<base::Timestamp> last_seen;  // by what has lapsed
    };

    void come_online(domain::UserId user, UserState& state);
    void end_after(domain::UserId user, UserState& state, std::chrono::milliseconds delay);
    base::Task<void> end(domain::UserId user, std::uint64_t ending);
    base::Task<void> remember(domain::UserId user, domain::DeviceId device, base::Timestamp at);
    void learned(domain::UserId user, const Lookout::Entries& entries);
    std::optional<base::Timestamp> note_lapsed(domain::UserId user, const Lookout::Entries& entries,
                                               std::optional<base::Timestamp> known);
    base::Task<Elsewhere> look_elsewhere(domain::UserId user);
    base::Task<base::Result<void>> load_last_seen(domain::UserId user);
    static PresenceView view_of(const UserState& state);
    Watch* find_watch(WatcherId watcher, domain::UserId target);
    base::Task<void> evaluate(WatcherId watcher, domain::UserId target);
    base::Task<base::Result<PresenceView>> load_view(domain::UserId user);
    void publish(domain::UserId user, UserState& state);
    void tell(WatcherId watcher, Watch& watch, domain::UserId user, const PresenceView& view);
    void forget_if_idle(domain::UserId user);

    const runtime::Shards& shards_;
    std::size_t index_;
    std::vector<PresenceSink*> sinks_;
    VisibilitySource& visibility_;
    const ports::Clock& clock_;
    const PresenceTimes& times_;
    std::unique_ptr<Shared> shared_;  // null: this node is alone
    std::unordered_map<domain::UserId, UserState> users_;
    std::uint64_t last_question_ = 0;
    std::uint64_t last_ending_ = 0;
    bool reevaluating_ = false;
    bool reevaluate_again_ = false;
};

}  // namespace banter::presence
