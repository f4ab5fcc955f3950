#include "gateway/endpoint.hpp"

namespace banter::gateway {
namespace {

// The text up to the next slash, cut from the front of `path`.
std::string_view next_segment(std::string_view& path) {
    const std::size_t slash = path.find('/', 1);
    const std::string_view segment = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
    return segment;
}

std::optional<std::vector<std::string>> match_path(std::string_view pattern,
                                                   std::string_view path) {
    std::vector<std::string> params;
    while (!pattern.empty() && !path.empty()) {
        const auto expected = next_segment(pattern);
        const auto given = next_segment(path);
        if (expected.starts_with("/{")) {
            if (given.size() < 2) return std::nullopt;
            params.emplace_back(given.substr(1));
        } else if (expected != given) {
            return std::nullopt;
        }
    }
    if (!pattern.empty() || !path.empty()) return std::nullopt;
    return params;
}

}  // namespace

void Router::add(std::span<const Endpoint> endpoints) {
    for (const auto& endpoint : endpoints)
        endpoints_.push_back(&endpoint);
}

Router client_router() {
    Router router;
    for (const auto endpoints : {message_endpoints(), chat_endpoints(), group_endpoints(),
                                 account_endpoints(), device_endpoints(), contact_endpoints(),
                                 report_endpoints(), health_endpoints(), reference_endpoints()}) {
        router.add(endpoints);
    }
    return router;
}

Match Router::match(Method method, std::string_view path) const {
    Match match;
    for (const auto* endpoint : endpoints_) {
        auto params = match_path(endpoint->path, path);
        if (!params) continue;
        if (endpoint->method == method) {
            match.endpoint = endpoint;
            match.params = std::move(*params);
            return match;
        }
        if (!match.allow.empty()) match.allow += ", ";
        match.allow += name_of(endpoint->method);
    }
    return match;
}

}  // namespace banter::gateway
