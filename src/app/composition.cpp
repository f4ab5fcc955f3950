#include "app/composition.hpp"

#include <algorithm>

namespace banter::app {
namespace {

std::size_t shard_count(const Config& config) {
    if (config.shards > 0) return config.shards;
    return std::max(1U, std::thread::hardware_concurrency());
}

accounts::AccountOptions account_options(const Config& config) {
    accounts::AccountOptions options;
    options.registration = config.registration;
    options.access_ttl = std::chrono::seconds(config.auth.access_ttl_s);
    options.refresh_ttl = std::chrono::seconds(config.auth.refresh_ttl_s);
    options.login.enabled = config.limits.enabled;
    return options;
}

chat::ChatLimits chat_limits(const Config& config) {
    chat::ChatLimits limits;
    limits.max_members = config.groups.max_members;
    limits.sequencer.fanout_on_write_below = config.groups.fanout_on_write_below;
    limits.sequencer.receipts_tick = std::chrono::milliseconds(config.receipts.tick_ms);
    return limits;
}

}  // namespace

gateway::RateLimits rate_limits(const Config& config) {
    gateway::RateLimits rates;
    rates.enabled = config.limits.enabled;
    rates.session_messages_per_s = static_cast<double>(config.limits.session_messages_per_s);
    rates.session_burst = static_cast<double>(config.limits.session_burst);
    rates.account_messages_per_s = static_cast<double>(config.limits.account_messages_per_s);
    rates.account_burst = static_cast<double>(config.limits.account_burst);
    return rates;
}

ShardSet::ShardSet(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        list.push_back(std::make_unique<runtime::Shard>(i));
        view.executors.push_back(list.back().get());
    }
}

SessionSet::SessionSet(const ShardSet& shards, const ports::Clock& clock,
                       gateway::RateLimits rates) {
    for (const auto& shard : shards.list) {
        registries.push_back(std::make_unique<delivery::Registry>());
        tables.push_back(std::make_unique<gateway::SessionTable>(*shard, clock, rates));
    }
}

std::vector<delivery::Registry*> SessionSet::registry_list() const {
    std::vector<delivery::Registry*> list;
    for (const auto& registry : registries)
        list.push_back(registry.get());
    return list;
}

std::vector<presence::PresenceSink*> SessionSet::sink_list() const {
    std::vector<presence::PresenceSink*> list;
    for (const auto& table : tables)
        list.push_back(table.get());
    return list;
}

std::vector<gateway::SessionTable*> SessionSet::table_list() const {
    std::vector<gateway::SessionTable*> list;
    for (const auto& table : tables)
        list.push_back(table.get());
    return list;
}

Composition::Composition(const Config& config)
    : shards(shard_count(config)),
      directory(config.data_dir),
      store(directory.messages_path(), adapters::embedded::RocksOptions{}, metrics),
      database(directory.directory_path()),
      user_directory(database),
      chat_directory(database, clock),
      personal_states(database, clock),
      report_queue(database),
      log(shards.view, clock),
      hasher({.threads = config.auth.password_workers}),
      accounts(user_directory, hasher, clock, random, hooks, account_options(config)),
      devices(user_directory, accounts),
      contacts(user_directory, hooks),
      relations(accounts, contacts),
      visibility(accounts, contacts, devices),
      sessions(shards, clock, rate_limits(config)),
      chats(shards.view, sessions.registry_list(),
            chat::ChatPorts{store, store, store, chat_directory, personal_states, log, relations,
                            clock, random},
            chat_limits(config)),
      reports(chats, relations, report_queue, clock),
      presence(shards.view, sessions.sink_list(), visibility, clock),
      account_changes(shards.view, sessions.table_list(), {accounts, devices, chats, presence}) {
    log.set_consumer(chats);
    account_changes.connect(hooks);
}

}  // namespace banter::app
