#include "gateway/web_files.hpp"

#include <algorithm>

#include "gateway/web_assets.hpp"

namespace banter::gateway {
namespace {

// The page may load and talk to its own server alone.
constexpr std::string_view content_security_policy =
    "default-src 'self'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const WebAsset* find_asset(std::string_view path) {
    const auto assets = web_assets();
    const auto found = std::ranges::find(assets, path, &WebAsset::path);
    return found == assets.end() ? nullptr : &*found;
}

}  // namespace

std::optional<HttpResponse> web_file(const HttpRequest& request) {
    const auto* asset = find_asset(request.path == "/" ? "/index.html" : request.path);
    if (asset == nullptr) return std::nullopt;
    HttpResponse response;
    response.content_type = asset->content_type;
    response.headers.emplace_back("ETag", asset->etag);
    response.headers.emplace_back(
        "Cache-Control", asset->immutable ? "public, max-age=31536000, immutable" : "no-cache");
    response.headers.emplace_back("Content-Security-Policy", content_security_policy);
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    if (request.if_none_match == asset->etag) {
        response.status = 304;
        return response;
    }
    const bool gzip =
        !asset->gzip_body.empty() && request.accept_encoding.find("gzip") != std::string::npos;
    if (!asset->gzip_body.empty()) response.headers.emplace_back("Vary", "Accept-Encoding");
    if (gzip) response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = gzip ? asset->gzip_body : asset->body;
    return response;
}

}  // namespace banter::gateway
