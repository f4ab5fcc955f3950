#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "gateway/http_message.hpp"
#include "gateway/socket.hpp"
#include "runtime/shard.hpp"

namespace banter::gateway {

// A request to open a WebSocket (RFC 6455 §4.2.1), as far as the handshake matters.
struct UpgradeRequest {
    HttpRequest request;
    std::vector<std::string> subprotocols;
};

// What becomes of it: either a refusal, or whoever takes the socket over.
struct Admission {
    std::optional<HttpResponse> refusal;
    std::string subprotocol;  // chosen; empty: none
    std::function<void(Socket socket, std::string first_bytes)> take;
};

// What answers on a listener. On the shard of the connection.
class HttpService {
public:
    virtual ~HttpService() = default;
    virtual base::Task<HttpResponse> handle(HttpRequest request) = 0;
    virtual base::Task<Admission> admit(UpgradeRequest upgrade) = 0;
};

// Deadlines and sizes of protocol.md ("HTTP limits").
struct HttpLimits {
    std::chrono::milliseconds header_time{10'000};
    std::chrono::milliseconds body_time{30'000};
    std::chrono::milliseconds idle_time{60'000};
    std::size_t header_bytes = 16 * 1024;
    std::size_t body_bytes = 1024 * 1024;
    std::size_t max_connections = 9'000;  // per shard; beyond it new ones are turned away
};

// Accepts connections on one address and answers HTTP/1.1 on one shard.
class HttpServer {
public:
    HttpServer(runtime::Shard& shard, HttpService& service, HttpLimits limits);
    ~HttpServer();

    // Start-up only, before the shard runs or on it. Throws std::system_error.
    // `port` 0: any. `shared`: other shards listen on the same port (SO_REUSEPORT).
    void listen_tcp(const std::string& address, std::uint16_t port, bool shared);
    void listen_unix(const std::string& path);

    // Stops accepting; connections that are open go on.
    void stop_accepting();
    // Ends the connections that wait for a request; others end after their answer.
    void close_idle();
    // Ends every connection now.
    void close_all();

    struct State;

private:
    std::shared_ptr<State> state_;
};

// Keeps a port from everyone else between the decision to use it and the shards' listening on it,
// which share it (SO_REUSEPORT) and so would not notice another server there.
class PortClaim {
public:
    // `port` 0: a free one. Throws std::system_error (address in use) when anyone, also a server of
    // this kind, has the port.
    PortClaim(const std::string& address, std::uint16_t port);
    ~PortClaim();
    PortClaim(PortClaim&&) noexcept;
    PortClaim& operator=(PortClaim&&) noexcept;

    std::uint16_t port() const;
    // The shards listen.
    void release();

private:
    struct Held;
    std::unique_ptr<Held> held_;
};

}  // namespace banter::gateway
