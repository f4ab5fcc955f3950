#include "presence/presence_shard.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace banter::presence {

using base::Result;
using base::Task;
using domain::DeviceId;
using domain::UserId;

std::size_t PresenceShard::WatcherHash::operator()(const WatcherId& watcher) const noexcept {
    return std::hash<std::uint64_t>{}(watcher.session * 0x9E3779B97F4A7C15ULL + watcher.shard);
}

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

PresenceView PresenceShard::view_of(const UserState& state) {
    if (state.online) return {Status::online, std::nullopt};
    return {Status::offline, state.last_seen};
}

void PresenceShard::publish(UserId user, UserState& state) {
    for (auto& [watcher, watch] : state.watches) {
        if (watch.visible) tell(watcher, watch, user, view_of(state));
    }
}

void PresenceShard::tell(WatcherId watcher, Watch& watch, UserId user, const PresenceView& view) {
    if (watch.told == view) return;
    watch.told = view;
    shards_[watcher.shard].post([sink = sinks_[watcher.shard], session = watcher.session, user,
                                 view] { sink->presence_changed(session, user, view); });
}

// What there is to see of the user; of one who is away from before this process if need be.
Task<Result<PresenceView>> PresenceShard::load_view(UserId user) {
    const auto known = users_.find(user);
    if (known != users_.end() && (known->second.online || known->second.last_seen)) {
        co_return view_of(known->second);
    }
    const auto last_seen = co_await visibility_.last_seen(user);
    if (!last_seen) co_return std::unexpected(last_seen.error());
    const auto found = users_.find(user);
    if (found == users_.end()) co_return PresenceView{Status::offline, *last_seen};
    auto& state = found->second;
    state.last_seen = std::max(state.last_seen, *last_seen);
    co_return view_of(state);
}

PresenceShard::Watch* PresenceShard::find_watch(WatcherId watcher, UserId target) {
    const auto user = users_.find(target);
    if (user == users_.end()) return nullptr;
    const auto watch = user->second.watches.find(watcher);
    return watch == user->second.watches.end() ? nullptr : &watch->second;
}

// The watch is there before its question is answered, so that an unwatch ends it and a change of
// visibility asks anew.
Task<void> PresenceShard::watch(WatcherId watcher, UserId watching, UserId target) {
    users_[target].watches[watcher] = Watch{watching, 0, false, std::nullopt};
    return evaluate(watcher, target);
}

// Asks what the watcher may see of the target, and tells him if that is new.
Task<void> PresenceShard::evaluate(WatcherId watcher, UserId target) {
    Watch* watch = find_watch(watcher, target);
    if (watch == nullptr) co_return;
    const auto question = watch->question = ++last_question_;
    const auto visible = co_await visibility_.may_see(watch->watching, target);
    const bool may_see = visible && *visible;
    if (may_see) {
        const auto loaded = co_await load_view(target);
        if (!loaded) {  // then it is not told; the status still is
            base::log::warn("presence.last_seen_unknown", {{"detail", loaded.error().detail}});
        }
    }
    watch = find_watch(watcher, target);
    if (watch == nullptr || watch->question != question) co_return;
    watch->visible = may_see;
    tell(watcher, *watch, target,
         may_see ? view_of(users_[target]) : PresenceView{Status::hidden, {}});
}

void PresenceShard::unwatch(WatcherId watcher, UserId target) {
    const auto found = users_.find(target);
    if (found == users_.end()) return;
    found->second.watches.erase(watcher);
    forget_if_idle(target);
}

Task<Result<PresenceView>> PresenceShard::get(UserId watching, UserId target) {
    const auto visible = co_await visibility_.may_see(watching, target);
    if (!visible) co_return std::unexpected(visible.error());
    if (!*visible) co_return PresenceView{Status::hidden, {}};
    co_return co_await load_view(target);
}

Task<void> PresenceShard::reevaluate(UserId target) {
    const auto found = users_.find(target);
    if (found == users_.end()) co_return;
    std::vector<WatcherId> watchers;
    watchers.reserve(found->second.watches.size());
    for (const auto& [watcher, watch] : found->second.watches)
        watchers.push_back(watcher);
    for (const auto& watcher : watchers)
        co_await evaluate(watcher, target);
}

void PresenceShard::forget_if_idle(UserId user) {
    const auto found = users_.find(user);
    if (found == users_.end()) return;
    const auto& state = found->second;
    if (state.watches.empty() && state.sessions.empty() && !state.online) users_.erase(found);
}

}  // namespace banter::presence
