#pragma once

#include <netinet/in.h>

#include <string>
#include <string_view>

namespace banter::load {

// Where a server listens. The load tools speak plain HTTP only: TLS would measure the generator.
struct Address {
    sockaddr_storage socket{};
    socklen_t size = 0;
    std::string host;  // as a Host header names it, with the port
};

// From `http://host:port`, port 80 when absent; resolves the name. Throws std::runtime_error.
Address parse_address(std::string_view url);

}  // namespace banter::load
