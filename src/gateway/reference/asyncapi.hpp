#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gateway/reference/shape.hpp"

namespace banter::gateway::reference {

// One frame of the WebSocket: who says it, with which members beside `type`, and what it means.
struct FrameDescription {
    std::string_view type;
    bool from_client = false;
    MembersText members;
    std::string_view summary;
};

std::span<const FrameDescription> frames();

// An AsyncAPI 3.1 document of the frames.
std::string asyncapi(const std::string& version);

}  // namespace banter::gateway::reference
