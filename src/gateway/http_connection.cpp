#include "gateway/http_connection.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/beast/http.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "base/log.hpp"
#include "protocol/websocket.hpp"

namespace banter::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using base::ErrorCode;
using base::Task;

constexpr auto drain_time = std::chrono::seconds(2);
constexpr std::size_t max_drained = 16 * 1024 * 1024;
constexpr std::size_t drain_piece = 64 * 1024;
constexpr std::string_view session_cookie = "__Host-banter";

Method method_of(http::verb verb) {
    switch (verb) {
        case http::verb::get:
        case http::verb::head:
            return Method::get;
        case http::verb::post:
            return Method::post;
        case http::verb::put:
            return Method::put;
        case http::verb::patch:
            return Method::patch;
        case http::verb::delete_:
            return Method::delete_;
        default:
            return Method::other;
    }
}

std::string text(beast::string_view view) {
    return std::string(view.data(), view.size());
}

// The address of the other end; empty for a Unix socket.
std::string peer_address(const Socket& socket) {
    boost::system::error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    if (error) return {};
    const auto* address = endpoint.data();
    if (address->sa_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
        return asio::ip::address_v4(ntohl(v4->sin_addr.s_addr)).to_string();
    }
    if (address->sa_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
        asio::ip::address_v6::bytes_type bytes;
        std::copy_n(v6->sin6_addr.s6_addr, bytes.size(), bytes.begin());
        return asio::ip::address_v6(bytes).to_string();
    }
    return {};
}

void set_no_delay(Socket& socket) {
    const int on = 1;
    // Fails for a Unix socket, which has no need of it.
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// RFC 6455 §4.2.1: what a request must carry to become a WebSocket.
bool is_handshake(const http::request<http::string_body>& request) {
    return request.method() == http::verb::get && request.version() == 11 &&
           http::token_list(request[http::field::upgrade]).exists("websocket") &&
           http::token_list(request[http::field::connection]).exists("upgrade") &&
           request[http::field::sec_websocket_version] == "13" &&
           request[http::field::sec_websocket_key].size() == 24;
}

bool asks_for_upgrade(const http::request<http::string_body>& request) {
    return http::token_list(request[http::field::upgrade]).exists("websocket");
}

std::string handshake_answer(beast::string_view key, const std::string& subprotocol) {
    std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: ";
    answer += protocol::websocket::accept_key({key.data(), key.size()});
    if (!subprotocol.empty()) answer += "\r\nSec-WebSocket-Protocol: " + subprotocol;
    return answer + "\r\n\r\n";
}

http::response<http::string_body> to_beast(HttpResponse response, bool head, bool keep_alive) {
    http::response<http::string_body> message;
    message.version(11);
    message.result(static_cast<unsigned>(response.status));
    if (!response.content_type.empty()) {
        message.set(http::field::content_type, response.content_type);
    }
    for (const auto& [name, value] : response.headers)
        message.insert(name, value);
    message.keep_alive(keep_alive);
    message.content_length(response.body.size());
    if (response.status == 204 || response.status == 304) {
        message.erase(http::field::content_length);
    }
    if (!head) message.body() = std::move(response.body);
    return message;
}

}  // namespace

HttpConnection::HttpConnection(Socket socket, HttpService& service, HttpLimits limits)
    : stream_(std::move(socket)), service_(service), limits_(limits) {
    peer_ = peer_address(stream_.socket());
    set_no_delay(stream_.socket());
}

void HttpConnection::start(Ended ended) {
    auto self = shared_from_this();
    base::spawn([](std::shared_ptr<HttpConnection> connection, Ended at_end) -> Task<void> {
        co_await connection->run();
        at_end(connection);
    }(std::move(self), std::move(ended)));
}

void HttpConnection::close_when_idle() {
    ending_ = true;
    if (waiting_) stream_.cancel();
}

void HttpConnection::close() {
    ending_ = true;
    stream_.cancel();
}

Task<void> HttpConnection::run() {
    while (!ending_ && co_await serve_one()) {
    }
}

// True: another request may follow.
Task<bool> HttpConnection::serve_one() {
    if (buffer_.size() == 0 && !co_await wait_for_request()) co_return false;
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
    parser.body_limit(limits_.body_bytes);
    if (!co_await read_header(parser)) co_return false;
    if (asks_for_upgrade(parser.get())) co_return co_await upgrade(parser);
    if (!co_await read_body(parser)) co_return false;
    const bool keep_alive = parser.get().keep_alive() && !ending_;
    const bool head = parser.get().method() == http::verb::head;
    stream_.expires_never();
    auto request = request_of(parser);
    auto response = co_await service_.handle(std::move(request));
    co_return co_await write(std::move(response), head, keep_alive) && keep_alive;
}

Task<bool> HttpConnection::wait_for_request() {
    stream_.expires_after(limits_.idle_time);
    waiting_ = true;
    base::CallbackAwaiter<IoResult> reading([this](base::Completion<IoResult> done) {
        stream_.async_read_some(buffer_.prepare(limits_.header_bytes), IoHandler{done});
    });
    const auto read = co_await reading;
    waiting_ = false;
    buffer_.commit(read.bytes);
    co_return !read.error && read.bytes > 0;
}

Task<bool> HttpConnection::read_header(Parser& parser) {
    stream_.expires_after(limits_.header_time);
    base::CallbackAwaiter<IoResult> reading([&](base::Completion<IoResult> done) {
        http::async_read_header(stream_, buffer_, parser, IoHandler{done});
    });
    const auto read = co_await reading;
    if (read.error) co_return co_await refuse(read.error);
    co_return true;
}

