#pragma once

#include <functional>
#include <string>
#include <vector>

#include "accounts/account_service.hpp"
#include "accounts/contact_service.hpp"
#include "accounts/device_service.hpp"
#include "base/metrics.hpp"
#include "chat/chat_service.hpp"
#include "chat/report_service.hpp"
#include "gateway/endpoint.hpp"
#include "gateway/http_server.hpp"
#include "gateway/session_context.hpp"
#include "runtime/shard.hpp"

namespace banter::gateway {

// Whether the server can serve, and if not, why.
struct Readiness {
    bool ready = false;
    std::string reason;
};

// What the endpoints stand on; the same for every shard.
struct ApiServices {
    accounts::AccountService& accounts;
    accounts::DeviceService& devices;
    accounts::ContactService& contacts;
    chat::ChatService& chats;
    chat::ReportService& reports;
    presence::PresenceService& presence;
    base::Metrics& metrics;
    std::function<Readiness()> readiness;
    std::string public_url;                    // no slash at the end
    std::vector<std::string> allowed_origins;  // public_url among them
    std::string version;
    bool invites = false;  // registration is by invite
};

// Which of the server's faces a listener shows.
enum class Face { client, admin, control };

// Answers HTTP requests on one shard: checks the origin, finds the endpoint, authenticates, calls
// it; and lets WebSockets in.
class Api final : public HttpService {
public:
    // `sessions` null: no WebSockets (admin and control).
    Api(ApiServices& services, Face face, SessionContext* sessions, runtime::Shard& shard);

    ApiServices& services() { return services_; }
    std::size_t shard() const { return shard_.index(); }
    const protocol::FrameLimits& frame_limits() const { return frame_limits_; }

    base::Task<HttpResponse> handle(HttpRequest request) override;
    base::Task<Admission> admit(UpgradeRequest upgrade) override;

    bool allows_origin(const HttpRequest& request) const;

private:
    base::Task<base::Result<accounts::Identity>> authenticate(const HttpRequest& request);
    base::Task<HttpResponse> answer(HttpRequest request);
    std::optional<base::Problem> check_rate(domain::UserId user);
    HttpResponse static_file(const HttpRequest& request) const;
    void take(Socket socket, std::string first_bytes, std::optional<accounts::Identity> identity);

    ApiServices& services_;
    Face face_;
    SessionContext* sessions_;
    runtime::Shard& shard_;
    protocol::FrameLimits frame_limits_;
    Router router_;
    base::Counter& requests_;
};

// The token of an Authorization header (RFC 6750 §2.1); nullopt: not of that form.
std::optional<std::string> bearer_token(std::string_view authorization);

}  // namespace banter::gateway
