#include "gateway/api.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "gateway/session.hpp"
#include "gateway/session_table.hpp"
#include "gateway/web_files.hpp"
#include "gateway/websocket_connection.hpp"

namespace banter::gateway {
namespace {

using base::ErrorCode;
using base::Problem;
using base::Result;
using base::Task;

constexpr std::string_view websocket_path = "/v1/ws";
constexpr std::string_view subprotocol = "banter.v1.json";

HttpResponse no_such_address() {
    return HttpResponse::problem({ErrorCode::not_found, "There is nothing at this address.", {}});
}

HttpResponse method_not_allowed(const std::string& allow) {
    auto response = HttpResponse::problem(
        {ErrorCode::method_not_allowed, "This address takes only: " + allow + ".", {}});
    response.headers.emplace_back("Allow", allow);
    return response;
}

HttpResponse foreign_origin() {
    return HttpResponse::problem(
        {ErrorCode::forbidden,
         "This origin may not use the server; the operator can add it to allowed_origins.",
         {}});
}

bool is_api(std::string_view path) {
    return path.starts_with("/v1/") || path == "/v1";
}

}  // namespace

std::optional<std::string> bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer ";
    if (authorization.size() <= scheme.size()) return std::nullopt;
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        if (std::tolower(static_cast<unsigned char>(authorization[i])) != scheme[i]) {
            return std::nullopt;
        }
    }
    return std::string(authorization.substr(scheme.size()));
}

Api::Api(ApiServices& services, Face face, SessionContext* sessions, runtime::Shard& shard)
    : services_(services),
      face_(face),
      sessions_(sessions),
      shard_(shard),
      requests_(services.metrics.counter("banter_http_requests_total", "HTTP requests answered")) {
    if (sessions != nullptr) frame_limits_ = sessions->limits.frames;
    if (face == Face::control) {
        router_.add(control_endpoints());
        router_.add(control_report_endpoints());
        return;
    }
    if (face == Face::admin) {
        router_.add(health_endpoints());
        router_.add(reference_endpoints());
        router_.add(metrics_endpoints());
        return;
    }
    router_ = client_router();
}

bool Api::allows_origin(const HttpRequest& request) const {
    if (!request.has_origin) return true;
    return std::ranges::find(services_.allowed_origins, request.origin) !=
           services_.allowed_origins.end();
}

Task<Result<accounts::Identity>> Api::authenticate(const HttpRequest& request) {
    const Problem sign_in{ErrorCode::unauthorized, "Sign in and send the access token.", {}};
    std::string token = request.cookie;
    if (!request.authorization.empty()) {
        const auto bearer = bearer_token(request.authorization);
        if (!bearer) co_return std::unexpected(sign_in);
        token = *bearer;
    }
    if (token.empty()) co_return std::unexpected(sign_in);
    co_return co_await services_.accounts.authenticate(token);
}

Task<HttpResponse> Api::handle(HttpRequest request) {
    requests_.add();
    if (request.path.empty()) {
        co_return HttpResponse::problem(
            {ErrorCode::invalid, "The address of the request is not well-formed.", {}});
    }
    if (face_ == Face::client && is_api(request.path) && !allows_origin(request)) {
        co_return foreign_origin();
    }
    co_return co_await answer(std::move(request));
}

Task<HttpResponse> Api::answer(HttpRequest request) {
    auto match = router_.match(request.method, request.path);
    if (match.endpoint == nullptr && !match.allow.empty()) {
        co_return method_not_allowed(match.allow);
    }
    if (match.endpoint == nullptr) {
        if (face_ == Face::client && !is_api(request.path)) co_return static_file(request);
        co_return no_such_address();
    }
    Call call{std::move(request), std::move(match.params), {}};
    if (match.endpoint->access == Access::signed_in) {
        const auto identity = co_await authenticate(call.request);
        if (!identity) co_return HttpResponse::problem(identity.error());
        call.identity = *identity;
        if (auto problem = check_rate(identity->user)) co_return HttpResponse::problem(*problem);
    }
    co_return co_await match.endpoint->handler(*this, std::move(call));
}

std::optional<Problem> Api::check_rate(domain::UserId user) {
    if (sessions_ == nullptr || !sessions_->limits.rates.enabled) return std::nullopt;
    const auto wait = sessions_->sessions.account_bucket(user).take(sessions_->clock.steady());
    if (wait.count() == 0) return std::nullopt;
    return Problem{ErrorCode::rate_limited, "You ask too fast; wait a moment.", wait};
}

HttpResponse Api::static_file(const HttpRequest& request) const {
    auto file = web_file(request);
    if (!file) return no_such_address();
    if (request.method == Method::get) return std::move(*file);
    return method_not_allowed("GET, HEAD");
}

Task<Admission> Api::admit(UpgradeRequest upgrade) {
    Admission admission;
    const auto& request = upgrade.request;
    if (sessions_ == nullptr || request.path != websocket_path) {
        admission.refusal = no_such_address();
        co_return admission;
    }
    if (!allows_origin(request)) {
        admission.refusal = foreign_origin();
        co_return admission;
    }
    if (!upgrade.subprotocols.empty()) {
        if (std::ranges::find(upgrade.subprotocols, subprotocol) == upgrade.subprotocols.end()) {
            admission.refusal = HttpResponse::problem(
                {ErrorCode::invalid, "The subprotocol must be banter.v1.json, or none.", {}});
            co_return admission;
        }
        admission.subprotocol = subprotocol;
    }
    std::optional<accounts::Identity> identity;
    if (!request.authorization.empty() || !request.cookie.empty()) {
        const auto found = co_await authenticate(request);
        if (found) {
            identity = *found;
        } else if (!request.authorization.empty()) {
            admission.refusal = HttpResponse::problem(found.error());
            co_return admission;
        }  // a cookie that has ended: the hello says so in a way that a web page can read
    }
    admission.take = [this, identity](Socket socket, std::string first_bytes) {
        take(std::move(socket), std::move(first_bytes), identity);
    };
    co_return admission;
}

void Api::take(Socket socket, std::string first_bytes, std::optional<accounts::Identity> identity) {
    auto connection = std::make_shared<WebSocketConnection>(shard_, std::move(socket),
                                                            sessions_->limits.connection);
    auto session = std::make_shared<Session>(*sessions_, sessions_->sessions.next_key(), connection,
                                             std::move(identity));
    sessions_->sessions.add(session);
    connection->start(session, first_bytes);
}

}  // namespace banter::gateway
