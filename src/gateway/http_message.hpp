#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"

// HTTP requests and answers as the endpoints see them: no sockets, no Beast.
namespace banter::gateway {

enum class Method { get, post, put, patch, delete_, other };

std::string_view name_of(Method method);

struct HttpRequest {
    Method method = Method::other;
    bool head = false;  // HEAD: as GET, but the body stays away
    std::string path;   // percent-decoded, without the query
    std::map<std::string, std::string> query;
    std::string authorization;
    std::string cookie;  // value of the session cookie, empty when there is none
    std::string origin;
    bool has_origin = false;
    std::string content_type;
    std::string accept_encoding;
    std::string if_none_match;
    std::string body;
    std::string peer;  // address of the other end, without the port
};

struct HttpResponse {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;

    static HttpResponse json(int status, std::string body);
    static HttpResponse empty(int status);
    // RFC 9457, with WWW-Authenticate and Retry-After where they belong.
    static HttpResponse problem(const base::Problem& problem);
};

// Splits a request target (RFC 9112 §3.2.1) into path and query. nullopt: not well-formed.
struct Target {
    std::string path;
    std::map<std::string, std::string> query;
};
std::optional<Target> parse_target(std::string_view target);

// RFC 3986 §2.1: all but unreserved characters as %XX.
std::string percent_encode(std::string_view text);

// The value of one cookie in a Cookie header (RFC 6265 §4.2), or empty.
std::string cookie_value(std::string_view header, std::string_view name);

}  // namespace banter::gateway
