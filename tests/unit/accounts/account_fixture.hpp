#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "accounts/account_service.hpp"
#include "accounts/contact_service.hpp"
#include "accounts/device_service.hpp"
#include "adapters/memory/manual_clock.hpp"
#include "adapters/memory/manual_executor.hpp"
#include "adapters/memory/memory_user_directory.hpp"
#include "adapters/memory/seeded_random.hpp"
#include "fake_hasher.hpp"

namespace banter::accounts {

// The services over a directory in memory, with what they told the rest of the server.
class AccountTest : public testing::Test {
protected:
    AccountTest() {
        hooks_.revoked = [this](auto user, auto device) { revoked_.emplace_back(user, device); };
        hooks_.profile_changed = [this](auto user) { profiles_.push_back(user); };
        hooks_.contact_changed = [this](auto owner, auto other) {
            contacts_.emplace_back(owner, other);
        };
        hooks_.block_changed = [this](auto one, auto other) { blocks_.emplace_back(one, other); };
        restart({});
    }

    // The same directory under services with other options.
    void restart(AccountOptions options) {
        devices_service_.reset();
        accounts_ =
            std::make_unique<AccountService>(directory_, hasher_, clock_, random_, hooks_, options);
        devices_service_ = std::make_unique<DeviceService>(directory_, *accounts_);
    }

    template <class T>
    T run(base::Task<T> task) {
        return executor_.run(std::move(task));
    }
    domain::User add_user(std::string username, std::string display_name = "Somebody") {
        return run(accounts_->add_user(
                       {std::move(username), password, std::move(display_name), {}, {}}))
            .value();
    }
    static SignIn sign_in_request(std::string username, std::string given = password) {
        SignIn request;
        request.username = std::move(username);
        request.password = std::move(given);
        request.device_name = "phone";
        request.address = "192.0.2.1";
        return request;
    }
    base::Result<Session> try_sign_in(std::string username, std::string given = password) {
        return run(accounts_->sign_in(sign_in_request(std::move(username), std::move(given))));
    }
    Session sign_in(std::string username) { return try_sign_in(std::move(username)).value(); }
    bool is_good(const std::string& token) {
        const auto identity = run(accounts_->authenticate(token));
        if (!identity) EXPECT_EQ(identity.error().code, base::ErrorCode::unauthorized);
        return identity.has_value();
    }
    base::Result<Session> refresh(const std::string& token) {
        return run(accounts_->refresh(token));
    }
    DeviceService& devices() { return *devices_service_; }

    static constexpr const char* password = "correct horse";

    adapters::memory::ManualClock clock_;
    adapters::memory::ManualExecutor executor_{&clock_};
    adapters::memory::SeededRandom random_;
    adapters::memory::MemoryUserDirectory directory_;
    FakeHasher hasher_;
    Hooks hooks_;
    std::unique_ptr<AccountService> accounts_;
    std::unique_ptr<DeviceService> devices_service_;
    ContactService contact_service_{directory_, hooks_};

    using Pair = std::pair<domain::UserId, domain::UserId>;
    std::vector<std::pair<domain::UserId, domain::DeviceId>> revoked_;
    std::vector<domain::UserId> profiles_;
    std::vector<Pair> contacts_;
    std::vector<Pair> blocks_;
};

}  // namespace banter::accounts
