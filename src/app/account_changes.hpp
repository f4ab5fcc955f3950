#pragma once

#include <memory>
#include <vector>

#include "accounts/account_service.hpp"
#include "accounts/device_service.hpp"
#include "accounts/hooks.hpp"
#include "chat/chat_service.hpp"
#include "chat/node_bus.hpp"
#include "gateway/session_table.hpp"
#include "presence/presence_service.hpp"
#include "runtime/shards.hpp"

namespace banter::app {

// What a change of an account means for chats, presence and open sockets, here and on every other
// node; and what is to be looked up again when another node's word may be lost. Any shard.
class AccountChanges final : public chat::AccountListener {
public:
    struct Services {
        accounts::AccountService& accounts;
        accounts::DeviceService& devices;
        chat::ChatService& chats;
        presence::PresenceService& presence;
    };

    // `tables`: one for each shard, touched only there. `bus`: null when this node is alone.
    AccountChanges(const runtime::Shards& shards, std::vector<gateway::SessionTable*> tables,
                   Services services, chat::NodeBus* bus = nullptr);

    // Hears of the changes that are made on this node. Before the first request.
    void connect(accounts::Hooks& hooks);

    void account_changed(ports::NodeId from, domain::AccountChange change) override;
    void account_changes_lost(ports::NodeId peer) override;

private:
    // Of one shard; touched only there.
    struct Check {
        bool under_way = false;
        bool again = false;
        base::Timer timer;
    };

    void made_here(const domain::AccountChange& change);
    void apply(const domain::AccountChange& change);
    void check_devices(std::size_t shard);
    base::Task<void> look_up_devices(std::size_t shard);

    runtime::Shards shards_;
    std::vector<gateway::SessionTable*> tables_;
    Services services_;
    chat::NodeBus* bus_;
    std::vector<Check> checks_;
};

}  // namespace banter::app
