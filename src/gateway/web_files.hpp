#pragma once

#include <optional>

#include "gateway/http_message.hpp"

namespace banter::gateway {

// The web client's file at the request's path; "/" is its page. nullopt: there is none.
std::optional<HttpResponse> web_file(const HttpRequest& request);

}  // namespace banter::gateway
