#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "accounts/account_service.hpp"
#include "accounts/contact_service.hpp"
#include "accounts/device_service.hpp"
#include "accounts/password_hasher.hpp"
#include "adapters/embedded/data_directory.hpp"
#include "adapters/embedded/lane_log.hpp"
#include "adapters/embedded/rocks_message_store.hpp"
#include "adapters/embedded/sqlite_chat_directory.hpp"
#include "adapters/embedded/sqlite_database.hpp"
#include "adapters/embedded/sqlite_user_directory.hpp"
#include "adapters/memory/memory_presence_registry.hpp"
#include "app/account_relations.hpp"
#include "app/config/config.hpp"
#include "app/presence_links.hpp"
#include "app/system.hpp"
#include "base/metrics.hpp"
#include "chat/chat_service.hpp"
#include "delivery/registry.hpp"
#include "gateway/api.hpp"
#include "gateway/http_server.hpp"
#include "gateway/session_context.hpp"
#include "gateway/session_table.hpp"
#include "presence/presence_service.hpp"
#include "presence/typing.hpp"
#include "runtime/shard.hpp"
#include "runtime/shards.hpp"

namespace banter::app {

// What one shard has of its own.
struct ShardParts {
    delivery::Registry registry;
    std::unique_ptr<gateway::SessionTable> sessions;
    std::unique_ptr<presence::TypingRelay> typing;
    std::unique_ptr<gateway::SessionContext> context;
    std::unique_ptr<gateway::Api> api;
    std::unique_ptr<gateway::HttpServer> server;
    std::thread thread;
};

// The server's parts, from the bottom up: the one place that knows every concrete type.
// Destroyed in the opposite order, so each part outlives those that use it.
class Composition {
public:
    // Opens the engines. Throws DataDirectoryError and std::runtime_error.
    explicit Composition(const Config& config);
    ~Composition();

    const Config& config;
    SystemClock clock;
    SystemRandom random;
    base::Metrics metrics;
    std::vector<std::unique_ptr<runtime::Shard>> shard_list;
    runtime::Shards shards;

    adapters::embedded::DataDirectory directory;
    adapters::embedded::RocksMessageStore store;
    adapters::embedded::SqliteDatabase database;
    adapters::embedded::SqliteUserDirectory users;
    adapters::embedded::SqliteChatDirectory chats_directory;
    adapters::embedded::LaneLog log;
    adapters::memory::MemoryPresenceRegistry presence_registry;

    accounts::Argon2PasswordHasher hasher;
    accounts::Hooks hooks;
    accounts::AccountService accounts;
    accounts::DeviceService devices;
    accounts::ContactService contacts;
    AccountRelations relations;

    std::vector<std::unique_ptr<ShardParts>> parts;
    chat::ChatService chats;
    PresenceLinks presence_links;
    presence::PresenceService presence;
    gateway::ApiServices services;
    std::unique_ptr<gateway::Api> admin_api;
    std::unique_ptr<gateway::Api> control_api;
    std::unique_ptr<gateway::HttpServer> admin_server;
    std::unique_ptr<gateway::HttpServer> control_server;

private:
    void connect_hooks();
    void build_shard(std::size_t index);
};

}  // namespace banter::app
