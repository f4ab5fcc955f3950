#pragma once

#include <span>
#include <string_view>

namespace banter::gateway {

// One file of the web client, compiled into the program.
struct WebAsset {
    std::string_view path;  // "/assets/index-1a2b.js"
    std::string_view content_type;
    std::string_view etag;  // quoted, as in the header
    std::string_view body;
    std::string_view gzip_body;  // empty when it would not help
    bool immutable = false;      // its name changes with its content
};

std::span<const WebAsset> web_assets();

}  // namespace banter::gateway
