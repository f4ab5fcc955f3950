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
                             const ports::Clock& clock, ports::PresenceRegistry* registry,
                             const PresenceTimes& times)
    : shards_(shards),
      index_(index),
      sinks_(std::move(sinks)),
      visibility_(visibility),
      clock_(clock),
      times_(times) {
    if (registry == nullptr) return;
    auto& shard = shards_[index_];
    Lookout::Learned hear = [this](UserId user, const auto& entries) { learned(user, entries); };
    shared_.reset(new Shared{*registry,
                             {shard, clock, *registry, times},
                             {shard, clock, *registry, times, std::move(hear)}});
}

void PresenceShard::session_opened(UserId user, DeviceId device) {
    auto& state = users_[user];
    if (++state.sessions[device] == 1 && shared_) shared_->announcer.opened({user, device});
    come_online(user, state);
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
        if (shared_) shared_->announcer.closed({user, device});
    }
    if (state.sessions.empty()) end_after(user, state, times_.grace);
}

void PresenceShard::come_online(UserId user, UserState& state) {
    state.ending = 0;
    state.going_offline.cancel();
    if (std::exchange(state.online, true)) return;
    publish(user, state);
}

void PresenceShard::end_after(UserId user, UserState& state, std::chrono::milliseconds delay) {
    const auto ending = state.ending = ++last_ending_;
    state.going_offline =
        shards_[index_].after(delay, [this, user, ending] { base::spawn(end(user, ending)); });
}

// Whoever is watched may have come to another node meanwhile, and have been seen there last.
Task<void> PresenceShard::end(UserId user, std::uint64_t ending) {
    if (shared_ && shared_->lookout.follows(user)) {
        co_await shared_->lookout.ask(user);
        const auto loaded = co_await load_last_seen(user);
        if (!loaded) {
            base::log::warn("presence.last_seen_unknown", {{"detail", loaded.error().detail}});
        }
    }
    const auto found = users_.find(user);
    if (found == users_.end() || found->second.ending != ending) co_return;
    auto& state = found->second;
    state.ending = 0;
    if (shared_ && shared_->lookout.live(user)) co_return;
    state.online = false;
    publish(user, state);
    forget_if_idle(user);
}

Task<void> PresenceShard::remember(UserId user, DeviceId device, base::Timestamp at) {
    const auto remembered = co_await visibility_.session_ended(user, device, at);
    if (!remembered) {
        base::log::warn("presence.not_remembered",
                        {{"user", to_string(user)}, {"detail", remembered.error().detail}});
    }
}

// ---- of the registry

void PresenceShard::changed_elsewhere(UserId user) {
    shared_->lookout.changed(user);
}

void PresenceShard::registry_lost() {
    shared_->announcer.put_all_again();
    shared_->lookout.all_changed();
}

void PresenceShard::learned(UserId user, const Lookout::Entries& entries) {
    const auto found = users_.find(user);
    if (found == users_.end()) return;
    auto& state = found->second;
    state.last_seen = note_lapsed(user, entries, state.last_seen);
    if (shared_->lookout.live(user)) {
        come_online(user, state);
    } else if (state.online && state.sessions.empty() && state.ending == 0) {
        end_after(user, state, times_.settling);
    }
}

// The node of a lapsed entry did not live to write down when its sessions ended: whoever finds the
// entry does so. Answers when the user was seen last, by this and by what is `known`.
std::optional<base::Timestamp> PresenceShard::note_lapsed(UserId user,
                                                          const Lookout::Entries& entries,
                                                          std::optional<base::Timestamp> known) {
    for (const auto& entry : entries) {
        if (entry.lives.count() > 0 || known >= entry.last_seen) continue;
        known = entry.last_seen;
        base::spawn(remember(user, entry.device, entry.last_seen));
    }
    return known;
}

// One who is not followed is looked up.
Task<PresenceShard::Elsewhere> PresenceShard::look_elsewhere(UserId user) {
    auto& lookout = shared_->lookout;
    if (lookout.follows(user)) {
        if (!lookout.known(user)) co_await lookout.ask(user);
        co_return Elsewhere{lookout.live(user), {}};
    }
    const std::vector<UserId> users{user};
    const auto found = co_await shared_->registry.find(users);
    if (!found) co_return Elsewhere{};
    Elsewhere elsewhere;
    Lookout::Entries others;
    for (const auto& entry : found->front()) {
        if (entry.node == shared_->registry.node()) continue;
        elsewhere.live = elsewhere.live || entry.lives.count() > 0;
        others.push_back(entry);
    }
    elsewhere.last_seen = note_lapsed(user, others, std::nullopt);
    co_return elsewhere;
}

// ---- what is told

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

// What there is to see of the user; of one who is away from before this process, or on another
// node, if need be.
Task<Result<PresenceView>> PresenceShard::load_view(UserId user) {
    const auto known = users_.find(user);
    if (known != users_.end() && (known->second.online || (!shared_ && known->second.last_seen))) {
        co_return view_of(known->second);
    }
    Elsewhere elsewhere;
    if (shared_) elsewhere = co_await look_elsewhere(user);
    if (elsewhere.live) co_return PresenceView{Status::online, {}};
    const auto stored = co_await visibility_.last_seen(user);
    if (!stored) co_return std::unexpected(stored.error());
    const auto last_seen = std::max(elsewhere.last_seen, *stored);
    const auto found = users_.find(user);
    if (found == users_.end()) co_return PresenceView{Status::offline, last_seen};
    auto& state = found->second;
    state.last_seen = std::max(state.last_seen, last_seen);
    co_return view_of(state);
}

Task<Result<void>> PresenceShard::load_last_seen(UserId user) {
    const auto last_seen = co_await visibility_.last_seen(user);
    if (!last_seen) co_return std::unexpected(last_seen.error());
    const auto found = users_.find(user);
    if (found != users_.end()) {
        found->second.last_seen = std::max(found->second.last_seen, *last_seen);
    }
    co_return Result<void>{};
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
    if (shared_) shared_->lookout.follow(target);
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
    auto& state = found->second;
    state.watches.erase(watcher);
    if (state.watches.empty() && shared_) {
        shared_->lookout.unfollow(target);
        // What other nodes say is heard no more.
        if (state.sessions.empty() && state.ending == 0) state.online = false;
    }
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

// One pass at a time; what comes meanwhile asks for one more.
Task<void> PresenceShard::reevaluate_all() {
    reevaluate_again_ = true;
    if (std::exchange(reevaluating_, true)) co_return;
    while (std::exchange(reevaluate_again_, false)) {
        std::vector<UserId> users;
        for (const auto& [user, state] : users_) {
            if (!state.watches.empty()) users.push_back(user);
        }
        for (const auto user : users)
            co_await reevaluate(user);
    }
    reevaluating_ = false;
}

void PresenceShard::forget_if_idle(UserId user) {
    const auto found = users_.find(user);
    if (found == users_.end()) return;
    const auto& state = found->second;
    if (state.watches.empty() && state.sessions.empty() && !state.online) users_.erase(found);
}

}  // namespace banter::presence
