#include "client/tokens.hpp"

#include "client/http_bodies.hpp"

namespace banter::client {

Result<Tokens> MemoryTokenStore::load() {
    const std::scoped_lock guard(mutex_);
    return tokens_;
}

Result<void> MemoryTokenStore::save(const Tokens& tokens) {
    const std::scoped_lock guard(mutex_);
    tokens_ = tokens;
    return {};
}

TokenKeeper::TokenKeeper(ServerAddress address, TokenStore& store)
    : store_(store), transport_(std::move(address)) {}

Result<Tokens> TokenKeeper::current() {
    return store_.load();
}

Result<Tokens> TokenKeeper::refresh(const std::string& spent_access_token) {
    const std::scoped_lock guard(mutex_);
    const auto lock = store_.lock();
    const auto stored = store_.load();
    if (!stored || stored->access != spent_access_token) return stored;
    const HttpRequest request{.method = "POST",
                              .target = "/v1/sessions/refresh",
                              .bearer = {},
                              .body = encode_refresh(stored->refresh)};
    const auto response = transport_.exchange(request);
    if (!response) return std::unexpected(response.error());
    if (response->status < 200 || response->status >= 300) {
        return std::unexpected(decode_problem(response->status, response->body));
    }
    auto fresh = decode_tokens(response->body);
    if (!fresh) return fresh;
    // Stored before first use: the old refresh token works only until then.
    if (const auto saved = store_.save(*fresh); !saved) return std::unexpected(saved.error());
    return fresh;
}

}  // namespace banter::client
