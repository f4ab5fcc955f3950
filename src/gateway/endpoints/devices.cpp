// Devices of the user, and presence of others.
#include <array>

#include "gateway/endpoints/common.hpp"
#include "presence/presence_service.hpp"

namespace banter::gateway {
namespace {

using base::Task;
using domain::DeviceId;
using protocol::JsonObject;

Task<HttpResponse> get_devices(Api& api, Call call) {
    const auto page = page_query(call.request);
    if (!page) co_return HttpResponse::problem(page.error());
    auto devices = co_await api.services().devices.list(call.identity.user);
    if (!devices) co_return HttpResponse::problem(devices.error());
    const auto key = [](const domain::Device& one) {
        const auto at = one.created_at.time_since_epoch().count();
        return sortable(static_cast<std::uint64_t>(at)) + sortable(one.id.value);
    };
    std::ranges::sort(*devices, {}, key);
    co_return HttpResponse::json(
        200, page_of(*devices, *page, key, [&](std::string& out, const auto& one) {
            JsonObject object(out);
            object.text("device", to_string(one.id)).text("name", one.name);
            object.text("created_at", base::format_rfc3339(one.created_at));
            object.text("last_seen", base::format_rfc3339(one.last_seen));
            object.flag("current", one.id == call.identity.device);
        }));
}

Task<HttpResponse> delete_device(Api& api, Call call) {
    const auto device = call.id<DeviceId>(0);
    if (!device) co_return HttpResponse::problem(device.error());
    const auto revoked = co_await api.services().devices.revoke(call.identity.user, *device);
    co_return no_content_or_problem(revoked);
}

Task<HttpResponse> get_presence(Api& api, Call call) {
    const auto user = call.id<domain::UserId>(0);
    if (!user) co_return HttpResponse::problem(user.error());
    const auto known = co_await api.services().accounts.find(*user);
    if (!known) co_return HttpResponse::problem(known.error());
    const auto presence = co_await api.services().presence.get(call.identity.user, *user);
    co_return answer_or_problem(presence, [&](const presence::PresenceView& view) {
        return json_object(200, [&](JsonObject& object) {
            object.text("user", to_string(*user)).text("status", presence::name_of(view.status));
            if (view.last_seen) object.text("last_seen", base::format_rfc3339(*view.last_seen));
        });
    });
}

constexpr std::array<Endpoint, 3> endpoints = {{
    {Method::get, "/v1/devices", Access::signed_in, get_devices, "The user's devices",
     "200:Page<Device>", parameters("...Paging")},
    {Method::delete_, "/v1/devices/{device}", Access::signed_in, delete_device,
     "Revoke a device; its sockets close", "204"},
    {Method::get, "/v1/users/{user}/presence", Access::signed_in, get_presence,
     "Whether a user is online, and when he was last seen", "200:Presence"},
}};

}  // namespace

std::span<const Endpoint> device_endpoints() {
    return endpoints;
}

}  // namespace banter::gateway
