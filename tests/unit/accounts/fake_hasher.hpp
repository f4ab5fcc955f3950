#pragma once

#include <optional>
#include <string>

#include "accounts/password_hasher.hpp"
#include "base/executor.hpp"

namespace banter::accounts {

// Stores passwords readably, and counts. Each answer comes as work of its own, as a real one's.
class FakeHasher : public PasswordHasher {
public:
    base::Task<base::Result<std::string>> hash(std::string password) override {
        ++hashed;
        co_await turn();
        if (busy) co_return refusal();
        co_return "hash:" + password;
    }
    base::Task<base::Result<bool>> verify(std::string password,
                                          std::optional<std::string> hash) override {
        ++verified;
        co_await turn();
        if (busy) co_return refusal();
        co_return hash == "hash:" + password;
    }

    int hashed = 0;
    int verified = 0;
    bool busy = false;

private:
    static base::CallbackAwaiter<bool> turn() {
        return base::CallbackAwaiter<bool>([](base::Completion<bool> done) {
            base::Executor::current().post([done] { done(true); });
        });
    }
    static std::unexpected<base::Problem> refusal() {
        return base::fail_retry(base::ErrorCode::overloaded, "Busy.", std::chrono::seconds(1));
    }
};

}  // namespace banter::accounts
