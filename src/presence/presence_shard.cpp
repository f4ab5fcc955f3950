#include "presence/presence_shard.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace banter::presence {

using base::Result;
using base::Task;
using domain::DeviceId;
using domain::UserId;

PresenceShard::PresenceShard(const runtime::Shards& shards, std::size_t index,
                             std::vector<PresenceSink*> sinks, VisibilitySource& visibility,
                             const ports::Clock& clock)
    : shards_(shards),
      index_(index),
      sinks_(std::move(sinks)),
      visibility_(visibility),
      clock_(clock) {}

void PresenceShard::session_opened(UserId user, DeviceId device) {
    auto& state = users_[user];
    ++state.sessions[device];
    state.going_offline.cancel();
    if (std::exchange(state.online, true)) return;
    publish(user, state);
}

void PresenceShard::session_closed(UserId user, DeviceId device) {
    const auto found = users_.find(user);
    if (found == users_.end()) return;
    auto& state = found->second;
    const auto sessions = state.sessions.find(device);
    if (sessions == state.sessions.end()) return;
    const auto now = clock_.now();
    state.last_seen = now;
    if (--sessions->second == 0) {
        state.sessions.erase(sessions);
        base::spawn(remember(user, device, now));
    }
    if (!state.sessions.empty()) return;
    state.going_offline =
        shards_[index_].after(PresenceService::grace, [this, user] { become_offline(user); });
}

Task<void> PresenceShard::remember(UserId user, DeviceId device, base::Timestamp at) {
    const auto remembered = co_await visibility_.session_ended(user, device, at);
    if (!remembered) {
        base::log::warn("presence.not_remembered",
                        {{"user", to_string(user)}, {"detail", remembered.error().detail}});
    }
}

void PresenceShard::become_offline(UserId user) {
    const auto found = users_.find(user);
    if (found == users_.end() || !found->second.sessions.empty()) return;
    found->second.online = false;
    publish(user, found->second);
    forget_if_idle(user);
}

PresenceView PresenceShard::view_of(const UserState& state) const {
    if (state.online) return {Status::online, std::nullopt};
    return {Status::offline, state.last_seen};
}

void PresenceShard::publish(UserId user, UserState& state) {
    for (auto& watch : state.watches) {
        if (watch.visible) tell(watch, user, view_of(state));
    }
}

void PresenceShard::tell(Watch& watch, UserId user, const PresenceView& view) {
    watch.told = view;
    shards_[watch.watcher.shard].post([sink = sinks_[watch.watcher.shard],
                                       session = watch.watcher.session, user,
                                       view] { sink->presence_changed(session, user, view); });
}

// Fills in when an offline user was last seen, from before this process if need be.
Task<Result<bool>> PresenceShard::load_last_seen(UserId user) {
    const auto known = users_.find(user);
    if (known != users_.end() && (known->second.online || known->second.last_seen)) {
        co_return true;
    }
    const auto last_seen = co_await visibility_.last_seen(user);
    if (!last_seen) co_return std::unexpected(last_seen.error());
    auto& state = users_[user];
    if (!state.last_seen) state.last_seen = *last_seen;
    co_return true;
}

Task<void> PresenceShard::watch(WatcherId watcher, UserId watching, UserId target) {
    const auto visible = co_await visibility_.may_see(watching, target);
    const auto loaded = co_await load_last_seen(target);
    if (!loaded) {  // then it is not told; the status still is
        base::log::warn("presence.last_seen_unknown", {{"detail", loaded.error().detail}});
    }
    auto& state = users_[target];
    auto found = std::ranges::find(state.watches, watcher, &Watch::watcher);
    if (found == state.watches.end()) {
        state.watches.push_back({watcher, watching, false, {}});
        found = std::prev(state.watches.end());
    }
    found->visible = visible && *visible;
    tell(*found, target, found->visible ? view_of(state) : PresenceView{Status::hidden, {}});
}

void PresenceShard::unwatch(WatcherId watcher, UserId target) {
    const auto found = users_.find(target);
    if (found == users_.end()) return;
    std::erase_if(found->second.watches,
                  [&](const Watch& watch) { return watch.watcher == watcher; });
    forget_if_idle(target);
}

Task<Result<PresenceView>> PresenceShard::get(UserId watching, UserId target) {
    const auto visible = co_await visibility_.may_see(watching, target);
    if (!visible) co_return std::unexpected(visible.error());
    if (!*visible) co_return PresenceView{Status::hidden, {}};
    const auto loaded = co_await load_last_seen(target);
    if (!loaded) co_return std::unexpected(loaded.error());
    const PresenceView view = view_of(users_[target]);
    forget_if_idle(target);
    co_return view;
}

Task<void> PresenceShard::reevaluate(UserId target) {
    const auto before = users_.find(target);
    if (before == users_.end()) co_return;
    std::vector<std::pair<WatcherId, UserId>> watchers;
    for (const auto& watch : before->second.watches) {
        watchers.emplace_back(watch.watcher, watch.watching);
    }
    for (const auto& [watcher, watching] : watchers) {
        const auto visible = co_await visibility_.may_see(watching, target);
        const auto found = users_.find(target);
        if (found == users_.end()) co_return;
        auto& state = found->second;
        const auto watch = std::ranges::find(state.watches, watcher, &Watch::watcher);
        if (watch == state.watches.end()) continue;
        watch->visible = visible && *visible;
        const PresenceView view =
            watch->visible ? view_of(state) : PresenceView{Status::hidden, {}};
        if (view != watch->told) tell(*watch, target, view);
    }
}

void PresenceShard::forget_if_idle(UserId user) {
    const auto found = users_.find(user);
    if (found == users_.end()) return;
    const auto& state = found->second;
    if (state.watches.empty() && state.sessions.empty() && !state.online) users_.erase(found);
}

}  // namespace banter::presence
