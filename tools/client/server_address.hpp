#pragma once

#include <string>
#include <string_view>

#include "client/error.hpp"

namespace banter::client {

// Where a server is to be found: scheme, host and port of its public URL, and the path in front
// of /v1 when it lives below one.
struct ServerAddress {
    bool tls = false;
    std::string host;  // without the brackets of an IPv6 address
    std::string port;
    std::string base_path;  // "" or "/somewhere"

    bool operator==(const ServerAddress&) const = default;

    // Host and port as the Host header carries them (RFC 9110 §7.2).
    std::string authority() const;
    // The address again as a URL.
    std::string url() const;
};

// `http://…` or `https://…`; a bare host or host:port counts as http.
Result<ServerAddress> parse_server_address(std::string_view url);

}  // namespace banter::client
