#pragma once

#include "accounts/password_hasher.hpp"

namespace banter::accounts {

// Costs nothing: the simulation signs in often and guards no secret.
class PlainHasher final : public PasswordHasher {
public:
    base::Task<base::Result<std::string>> hash(std::string password) override {
        co_return "plain:" + password;
    }
    base::Task<base::Result<bool>> verify(std::string password,
                                          std::optional<std::string> hash) override {
        co_return hash == "plain:" + password;
    }
};

}  // namespace banter::accounts
