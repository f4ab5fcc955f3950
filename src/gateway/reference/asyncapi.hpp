#pragma once

#include <span>
#include <string>
#include <string_view>

namespace banter::gateway::reference {

// One frame of the WebSocket: who says it, with which fields, and what it means.
struct FrameDescription {
    std::string_view type;
    bool from_client = false;
    std::string_view fields;  // "chat seq text?": names in order, optional ones with "?"
    std::string_view summary;
};

std::span<const FrameDescription> frames();

// An AsyncAPI 3.0 document of the frames.
std::string asyncapi(const std::string& version);

}  // namespace banter::gateway::reference
