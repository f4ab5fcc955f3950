#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/time.hpp"
#include "client/error.hpp"
#include "client/http_transport.hpp"

namespace banter::client {

struct Tokens {
    std::string access;
    std::string refresh;
    base::Timestamp expires_at;  // of the access token, by the server's clock

    bool operator==(const Tokens&) const = default;
};

// Where the tokens of one device are kept. Several programs may share a store: the server takes a
// refresh token once only, so whoever refreshes holds the lock and looks first whether another
// program has already done it.
class TokenStore {
public:
    class Lock {
    public:
        virtual ~Lock() = default;
    };

    virtual ~TokenStore() = default;

    // Exclusive among all users of the store until destroyed. Blocks.
    virtual std::unique_ptr<Lock> lock() = 0;
    virtual Result<Tokens> load() = 0;
    // Survives a crash of the program once it returns. Any thread.
    virtual Result<void> save(const Tokens& tokens) = 0;
};

// For one program whose tokens die with it.
class MemoryTokenStore : public TokenStore {
public:
    explicit MemoryTokenStore(Tokens tokens) : tokens_(std::move(tokens)) {}

    std::unique_ptr<Lock> lock() override { return std::make_unique<Lock>(); }
    Result<Tokens> load() override;
    Result<void> save(const Tokens& tokens) override;

private:
    std::mutex mutex_;
    Tokens tokens_;
};

// The tokens in use, refreshed when they are spent. Any thread.
class TokenKeeper {
public:
    TokenKeeper(ServerAddress address, TokenStore& store);

    // `unauthorized` when the store has none.
    Result<Tokens> current();
    // New tokens in place of those with this access token, unless that has been done already.
    // Blocks. `unauthorized`: the device has to sign in again.
    Result<Tokens> refresh(const std::string& spent_access_token);
    // Makes this and every later refresh fail with `cancelled`.
    void cancel() { transport_.cancel(); }

private:
    std::mutex mutex_;
    TokenStore& store_;
    HttpTransport transport_;
};

}  // namespace banter::client
