#include "gateway/http_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <list>
#include <set>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>

#include "base/log.hpp"
#include "gateway/http_connection.hpp"

namespace banter::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr auto retry_accept = std::chrono::milliseconds(100);

// Boost's exceptions name a line of Boost; people are told the reason alone.
template <class F>
void with_standard_errors(F work) {
    try {
        work();
    } catch (const boost::system::system_error& error) {
        throw std::system_error(std::error_code(error.code()));
    }
}

}  // namespace

// Outlives the server while connections are open.
struct HttpServer::State : std::enable_shared_from_this<HttpServer::State> {
    State(runtime::Shard& owner, HttpService& answering, HttpLimits given)
        : shard(owner),
          service(answering),
          limits(given),
          tcp_acceptor(owner.io()),
          unix_acceptor(owner.io()) {}

    template <class Acceptor>
    void accept(Acceptor& acceptor) {
        acceptor.async_accept([self = shared_from_this(), &acceptor](auto error, auto socket) {
            if (error == asio::error::operation_aborted || !acceptor.is_open()) return;
            if (error) {  // out of descriptors, most likely: wait, do not spin
                base::log::warn("accept.failed", {{"error", error.message()}});
                self->retry =
                    self->shard.after(retry_accept, [self, &acceptor] { self->accept(acceptor); });
                return;
            }
            self->open(Socket(std::move(socket)));
            self->accept(acceptor);
        });
    }

    void open(Socket socket) {
        if (connections.size() >= limits.max_connections) return;  // closes it
        auto connection = std::make_shared<HttpConnection>(std::move(socket), service, limits);
        connections.insert(connection);
        connection->start([weak = weak_from_this()](const std::shared_ptr<HttpConnection>& ended) {
            if (const auto self = weak.lock()) self->connections.erase(ended);
        });
    }

    runtime::Shard& shard;
    HttpService& service;
    HttpLimits limits;
    tcp::acceptor tcp_acceptor;
    asio::local::stream_protocol::acceptor unix_acceptor;
    std::set<std::shared_ptr<HttpConnection>> connections;
    base::Timer retry;
};

HttpServer::HttpServer(runtime::Shard& shard, HttpService& service, HttpLimits limits)
    : state_(std::make_shared<State>(shard, service, limits)) {}

HttpServer::~HttpServer() = default;

void HttpServer::listen_tcp(const std::string& address, std::uint16_t port, bool shared) {
    with_standard_errors([&] {
        const tcp::endpoint endpoint(asio::ip::make_address(address), port);
        auto& acceptor = state_->tcp_acceptor;
        acceptor.open(endpoint.protocol());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        if (shared) acceptor.set_option(ReusePort(true));
        acceptor.bind(endpoint);
        acceptor.listen();
        state_->accept(acceptor);
    });
}

void HttpServer::listen_unix(const std::string& path) {
    ::unlink(path.c_str());
    with_standard_errors([&] {
        auto& acceptor = state_->unix_acceptor;
        acceptor.open();
        const mode_t before = ::umask(0177);  // the socket is for its owner alone
        boost::system::error_code error;
        acceptor.bind(asio::local::stream_protocol::endpoint(path), error);
        ::umask(before);
        if (error) throw boost::system::system_error(error);
        acceptor.listen();
        state_->accept(acceptor);
    });
}

void HttpServer::stop_accepting() {
    boost::system::error_code ignored;
    state_->tcp_acceptor.close(ignored);
    state_->unix_acceptor.close(ignored);
}

void HttpServer::close_idle() {
    const auto connections = state_->connections;
    for (const auto& connection : connections)
        connection->close_when_idle();
}

void HttpServer::close_all() {
    const auto connections = state_->connections;
    for (const auto& connection : connections)
        connection->close();
}

struct PortClaim::Held {
    asio::io_context io;
    tcp::acceptor acceptor{io};
    std::uint16_t port = 0;
};

PortClaim::PortClaim(const std::string& address, std::uint16_t port)
    : held_(std::make_unique<Held>()) {
    const tcp::endpoint endpoint(asio::ip::make_address(address), port);
    auto& acceptor = held_->acceptor;
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    // Without SO_REUSEPORT this fails when anyone listens there; with it, set from now on, the
    // shards may listen there, too.
    acceptor.bind(endpoint);
    acceptor.listen(1);
    acceptor.set_option(ReusePort(true));
    held_->port = acceptor.local_endpoint().port();
}

PortClaim::~PortClaim() = default;
PortClaim::PortClaim(PortClaim&&) noexcept = default;
PortClaim& PortClaim::operator=(PortClaim&&) noexcept = default;

std::uint16_t PortClaim::port() const {
    return held_->port;
}

void PortClaim::release() {
    boost::system::error_code ignored;
    held_->acceptor.close(ignored);
}

}  // namespace banter::gateway
