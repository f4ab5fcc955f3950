#include "accounts/device_service.hpp"

namespace banter::accounts {

using base::Result;
using base::Task;
using domain::DeviceId;
using domain::UserId;

Task<Result<std::vector<domain::Device>>> DeviceService::list(UserId user) {
    return directory_.devices(user);
}

Task<Result<domain::Device>> DeviceService::find(UserId user, DeviceId device) {
    auto found = co_await directory_.find_device(user, device);
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return base::fail(base::ErrorCode::not_found, "There is no such device.");
    co_return std::move(**found);
}

Task<Result<void>> DeviceService::revoke(UserId user, DeviceId device) {
    const auto removed = co_await directory_.remove_device(user, device);
    if (removed) accounts_.revoked(user, device);
    co_return removed;
}

Task<Result<void>> DeviceService::session_ended(UserId user, DeviceId device, base::Timestamp at) {
    return directory_.touch_device(user, device, at);
}

Task<Result<std::optional<base::Timestamp>>> DeviceService::last_seen(UserId user) {
    return directory_.last_seen(user);
}

}  // namespace banter::accounts
