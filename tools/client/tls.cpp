#include "client/tls.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace banter::client {

namespace ssl = boost::asio::ssl;

ssl::context& tls_context() {
    static ssl::context context = [] {
        ssl::context made(ssl::context::tls_client);
        made.set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
        made.set_default_verify_paths();
        made.set_verify_mode(ssl::verify_peer);
        return made;
    }();
    return context;
}

boost::system::error_code prepare_tls(SSL* connection, const std::string& host) {
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(host, not_an_address);
    X509_VERIFY_PARAM* expected = SSL_get0_param(connection);
    const int done = not_an_address
                         ? SSL_set_tlsext_host_name(connection, host.c_str()) &
                               X509_VERIFY_PARAM_set1_host(expected, host.c_str(), host.size())
                         : X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str());
    if (done == 1) return {};
    return boost::asio::error::invalid_argument;
}

}  // namespace banter::client
