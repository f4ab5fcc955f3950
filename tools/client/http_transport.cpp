#include "client/http_transport.hpp"

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <cerrno>
#include <optional>
#include <sys/socket.h>
#include <variant>

#include "client/tls.hpp"

namespace banter::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

using Plain = beast::tcp_stream;
using Secure = beast::ssl_stream<beast::tcp_stream>;

// Servers close idle connections after 60 s (protocol.md); stay clear of that.
constexpr auto reusable_for = std::chrono::seconds(30);
// A request that must not happen twice takes a kept connection only when it is surely open.
constexpr auto surely_open_for = std::chrono::seconds(5);
constexpr std::size_t max_body_bytes = 64UL << 20;

bool is_repeatable(const std::string& method) {
    return method != "POST" && method != "PATCH";
}

http::request<http::string_body> build(const ServerAddress& address, const HttpRequest& given) {
    http::request<http::string_body> request;
    request.version(11);
    request.method_string(given.method);
    request.target(address.base_path + given.target);
    request.set(http::field::host, address.authority());
    request.set(http::field::user_agent, "banter-client");
    request.set(http::field::accept, "application/json");
    if (!given.bearer.empty()) request.set(http::field::authorization, "Bearer " + given.bearer);
    if (!given.body.empty()) request.set(http::field::content_type, given.content_type);
    request.body() = given.body;
    request.prepare_payload();
    return request;
}

}  // namespace

class HttpTransport::Connection {
public:
    Connection(ServerAddress address, std::chrono::milliseconds deadline)
        : address_(std::move(address)), deadline_(deadline) {}

    Result<HttpResponse> exchange(const HttpRequest& request) {
        const auto idle = std::chrono::steady_clock::now() - used_at_;
        const bool repeatable = is_repeatable(request.method);
        const bool reuse =
            is_open() && is_quiet() && idle < (repeatable ? reusable_for : surely_open_for);
        if (reuse) {
            auto response = attempt(request);
            const bool broke = !response && response.error().kind == Error::Kind::unreachable;
            if (!broke || !repeatable) return response;
        }
        if (const auto error = open()) return failure(error, "connect to");
        return attempt(request);
    }

    void cancel() {
        cancelled_ = true;
        io_.stop();
    }

private:
    bool is_open() const { return !std::holds_alternative<std::monostate>(stream_); }

    // Nothing has come on the kept connection; what could is the news that it is closed.
    bool is_quiet() {
        auto* plain = std::get_if<Plain>(&stream_);
        auto& socket =
            plain ? plain->socket() : beast::get_lowest_layer(std::get<Secure>(stream_)).socket();
        char byte = 0;
        const auto seen = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return seen < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }

    // Runs what `start(handler)` begins until it has called the handler or time is up.
    template <class Start>
    beast::error_code run(Start start) {
        // Shared: after a cancel() the handler may come later than this function returns.
        const auto outcome = std::make_shared<std::optional<beast::error_code>>();
        start([outcome](beast::error_code error, auto&&...) { *outcome = error; });
        io_.restart();
        if (cancelled_) return asio::error::operation_aborted;
        io_.run_for(deadline_ + std::chrono::seconds(1));
        return outcome->value_or(beast::error_code(beast::error::timeout));
    }

    beast::error_code open() {
        close();
        tcp::resolver resolver(io_);
        const auto endpoints = std::make_shared<tcp::resolver::results_type>();
        auto error = run([&](auto done) {
            resolver.async_resolve(address_.host, address_.port,
                                   [endpoints, done](beast::error_code failed, auto found) mutable {
                                       *endpoints = std::move(found);
                                       done(failed);
                                   });
        });
        if (error) return error;
        if (address_.tls) return open_secure(*endpoints);
        auto& stream = stream_.emplace<Plain>(io_);
        error = connect(stream, *endpoints);
        if (error) close();
        return error;
    }

    beast::error_code open_secure(const tcp::resolver::results_type& endpoints) {
        auto& stream = stream_.emplace<Secure>(io_, tls_context());
        auto error = prepare_tls(stream.native_handle(), address_.host);
        if (!error) error = connect(beast::get_lowest_layer(stream), endpoints);
        if (!error) {
            beast::get_lowest_layer(stream).expires_after(deadline_);
            error = run(
                [&](auto done) { stream.async_handshake(asio::ssl::stream_base::client, done); });
        }
        if (error) close();
        return error;
    }

    beast::error_code connect(Plain& stream, const tcp::resolver::results_type& endpoints) {
        stream.expires_after(deadline_);
        auto error = run([&](auto done) { stream.async_connect(endpoints, done); });
        if (!error) stream.socket().set_option(tcp::no_delay(true), error);
        return error;
    }

    Result<HttpResponse> attempt(const HttpRequest& request) {
        if (auto* plain = std::get_if<Plain>(&stream_)) return attempt_on(*plain, request);
        return attempt_on(std::get<Secure>(stream_), request);
    }

    template <class Stream>
    Result<HttpResponse> attempt_on(Stream& stream, const HttpRequest& given) {
        const auto request = build(address_, given);
        beast::get_lowest_layer(stream).expires_after(deadline_);
        auto error = run([&](auto done) { http::async_write(stream, request, done); });
        http::response_parser<http::string_body> parser;
        parser.body_limit(max_body_bytes);
        if (!error) {
            beast::get_lowest_layer(stream).expires_after(deadline_);
            error = run([&](auto done) { http::async_read(stream, buffer_, parser, done); });
        }
        if (error) {
            close();
            return failure(error, "get an answer from");
        }
        auto response = parser.release();
        used_at_ = std::chrono::steady_clock::now();
        if (!response.keep_alive()) close();
        return HttpResponse{static_cast<int>(response.result_int()), std::move(response.body())};
    }

    void close() {
        stream_.emplace<std::monostate>();
        buffer_.clear();
        // Handlers of the closed stream must run before what they refer to is gone.
        io_.restart();
        io_.poll();
    }

    std::unexpected<Error> failure(beast::error_code error, const std::string& what) const {
        if (cancelled_) return fail(Error::Kind::cancelled, "The request was cancelled.");
        return fail(Error::Kind::unreachable,
                    "Cannot " + what + " " + address_.url() + ": " + error.message() + ".");
    }

    ServerAddress address_;
    std::chrono::milliseconds deadline_;
    asio::io_context io_{1};
    std::variant<std::monostate, Plain, Secure> stream_;
    beast::flat_buffer buffer_;
    std::chrono::steady_clock::time_point used_at_{};
    std::atomic<bool> cancelled_ = false;
};

HttpTransport::HttpTransport(ServerAddress address, std::chrono::milliseconds deadline)
    : connection_(std::make_unique<Connection>(std::move(address), deadline)) {}

HttpTransport::~HttpTransport() = default;

Result<HttpResponse> HttpTransport::exchange(const HttpRequest& request) {
    return connection_->exchange(request);
}

void HttpTransport::cancel() {
    connection_->cancel();
}

std::string percent_encode(std::string_view text) {
    return boost::urls::encode(boost::core::string_view(text.data(), text.size()),
                               boost::urls::unreserved_chars);
}

}  // namespace banter::client
