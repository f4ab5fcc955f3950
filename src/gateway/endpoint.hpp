#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/account_service.hpp"
#include "base/task.hpp"
#include "gateway/http_message.hpp"
#include "gateway/reference/shape.hpp"
#include "protocol/fields.hpp"

namespace banter::gateway {

class Api;

// One request on its way to its handler.
struct Call {
    HttpRequest request;
    std::vector<std::string> params;  // what stood for the {…} of the path, in order
    accounts::Identity identity;      // of signed_in endpoints

    template <class Id>
    base::Result<Id> id(std::size_t param) const {
        if (const auto id = domain::parse_id<Id>(params[param])) return *id;
        return base::fail(base::ErrorCode::not_found, "There is no such thing.");
    }
};

enum class Access {
    anyone,
    signed_in,
    control,  // only over the control socket, which belongs to the operator of the machine
};

using reference::parameters;

using Handler = base::Task<HttpResponse> (*)(Api& api, Call call);

// One line of the endpoint table: what is routed, and what the reference says of it.
struct Endpoint {
    Method method;
    std::string_view path;  // "/v1/chats/{chat}/messages"
    Access access;
    Handler handler;
    std::string_view summary;
    reference::AnswersText answers = {};  // "201:Chat forbidden", in the language of shape.hpp
    reference::Input input = {};          // the body as a text, "{title:title}", or parameters("…")
};

std::span<const Endpoint> account_endpoints();
std::span<const Endpoint> device_endpoints();
std::span<const Endpoint> contact_endpoints();
std::span<const Endpoint> chat_endpoints();
std::span<const Endpoint> group_endpoints();
std::span<const Endpoint> message_endpoints();
std::span<const Endpoint> report_endpoints();
std::span<const Endpoint> control_endpoints();
std::span<const Endpoint> control_report_endpoints();
std::span<const Endpoint> health_endpoints();
std::span<const Endpoint> metrics_endpoints();
std::span<const Endpoint> reference_endpoints();  // OpenAPI, AsyncAPI, /docs

struct Match {
    const Endpoint* endpoint = nullptr;
    std::vector<std::string> params;
    std::string allow;  // the path exists, but takes only these methods
};

class Router {
public:
    void add(std::span<const Endpoint> endpoints);
    Match match(Method method, std::string_view path) const;
    std::vector<const Endpoint*> endpoints() const { return endpoints_; }

private:
    std::vector<const Endpoint*> endpoints_;
};

// What the listener for clients serves, and the reference describes.
Router client_router();

}  // namespace banter::gateway
