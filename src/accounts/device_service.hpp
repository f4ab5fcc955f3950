#pragma once

#include <vector>

#include "accounts/account_service.hpp"

namespace banter::accounts {

// The devices of a user. Threads and errors: as AccountService.
class DeviceService {
public:
    DeviceService(ports::UserDirectory& directory, AccountService& accounts)
        : directory_(directory), accounts_(accounts) {}

    // By creation.
    base::Task<base::Result<std::vector<domain::Device>>> list(domain::UserId user);
    // `not_found`: the user has no such device.
    base::Task<base::Result<domain::Device>> find(domain::UserId user, domain::DeviceId device);
    // The device and its tokens are gone, its sockets close. `not_found`: the user has no such
    // device.
    base::Task<base::Result<void>> revoke(domain::UserId user, domain::DeviceId device);

    // The last session of the device ended at `at`.
    base::Task<base::Result<void>> session_ended(domain::UserId user, domain::DeviceId device,
                                                 base::Timestamp at);
    // The end of the user's last session on any device. nullopt: he has had none.
    base::Task<base::Result<std::optional<base::Timestamp>>> last_seen(domain::UserId user);

private:
    ports::UserDirectory& directory_;
    AccountService& accounts_;
};

}  // namespace banter::accounts
