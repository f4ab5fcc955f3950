#include "presence/presence_service.hpp"

#include "presence/presence_shard.hpp"

namespace banter::presence {

using base::Result;
using base::Task;
using domain::UserId;

std::string_view name_of(Status status) {
    switch (status) {
        case Status::online:
            return "online";
        case Status::offline:
            return "offline";
        case Status::hidden:
            break;
    }
    return "hidden";
}

PresenceService::PresenceService(const runtime::Shards& shards, std::vector<PresenceSink*> sinks,
                                 VisibilitySource& visibility, const ports::Clock& clock,
                                 ports::PresenceRegistry* registry, PresenceTimes times)
    : shards_(shards), times_(times) {
    for (std::size_t i = 0; i < shards_.count(); ++i) {
        homes_.push_back(std::make_unique<PresenceShard>(shards_, i, sinks, visibility, clock,
                                                         registry, times_));
    }
    if (registry != nullptr) registry->listen(*this);
}

PresenceService::~PresenceService() = default;

void PresenceService::on_home(UserId user, std::move_only_function<void(PresenceShard&)> work) {
    shards_[shards_.of(user)].post(
        [&shard = home(user), work = std::move(work)]() mutable { work(shard); });
}

void PresenceService::session_opened(UserId user, domain::DeviceId device) {
    on_home(user, [=](PresenceShard& shard) { shard.session_opened(user, device); });
}

void PresenceService::session_closed(UserId user, domain::DeviceId device) {
    on_home(user, [=](PresenceShard& shard) { shard.session_closed(user, device); });
}

void PresenceService::watch(WatcherId watcher, UserId watching, UserId target) {
    on_home(target,
            [=](PresenceShard& shard) { base::spawn(shard.watch(watcher, watching, target)); });
}

void PresenceService::unwatch(WatcherId watcher, UserId target) {
    on_home(target, [=](PresenceShard& shard) { shard.unwatch(watcher, target); });
}

Task<Result<PresenceView>> PresenceService::get(UserId watching, UserId target) {
    auto work = [=, &shard = home(target)] { return shard.get(watching, target); };
    co_return co_await base::await_on(shards_[shards_.of(target)], std::move(work));
}

void PresenceService::visibility_changed(UserId target) {
    on_home(target, [=](PresenceShard& shard) { base::spawn(shard.reevaluate(target)); });
}

void PresenceService::visibility_lost() {
    for (std::size_t i = 0; i < shards_.count(); ++i)
        shards_[i].post([shard = homes_[i].get()] { base::spawn(shard->reevaluate_all()); });
}

void PresenceService::presence_changed(UserId user) {
    on_home(user, [=](PresenceShard& shard) { shard.changed_elsewhere(user); });
}

void PresenceService::presence_lost() {
    for (std::size_t i = 0; i < shards_.count(); ++i)
        shards_[i].post([shard = homes_[i].get()] { shard->registry_lost(); });
}

}  // namespace banter::presence
