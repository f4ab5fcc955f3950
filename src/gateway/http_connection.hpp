#pragma once

#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>

#include "gateway/http_server.hpp"

namespace banter::gateway {

// One HTTP/1.1 connection, from its first request to its end or to its turn into a WebSocket.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
public:
    using Ended = std::function<void(const std::shared_ptr<HttpConnection>&)>;

    HttpConnection(Socket socket, HttpService& service, HttpLimits limits);

    void start(Ended ended);
    // Ends it now when it waits for a request, else after the answer under way.
    void close_when_idle();
    // Ends it now; an answer under way is cut off.
    void close();

private:
    using Stream = boost::beast::basic_stream<boost::asio::generic::stream_protocol>;
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    base::Task<void> run();
    base::Task<bool> serve_one();
    base::Task<bool> wait_for_request();
    base::Task<bool> read_header(Parser& parser);
    base::Task<bool> read_body(Parser& parser);
    base::Task<bool> refuse(boost::system::error_code error);
    base::Task<bool> upgrade(const Parser& parser);
    base::Task<bool> write(HttpResponse response, bool head, bool keep_alive);
    base::Task<bool> write_raw(std::string bytes);
    base::Task<void> drain();
    HttpRequest request_of(const Parser& parser) const;

    Stream stream_;
    HttpService& service_;
    HttpLimits limits_;
    boost::beast::flat_buffer buffer_;
    std::string peer_;
    bool waiting_ = false;  // for the first byte of a request
    bool ending_ = false;
};

}  // namespace banter::gateway
