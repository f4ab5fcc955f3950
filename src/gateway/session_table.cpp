#include "gateway/session_table.hpp"

#include <set>

namespace banter::gateway {
namespace {

constexpr auto look_interval = std::chrono::seconds(1);
constexpr auto most_late = std::chrono::seconds(1);
constexpr std::size_t max_buckets = 100'000;

}  // namespace

SessionTable::SessionTable(base::Executor& shard, const ports::Clock& clock, RateLimits rates)
    : shard_(shard), clock_(clock), rates_(rates) {}

void SessionTable::start() {
    looked_at_ = clock_.steady();
    look_later();
}

void SessionTable::look_later() {
    timer_ = shard_.after(look_interval, [this] { look_after(); });
}

void SessionTable::look_after() {
    const auto now = clock_.steady();
    // What peers said may wait to be read just as this look did.
    const bool late = now - looked_at_ > look_interval + most_late;
    looked_at_ = now;
    std::vector<std::shared_ptr<Session>> sessions;
    sessions.reserve(sessions_.size());
    for (const auto& [key, session] : sessions_)
        sessions.push_back(session);
    for (const auto& session : sessions)
        session->check(now, late);
    if (buckets_.size() > max_buckets) buckets_.clear();  // forgives a burst, costs no memory
    look_later();
}

void SessionTable::add(std::shared_ptr<Session> session) {
    const auto key = session->key();
    sessions_.emplace(key, std::move(session));
}

void SessionTable::presence_changed(std::uint64_t session, domain::UserId user,
                                    const presence::PresenceView& view) {
    const auto found = sessions_.find(session);
    if (found != sessions_.end()) found->second->presence_changed(user, view);
}

TokenBucket& SessionTable::account_bucket(domain::UserId user) {
    return buckets_.try_emplace(user, rates_.account_messages_per_s, rates_.account_burst)
        .first->second;
}

std::vector<std::pair<domain::UserId, domain::DeviceId>> SessionTable::devices() const {
    std::set<std::pair<domain::UserId, domain::DeviceId>> devices;
    for (const auto& [key, session] : sessions_) {
        const auto& identity = session->identity();
        if (identity) devices.emplace(identity->user, identity->device);
    }
    return {devices.begin(), devices.end()};
}

void SessionTable::revoke(domain::UserId user, std::optional<domain::DeviceId> device) {
    std::vector<std::shared_ptr<Session>> revoked;
    for (const auto& [key, session] : sessions_) {
        const auto& identity = session->identity();
        if (!identity || identity->user != user) continue;
        if (!device || identity->device == *device) revoked.push_back(session);
    }
    for (const auto& session : revoked)
        session->revoke();
}

void SessionTable::drain(ports::Random& random, std::chrono::milliseconds spread) {
    std::vector<std::shared_ptr<Session>> sessions;
    for (const auto& [key, session] : sessions_)
        sessions.push_back(session);
    for (const auto& session : sessions) {
        std::uint8_t dice[2];
        random.fill(dice);
        const auto share = (dice[0] << 8 | dice[1]) / 65536.0;
        session->drain(std::chrono::milliseconds(
            500 + static_cast<long>(share * static_cast<double>(spread.count()))));
    }
}

void SessionTable::abort() {
    std::vector<std::shared_ptr<Session>> sessions;
    for (const auto& [key, session] : sessions_)
        sessions.push_back(session);
    for (const auto& session : sessions)
        session->abort();
}

}  // namespace banter::gateway
