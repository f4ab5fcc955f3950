#include "client/server_address.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace banter::client {
namespace {

std::string default_port(bool tls) {
    return tls ? "443" : "80";
}

}  // namespace

std::string ServerAddress::authority() const {
    const bool is_ipv6 = host.find(':') != std::string::npos;
    auto text = is_ipv6 ? "[" + host + "]" : host;
    if (port != default_port(tls)) text += ":" + port;
    return text;
}

std::string ServerAddress::url() const {
    return (tls ? "https://" : "http://") + authority() + base_path;
}

Result<ServerAddress> parse_server_address(std::string_view given) {
    std::string text(given);
    if (text.find("://") == std::string::npos) text = "http://" + text;
    const auto parsed = boost::urls::parse_uri(text);
    const bool is_http = parsed && parsed->scheme() == "http";
    const bool is_https = parsed && parsed->scheme() == "https";
    if ((!is_http && !is_https) || parsed->encoded_host_address().empty()) {
        return fail(Error::Kind::unintelligible,
                    "'" + std::string(given) +
                        "' is not the address of a server; write it like http://127.0.0.1:8080.");
    }
    ServerAddress address;
    address.tls = is_https;
    address.host = parsed->host_address();
    address.port = parsed->port().empty() ? default_port(is_https) : std::string(parsed->port());
    address.base_path = parsed->path();
    while (!address.base_path.empty() && address.base_path.back() == '/') {
        address.base_path.pop_back();
    }
    return address;
}

}  // namespace banter::client
