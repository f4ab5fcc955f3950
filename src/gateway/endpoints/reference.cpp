// The API describes itself: OpenAPI 3.1 from the endpoint table, AsyncAPI 3.1 from the frame table.
#include <array>

#include "gateway/endpoints/common.hpp"
#include "gateway/reference/asyncapi.hpp"
#include "gateway/reference/docs_page.hpp"
#include "gateway/reference/openapi.hpp"

namespace banter::gateway {
namespace {

using base::Task;

Task<HttpResponse> get_openapi(Api& api, Call) {
    co_return HttpResponse::json(
        200, reference::openapi(client_router().endpoints(), api.services().version));
}

Task<HttpResponse> get_asyncapi(Api& api, Call) {
    co_return HttpResponse::json(200, reference::asyncapi(api.services().version));
}

Task<HttpResponse> get_docs(Api& api, Call) {
    auto response = HttpResponse::json(
        200, reference::docs_page(client_router().endpoints(), api.services().version));
    response.content_type = "text/html; charset=utf-8";
    response.headers.emplace_back("Content-Security-Policy",
                                  "default-src 'none'; style-src 'unsafe-inline'");
    co_return response;
}

constexpr std::array<Endpoint, 3> endpoints = {{
    {Method::get, "/openapi.json", Access::anyone, get_openapi, "The HTTP API, as OpenAPI 3.1",
     "200:(application/json)"},
    {Method::get, "/asyncapi.json", Access::anyone, get_asyncapi,
     "The WebSocket API, as AsyncAPI 3.1", "200:(application/json)"},
    {Method::get, "/docs", Access::anyone, get_docs, "Both, for people", "200:(text/html)"},
}};

}  // namespace

std::span<const Endpoint> reference_endpoints() {
    return endpoints;
}

}  // namespace banter::gateway
