#pragma once

#include <string>
#include <vector>

#include "gateway/endpoint.hpp"

namespace banter::gateway::reference {

// An OpenAPI 3.1 document of the endpoints.
std::string openapi(const std::vector<const Endpoint*>& endpoints, const std::string& version);

// A page for people: every endpoint and frame with its summary.
std::string docs_page(const std::vector<const Endpoint*>& endpoints, const std::string& version);

}  // namespace banter::gateway::reference
