#pragma once

#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "gateway/session.hpp"

namespace banter::gateway {

// The sessions of one shard, and what is kept per account among them. Belongs to its shard.
class SessionTable final : public presence::PresenceSink {
public:
    SessionTable(base::Executor& shard, const ports::Clock& clock, RateLimits rates);

    // Starts to look after the sessions, once a second. On the shard.
    void start();

    std::uint64_t next_key() { return ++last_key_; }
    void add(std::shared_ptr<Session> session);
    void remove(std::uint64_t key) { sessions_.erase(key); }
    void presence_changed(std::uint64_t session, domain::UserId user,
                          const presence::PresenceView& view) override;
    std::size_t size() const { return sessions_.size(); }

    TokenBucket& account_bucket(domain::UserId user);

    // Those that have sessions here, each once. Ascending.
    std::vector<std::pair<domain::UserId, domain::DeviceId>> devices() const;
    // Closes every session of the device (of all devices of the user: none given).
    void revoke(domain::UserId user, std::optional<domain::DeviceId> device);
    // Says goodbye to everyone; each is told another time to come back, `spread` at most.
    void drain(ports::Random& random, std::chrono::milliseconds spread);
    // Ends every session now.
    void abort();

private:
    void look_later();
    void look_after();

    base::Executor& shard_;
    const ports::Clock& clock_;
    RateLimits rates_;
    std::uint64_t last_key_ = 0;
    std::unordered_map<std::uint64_t, std::shared_ptr<Session>> sessions_;
    std::unordered_map<domain::UserId, TokenBucket> buckets_;
    base::Timer timer_;
    base::Steady looked_at_;
};

}  // namespace banter::gateway
