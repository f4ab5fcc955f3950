#include "app/account_changes.hpp"

#include "base/fault.hpp"
#include "base/log.hpp"

namespace banter::app {

using base::Task;
using domain::AccountChange;
using domain::DeviceId;
using domain::UserId;
using Kind = AccountChange::Kind;

namespace {

// Losses come in numbers; each look at all devices serves those of so long.
constexpr auto between_checks = std::chrono::seconds(1);

}  // namespace

AccountChanges::AccountChanges(const runtime::Shards& shards,
                               std::vector<gateway::SessionTable*> tables, Services services,
                               chat::NodeBus* bus)
    : shards_(shards),
      tables_(std::move(tables)),
      services_(services),
      bus_(bus),
      checks_(tables_.size()) {}

void AccountChanges::connect(accounts::Hooks& hooks) {
    hooks.revoked = [this](UserId user, DeviceId device) {
        made_here({Kind::revoked, user, {}, device});
    };
    hooks.profile_changed = [this](UserId user) { made_here({Kind::profile, user, {}, {}}); };
    hooks.contact_changed = [this](UserId owner, UserId other) {
        made_here({Kind::contacts, owner, other, {}});
    };
    hooks.block_changed = [this](UserId owner, UserId other) {
        made_here({Kind::blocks, owner, other, {}});
    };
}

void AccountChanges::made_here(const AccountChange& change) {
    apply(change);
    if (bus_ == nullptr) return;
    const bool untold = change.kind == Kind::revoked ? BANTER_FAULT(revocation_kept_here)
                                                     : BANTER_FAULT(privacy_kept_here);
    if (!untold) bus_->announce(change);
}

void AccountChanges::account_changed(ports::NodeId, AccountChange change) {
    if (change.kind == Kind::revoked) services_.accounts.forget_tokens(change.device);
    apply(change);
}

void AccountChanges::apply(const AccountChange& change) {
    switch (change.kind) {
        case Kind::profile:
        case Kind::contacts:
            services_.chats.policy_changed(change.user);
            services_.presence.visibility_changed(change.user);
            break;
        case Kind::blocks:  // of the direct chat: ChatService::blocks_changed
            services_.presence.visibility_changed(change.user);
            services_.presence.visibility_changed(change.other);
            break;
        case Kind::revoked:
            for (std::size_t i = 0; i < tables_.size(); ++i) {
                shards_[i].post(
                    [table = tables_[i], change] { table->revoke(change.user, change.device); });
            }
            break;
    }
}

// What policies the chats remember they forget by themselves (ChatService::lost).
void AccountChanges::account_changes_lost(ports::NodeId) {
    if (BANTER_FAULT(account_losses_unnoticed)) return;
    services_.presence.visibility_lost();
    for (std::size_t i = 0; i < tables_.size(); ++i)
        shards_[i].post([this, i] { check_devices(i); });
}

void AccountChanges::check_devices(std::size_t shard) {
    auto& check = checks_[shard];
    check.again = true;
    if (!std::exchange(check.under_way, true)) base::spawn(look_up_devices(shard));
}

// One after the other, so that a node with many sessions does not storm the directory.
Task<void> AccountChanges::look_up_devices(std::size_t shard) {
    auto& check = checks_[shard];
    check.again = false;
    for (const auto& [user, device] : tables_[shard]->devices()) {
        const auto found = co_await services_.devices.find(user, device);
        if (found) continue;
        if (found.error().code == base::ErrorCode::not_found) {
            services_.accounts.forget_tokens(device);
            tables_[shard]->revoke(user, device);
        } else {
            base::log::warn("device.not_checked", {{"detail", found.error().detail}});
            check.again = true;
        }
    }
    check.timer = shards_[shard].after(between_checks, [this, shard] {
        auto& done = checks_[shard];
        done.under_way = false;
        if (done.again) check_devices(shard);
    });
}

}  // namespace banter::app
