#include "load/net/address.hpp"

#include <netdb.h>

#include <cstring>
#include <memory>
#include <stdexcept>

namespace banter::load {

Address parse_address(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) {
        throw std::runtime_error("The server's URL must begin with http:// (no TLS here): " +
                                 std::string(url));
    }
    auto host = url.substr(scheme.size());
    host = host.substr(0, host.find('/'));
    Address address;
    address.host = std::string(host);
    std::string port = "80";
    const std::size_t colon = host.rfind(':');
    if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
        port = std::string(host.substr(colon + 1));
        host = host.substr(0, colon);
    }
    if (host.size() > 1 && host.front() == '[') host = host.substr(1, host.size() - 2);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(std::string(host).c_str(), port.c_str(), &hints, &found);
    if (error != 0) {
        throw std::runtime_error("Cannot resolve " + address.host + ": " + gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
    std::memcpy(&address.socket, found->ai_addr, found->ai_addrlen);
    address.size = found->ai_addrlen;
    return address;
}

}  // namespace banter::load
