#pragma once

#include "presence/presence_service.hpp"

namespace banter::presence {

// The users of one shard: who has sessions, and who watches them. Belongs to its shard.
class PresenceShard {
public:
    PresenceShard(const runtime::Shards& shards, std::size_t index,
                  std::vector<PresenceSink*> sinks, VisibilitySource& visibility,
                  const ports::Clock& clock);

    void session_opened(domain::UserId user, domain::DeviceId device);
    void session_closed(domain::UserId user, domain::DeviceId device);
    base::Task<void> watch(WatcherId watcher, domain::UserId watching, domain::UserId target);
    void unwatch(WatcherId watcher, domain::UserId target);
    base::Task<base::Result<PresenceView>> get(domain::UserId watching, domain::UserId target);
    base::Task<void> reevaluate(domain::UserId target);

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
        std::optional<base::Timestamp> last_seen;
        std::unordered_map<WatcherId, Watch, WatcherHash> watches;
        base::Timer going_offline;
    };

    void become_offline(domain::UserId user);
    base::Task<void> remember(domain::UserId user, domain::DeviceId device, base::Timestamp at);
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
    std::unordered_map<domain::UserId, UserState> users_;
    std::uint64_t last_question_ = 0;
};

}  // namespace banter::presence
