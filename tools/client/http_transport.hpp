#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "client/error.hpp"
#include "client/server_address.hpp"

namespace banter::client {

struct HttpRequest {
    std::string method;
    std::string target;  // path and query, below the address's base path
    std::string bearer;  // access token; empty: none
    std::string body;    // empty: none
    std::string content_type = "application/json";
};

struct HttpResponse {
    int status = 0;
    std::string body;
};

// HTTP/1.1 to one server over one connection that is kept open between requests. Blocking, one
// request at a time; cancel() is the one thing another thread may call.
class HttpTransport {
public:
    // Every step (resolve, connect, write, read) has to be done within `deadline`.
    explicit HttpTransport(ServerAddress address,
                           std::chrono::milliseconds deadline = std::chrono::seconds(10));
    ~HttpTransport();
    HttpTransport(const HttpTransport&) = delete;
    HttpTransport& operator=(const HttpTransport&) = delete;

    // Any answer of the server, whatever its status. `unreachable` when there is none.
    Result<HttpResponse> exchange(const HttpRequest& request);

    // Makes the request that is under way, and every later one, fail with `cancelled`.
    void cancel();

private:
    class Connection;
    std::unique_ptr<Connection> connection_;
};

// `text` as one component of a query (RFC 3986 §2).
std::string percent_encode(std::string_view text);

}  // namespace banter::client
