#pragma once

#include <chrono>
#include <memory>
#include <unordered_map>

#include "base/metrics.hpp"
#include "gateway/connection.hpp"
#include "gateway/token_bucket.hpp"
#include "ports/clock.hpp"
#include "ports/random.hpp"
#include "protocol/client_frame.hpp"

namespace banter::accounts {
class AccountService;
class DeviceService;
}  // namespace banter::accounts
namespace banter::chat {
class ChatService;
}
namespace banter::delivery {
class Registry;
}
namespace banter::presence {
class PresenceService;
}
namespace banter::ports {
class MessageStore;
}

namespace banter::gateway {

class SessionTable;

struct RateLimits {
    bool enabled = true;
    double session_messages_per_s = 200;  // sends, typing, watch; not acknowledgements
    double session_burst = 1000;
    double account_messages_per_s = 400;  // of all sessions of the user on one shard, and HTTP
    double account_burst = 2000;
};

struct SessionLimits {
    std::size_t window = 256;
    std::chrono::milliseconds heartbeat{30'000};
    std::chrono::milliseconds hello_time{5'000};
    std::chrono::milliseconds silence{60'000};
    ConnectionLimits connection;
    protocol::FrameLimits frames;
    RateLimits rates;
};

struct SessionMetrics {
    base::Gauge& open;
    base::Counter& opened;
    base::Counter& frames_received;
    base::Counter& frames_refused;
    base::Counter& slow_readers;
};

// What the sessions of one shard share.
struct SessionContext {
    std::size_t shard;  // its index
    accounts::AccountService& accounts;
    accounts::DeviceService& devices;
    chat::ChatService& chats;
    presence::PresenceService& presence;
    delivery::Registry& registry;
    ports::MessageStore& store;
    const ports::Clock& clock;
    ports::Random& random;
    SessionLimits limits;
    SessionMetrics metrics;
    SessionTable& sessions;
};

}  // namespace banter::gateway
