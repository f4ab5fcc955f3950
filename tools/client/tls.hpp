#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <string>

namespace banter::client {

// One for the process: TLS 1.2 or later, the peer verified against the system's roots.
boost::asio::ssl::context& tls_context();

// Before the handshake: names the host (RFC 6066 §3) and demands a certificate for it.
boost::system::error_code prepare_tls(SSL* connection, const std::string& host);

}  // namespace banter::client
