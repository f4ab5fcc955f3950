#pragma once

#include <memory>
#include <string>
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
#include "adapters/embedded/sqlite_personal_states.hpp"
#include "adapters/embedded/sqlite_reports.hpp"
#include "adapters/embedded/sqlite_user_directory.hpp"
#include "app/account_changes.hpp"
#include "app/account_relations.hpp"
#include "app/account_visibility.hpp"
#include "app/config/config.hpp"
#include "app/system.hpp"
#include "base/metrics.hpp"
#include "chat/chat_service.hpp"
#include "chat/report_service.hpp"
#include "delivery/registry.hpp"
#include "gateway/session_table.hpp"
#include "presence/presence_service.hpp"
#include "runtime/shard.hpp"
#include "runtime/shards.hpp"

namespace banter::app {

// The shards themselves, without what runs on them.
struct ShardSet {
    explicit ShardSet(std::size_t count);

    std::vector<std::unique_ptr<runtime::Shard>> list;
    runtime::Shards view;
};

// What each shard has of its own for its sessions.
struct SessionSet {
    SessionSet(const ShardSet& shards, const ports::Clock& clock, gateway::RateLimits rates);

    std::vector<delivery::Registry*> registry_list() const;
    std::vector<presence::PresenceSink*> sink_list() const;
    std::vector<gateway::SessionTable*> table_list() const;

    std::vector<std::unique_ptr<delivery::Registry>> registries;
    std::vector<std::unique_ptr<gateway::SessionTable>> tables;
};

// The engines and the services over them, from the bottom up: with server.cpp the one place that
// knows every concrete type. Destroyed in the opposite order, so each part outlives its users.
struct Composition {
    // Opens the engines. Throws DataDirectoryError and std::runtime_error.
    explicit Composition(const Config& config);

    SystemClock clock;
    SystemRandom random;
    base::Metrics metrics;
    ShardSet shards;

    adapters::embedded::DataDirectory directory;
    adapters::embedded::RocksMessageStore store;
    adapters::embedded::SqliteDatabase database;
    adapters::embedded::SqliteUserDirectory user_directory;
    adapters::embedded::SqliteChatDirectory chat_directory;
    adapters::embedded::SqlitePersonalStates personal_states;
    adapters::embedded::SqliteReports report_queue;
    adapters::embedded::LaneLog log;

    accounts::Argon2PasswordHasher hasher;
    accounts::Hooks hooks;
    accounts::AccountService accounts;
    accounts::DeviceService devices;
    accounts::ContactService contacts;
    AccountRelations relations;
    AccountVisibility visibility;

    SessionSet sessions;
    chat::ChatService chats;
    chat::ReportService reports;
    presence::PresenceService presence;
    AccountChanges account_changes;
};

// How sessions are limited, by the configuration.
gateway::RateLimits rate_limits(const Config& config);

}  // namespace banter::app
