#pragma once

#include "accounts/account_service.hpp"
#include "accounts/contact_service.hpp"
#include "accounts/device_service.hpp"
#include "presence/presence_service.hpp"

namespace banter::app {

// Answers presence's questions about users from the accounts.
class AccountVisibility final : public presence::VisibilitySource {
public:
    AccountVisibility(accounts::AccountService& accounts, accounts::ContactService& contacts,
                      accounts::DeviceService& devices)
        : accounts_(accounts), contacts_(contacts), devices_(devices) {}

    base::Task<base::Result<bool>> may_see(domain::UserId watcher, domain::UserId target) override;
    base::Task<base::Result<std::optional<base::Timestamp>>> last_seen(
        domain::UserId user) override;
    base::Task<base::Result<void>> session_ended(domain::UserId user, domain::DeviceId device,
                                                 base::Timestamp at) override;

private:
    accounts::AccountService& accounts_;
    accounts::ContactService& contacts_;
    accounts::DeviceService& devices_;
};

}  // namespace banter::app
