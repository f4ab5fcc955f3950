// Is the process alive, can it serve, and what does it measure.
#include <array>

#include "gateway/endpoints/common.hpp"

namespace banter::gateway {
namespace {

using base::Task;
using protocol::JsonObject;

Task<HttpResponse> get_live(Api&, Call) {
    co_return json_object(200, [](JsonObject& object) { object.text("status", "alive"); });
}

Task<HttpResponse> get_ready(Api& api, Call) {
    const auto readiness = api.services().readiness();
    co_return json_object(readiness.ready ? 200 : 503, [&](JsonObject& object) {
        object.text("status", readiness.ready ? "ready" : "not_ready");
        if (!readiness.reason.empty()) object.text("reason", readiness.reason);
    });
}

Task<HttpResponse> get_metrics(Api& api, Call) {
    auto response = HttpResponse::json(200, api.services().metrics.render());
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    co_return response;
}

constexpr std::array<Endpoint, 2> health = {{
    {Method::get, "/livez", Access::anyone, get_live, "The process is alive",
     "200:{status:'alive'}"},
    {Method::get, "/readyz", Access::anyone, get_ready, "The server can serve",
     "200:Readiness 503:Readiness"},
}};

constexpr std::array<Endpoint, 1> metrics = {{
    {Method::get, "/metrics", Access::anyone, get_metrics, "Metrics in the Prometheus format"},
}};

}  // namespace

std::span<const Endpoint> health_endpoints() {
    return health;
}
std::span<const Endpoint> metrics_endpoints() {
    return metrics;
}

}  // namespace banter::gateway
