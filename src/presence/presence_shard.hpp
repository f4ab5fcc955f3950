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
        WatcherId watcher;
        domain::UserId watching;
        bool visible = false;
        PresenceView told;
    };
    struct UserState {
        std::unordered_map<domain::DeviceId, int> sessions;
        bool online = false;
        std::optional<base::Timestamp> last_seen;
        std::vector<Watch> watches;
        base::Timer going_offline;
    };

    void become_offline(domain::UserId user);
    base::Task<void> remember(domain::UserId user, domain::DeviceId device, base::Timestamp at);
    base::Task<base::Result<bool>> load_last_seen(domain::UserId user);
    PresenceView view_of(const UserState& state) const;
    void publish(domain::UserId user, UserState& state);
    void tell(Watch& watch, domain::UserId user, const PresenceView& view);
    void forget_if_idle(domain::UserId user);

    const runtime::Shards& shards_;
    std::size_t index_;
    std::vector<PresenceSink*> sinks_;
    VisibilitySource& visibility_;
    const ports::Clock& clock_;
    std::unordered_map<domain::UserId, UserState> users_;
};

}  // namespace banter::presence
