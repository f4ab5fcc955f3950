#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "load/net/stream.hpp"

namespace banter::load {

struct HttpRequest {
    std::string method;
    std::string path;
    std::string token;  // bearer token; empty: none
    std::string body;   // JSON; empty: none
};

struct HttpResponse {
    int status = 0;  // 0: no answer came, `body` says why
    std::string body;
    bool ok() const { return status >= 200 && status < 300; }
};

// HTTP/1.1 (RFC 9112) with as many kept-alive connections as allowed, one request on each at a
// time, the rest waiting their turn. A request whose connection ended before an answer began is
// tried once more.
class HttpClient {
public:
    using Callback = std::function<void(const HttpResponse&)>;

    HttpClient(EventLoop& loop, Address address, std::size_t max_connections);
    ~HttpClient();

    void request(HttpRequest request, Callback callback);
    std::size_t waiting() const { return queue_.size(); }
    // Turns the loop until the answer is there.
    HttpResponse request_and_wait(HttpRequest request);

private:
    struct Job {
        HttpRequest request;
        Callback callback;
        bool retried = false;
    };
    class Connection;

    void dispatch();

    EventLoop& loop_;
    Address address_;
    std::deque<Job> queue_;
    std::vector<std::unique_ptr<Connection>> connections_;
};

// The length of a complete response at the start of `bytes`, with its status and body; 0 when more
// bytes are needed.
std::size_t parse_response(std::string_view bytes, HttpResponse& response, bool& keep_alive);

}  // namespace banter::load
