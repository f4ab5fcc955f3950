#include "app/address.hpp"

#include <arpa/inet.h>
#include <charconv>

#include "app/startup_error.hpp"

namespace banter::app {
namespace {

bool is_ip_address(const std::string& host) {
    unsigned char buffer[sizeof(in6_addr)];
    return inet_pton(AF_INET, host.c_str(), buffer) == 1 ||
           inet_pton(AF_INET6, host.c_str(), buffer) == 1;
}

}  // namespace

std::optional<Address> Address::parse(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos) return std::nullopt;
    Address address;
    address.host = text.substr(0, colon);
    if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']') {
        address.host = address.host.substr(1, address.host.size() - 2);
    }
    if (address.host == "localhost") address.host = "127.0.0.1";
    const char* first = text.data() + colon + 1;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(first, last, address.port);
    if (error != std::errc{} || end != last || !is_ip_address(address.host)) return std::nullopt;
    return address;
}

Address Address::parse(const std::string& text, const std::string& field) {
    if (const auto address = parse(text)) return *address;
    throw StartupError(Exit::usage, "The setting '" + field + "' must be an IP address and a " +
                                        "port, such as 127.0.0.1:8080 or [::1]:8080, not '" + text +
                                        "'.");
}

std::string Address::text() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool Address::is_loopback() const {
    return host.starts_with("127.") || host == "::1";
}

}  // namespace banter::app
