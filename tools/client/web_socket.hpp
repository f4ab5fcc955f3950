#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "client/server_address.hpp"

namespace boost::asio {
class io_context;
}

namespace banter::client {

// One WebSocket (RFC 6455) to a server, on one io_context and its thread.
class WebSocket {
public:
    struct Handlers {
        std::function<void()> opened;
        // No connection came about. `status`: of an answered but refused upgrade, else 0.
        std::function<void(int status, std::string reason)> failed;
        std::function<void(std::string_view frame)> text;
        // An open connection ended. `code` 0: without a close frame.
        std::function<void(std::uint16_t code, std::string reason)> closed;
    };

    virtual ~WebSocket() = default;

    // After `opened`: sends in the order written.
    virtual void write(std::string frame) = 0;
    // No handler is called any more. Sends what was written, then says goodbye with `code`.
    virtual void close(std::uint16_t code) = 0;
};

// Begins to connect to /v1/ws. `deadline`: for each step until it is open, and for the closing.
std::shared_ptr<WebSocket> open_web_socket(boost::asio::io_context& io,
                                           const ServerAddress& address,
                                           std::chrono::milliseconds deadline,
                                           WebSocket::Handlers handlers);

}  // namespace banter::client
