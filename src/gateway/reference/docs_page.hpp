#pragma once

#include <string>
#include <vector>

#include "gateway/endpoint.hpp"

namespace banter::gateway::reference {

// A page for people, in HTML: the rules, every endpoint, every frame, every type.
std::string docs_page(const std::vector<const Endpoint*>& endpoints, const std::string& version);

}  // namespace banter::gateway::reference
