#pragma once

#include <string>
#include <vector>

#include "gateway/endpoint.hpp"

namespace banter::gateway::reference {

// An OpenAPI 3.1 document of the endpoints.
std::string openapi(const std::vector<const Endpoint*>& endpoints, const std::string& version);

}  // namespace banter::gateway::reference
