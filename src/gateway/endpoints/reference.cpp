// The API describes itself: OpenAPI 3.1 from the endpoint table, AsyncAPI 3.0 from the frame table.
#include <array>

#include "gateway/endpoints/common.hpp"
#include "gateway/reference/asyncapi.hpp"
#include "gateway/reference/openapi.hpp"

namespace banter::gateway {
namespace {

using base::Task;

std::vector<const Endpoint*> described_endpoints() {
    Router router;
    router.add(health_endpoints());
    router.add(reference_endpoints());
    router.add(account_endpoints());
    router.add(device_endpoints());
    router.add(contact_endpoints());
    router.add(chat_endpoints());
    router.add(message_endpoints());
    return router.endpoints();
}

Task<HttpResponse> get_openapi(Api& api, Call) {
    co_return HttpResponse::json(200,
                                 reference::openapi(described_endpoints(), api.services().version));
}

Task<HttpResponse> get_asyncapi(Api& api, Call) {
    co_return HttpResponse::json(200, reference::asyncapi(api.services().version));
}

Task<HttpResponse> get_docs(Api& api, Call) {
    auto response = HttpResponse::json(
        200, reference::docs_page(described_endpoints(), api.services().version));
    response.content_type = "text/html; charset=utf-8";
    response.headers.emplace_back("Content-Security-Policy",
                                  "default-src 'none'; style-src 'unsafe-inline'");
    co_return response;
}

constexpr std::array<Endpoint, 3> endpoints = {{
    {Method::get, "/openapi.json", Access::anyone, get_openapi, "The HTTP API, as OpenAPI 3.1"},
    {Method::get, "/asyncapi.json", Access::anyone, get_asyncapi,
     "The WebSocket API, as AsyncAPI 3.0"},
    {Method::get, "/docs", Access::anyone, get_docs, "Both, for people"},
}};

}  // namespace

std::span<const Endpoint> reference_endpoints() {
    return endpoints;
}

}  // namespace banter::gateway
