#include "app/account_visibility.hpp"

namespace banter::app {

using base::Result;
using base::Task;
using domain::UserId;

Task<Result<bool>> AccountVisibility::may_see(UserId watcher, UserId target) {
    if (watcher == target) co_return true;
    const auto user = co_await accounts_.find(target);
    if (!user && user.error().code == base::ErrorCode::not_found) co_return false;
    if (!user) co_return std::unexpected(user.error());
    const auto relation = co_await contacts_.relation(target, watcher);
    if (!relation) co_return std::unexpected(relation.error());
    if (relation->blocked_either_way()) co_return false;
    const auto audience = user->privacy.last_seen;
    co_return audience == domain::Audience::everyone ||
        (audience == domain::Audience::contacts && relation->is_contact);
}

Task<Result<std::optional<base::Timestamp>>> AccountVisibility::last_seen(UserId user) {
    co_return co_await devices_.last_seen(user);
}

Task<Result<void>> AccountVisibility::session_ended(UserId user, domain::DeviceId device,
                                                    base::Timestamp at) {
    co_return co_await devices_.session_ended(user, device, at);
}

}  // namespace banter::app