Task<bool> HttpConnection::read_body(Parser& parser) {
    stream_.expires_after(limits_.body_time);
    if (parser.get()[http::field::expect] == "100-continue") {  // RFC 9110 §10.1.1
        std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        if (!co_await write_raw(std::move(go_on))) co_return false;
    }
    if (parser.is_done()) co_return true;
    base::CallbackAwaiter<IoResult> reading([&](base::Completion<IoResult> done) {
        http::async_read(stream_, buffer_, parser, IoHandler{done});
    });
    const auto read = co_await reading;
    if (read.error) co_return co_await refuse(read.error);
    co_return true;
}

// Says what was wrong with a request that could not be read, if anyone listens.
Task<bool> HttpConnection::refuse(boost::system::error_code error) {
    if (error == http::error::end_of_stream || error == asio::error::operation_aborted ||
        error == asio::error::connection_reset || error == asio::error::eof) {
        co_return false;
    }
    auto response =
        HttpResponse::problem({ErrorCode::invalid, "The request is not well-formed HTTP/1.1.", {}});
    if (error == beast::error::timeout) {
        response = HttpResponse::problem(
            {ErrorCode::invalid, "The request took too long to arrive; send it again.", {}});
        response.status = 408;
    } else if (error == http::error::body_limit) {
        response = HttpResponse::problem(
            {ErrorCode::too_large, "The body is larger than this server takes.", {}});
    } else if (error == http::error::header_limit) {
        response = HttpResponse::problem(
            {ErrorCode::too_large, "The headers are larger than this server takes.", {}});
    }
    stream_.expires_after(limits_.header_time);
    if (co_await write(std::move(response), false, false)) co_await drain();
    co_return false;
}

// Reads on for a moment, because closing with unread bytes would take the answer back from the
// peer (RFC 9112 §9.6).
Task<void> HttpConnection::drain() {
    boost::system::error_code ignored;
    stream_.socket().shutdown(Socket::shutdown_send, ignored);
    stream_.expires_after(drain_time);
    std::size_t left = max_drained;
    while (left > 0) {
        buffer_.clear();
        base::CallbackAwaiter<IoResult> reading([this](base::Completion<IoResult> done) {
            stream_.async_read_some(buffer_.prepare(drain_piece), IoHandler{done});
        });
        const auto read = co_await reading;
        if (read.error) co_return;
        left -= std::min(left, read.bytes);
    }
}

Task<bool> HttpConnection::upgrade(const Parser& parser) {
    const auto& message = parser.get();
    UpgradeRequest request{request_of(parser), {}};
    for (const auto& offered : http::token_list(message[http::field::sec_websocket_protocol])) {
        request.subprotocols.push_back(text(offered));
    }
    stream_.expires_never();
    auto admission = co_await service_.admit(std::move(request));
    if (admission.refusal) co_return co_await write(std::move(*admission.refusal), false, false);
    if (!is_handshake(message)) {
        auto refusal = HttpResponse::problem(
            {ErrorCode::invalid, "This is not a WebSocket handshake as RFC 6455 asks for.", {}});
        refusal.headers.emplace_back("Sec-WebSocket-Version", "13");
        co_await write(std::move(refusal), false, false);
        co_return false;
    }
    auto answer = handshake_answer(message[http::field::sec_websocket_key], admission.subprotocol);
    if (!co_await write_raw(std::move(answer))) co_return false;
    std::string first_bytes(static_cast<const char*>(buffer_.data().data()), buffer_.size());
    admission.take(stream_.release_socket(), std::move(first_bytes));
    co_return false;
}

Task<bool> HttpConnection::write(HttpResponse response, bool head, bool keep_alive) {
    auto message = to_beast(std::move(response), head, keep_alive);
    http::response_serializer<http::string_body> serializer(message);
    stream_.expires_after(limits_.body_time);
    base::CallbackAwaiter<IoResult> writing([&](base::Completion<IoResult> done) {
        if (head) {
            http::async_write_header(stream_, serializer, IoHandler{done});
        } else {
            http::async_write(stream_, serializer, IoHandler{done});
        }
    });
    const auto written = co_await writing;
    co_return !written.error;
}

Task<bool> HttpConnection::write_raw(std::string bytes) {
    stream_.expires_after(limits_.header_time);
    base::CallbackAwaiter<IoResult> writing([&](base::Completion<IoResult> done) {
        asio::async_write(stream_, asio::buffer(bytes), IoHandler{done});
    });
    const auto written = co_await writing;
    co_return !written.error;
}

HttpRequest HttpConnection::request_of(const Parser& parser) const {
    const auto& message = parser.get();
    HttpRequest request;
    request.method = method_of(message.method());
    request.head = message.method() == http::verb::head;
    const auto target = parse_target({message.target().data(), message.target().size()});
    if (target) {
        request.path = target->path;
        request.query = target->query;
    }
    request.authorization = text(message[http::field::authorization]);
    const auto cookies = message[http::field::cookie];
    request.cookie = cookie_value({cookies.data(), cookies.size()}, session_cookie);
    request.has_origin = message.find(http::field::origin) != message.end();
    request.origin = text(message[http::field::origin]);
    request.content_type = text(message[http::field::content_type]);
    request.accept_encoding = text(message[http::field::accept_encoding]);
    request.if_none_match = text(message[http::field::if_none_match]);
    request.body = message.body();
    request.peer = peer_;
    return request;
}

}  // namespace banter::gateway
