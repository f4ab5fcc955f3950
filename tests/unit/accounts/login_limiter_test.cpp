#include "accounts/login_limiter.hpp"

#include <gtest/gtest.h>

#include "adapters/memory/manual_clock.hpp"

namespace banter::accounts {
namespace {

using namespace std::chrono_literals;

class LoginLimiterTest : public testing::Test {
protected:
    bool begin(std::string_view username, std::string_view address) {
        return limiter_->begin(username, address).has_value();
    }
    void restart(LoginLimiter::Options options) {
        limiter_ = std::make_unique<LoginLimiter>(clock_, options);
    }

    adapters::memory::ManualClock clock_;
    std::unique_ptr<LoginLimiter> limiter_ =
        std::make_unique<LoginLimiter>(clock_, LoginLimiter::Options{});
};

TEST_F(LoginLimiterTest, TheWindowSlides) {
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(begin("ada", "192.0.2.1"));
        clock_.advance(10s);
    }
    const auto refused = limiter_->begin("ada", "192.0.2.2");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::rate_limited);
    EXPECT_EQ(refused.error().retry_after, 200s) << "when the first failure is 5 minutes old";
    clock_.advance(200s);
    EXPECT_TRUE(begin("ada", "192.0.2.1"));
    EXPECT_FALSE(begin("ada", "192.0.2.1"));
    clock_.advance(10s);
    EXPECT_TRUE(begin("ada", "192.0.2.1"));
}

TEST_F(LoginLimiterTest, ARefusedTryDoesNotCount) {
    for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(begin("ada", "192.0.2.1"));
    for (int i = 0; i < 299; ++i) {
        clock_.advance(1s);
        EXPECT_FALSE(begin("ada", "192.0.2.1"));
    }
    clock_.advance(1s);
    EXPECT_TRUE(begin("ada", "192.0.2.1"));
}

TEST_F(LoginLimiterTest, AnAddressMayFailAHundredTimes) {
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(begin("user" + std::to_string(i), "192.0.2.1"));
    EXPECT_FALSE(begin("ada", "192.0.2.1"));
    EXPECT_TRUE(begin("ada", "192.0.2.2"));
}

TEST_F(LoginLimiterTest, AnIpv6NetworkIsOneAddress) {
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(begin("user" + std::to_string(i), "2001:db8::" + std::to_string(i + 1)));
    }
    EXPECT_FALSE(begin("ada", "2001:db8::ffff:1"));
    EXPECT_TRUE(begin("ada", "2001:db8:0:1::1"));
    EXPECT_TRUE(begin("bob", "::ffff:192.0.2.1"));
}

TEST_F(LoginLimiterTest, ASuccessForgetsTheAccountButNotTheAddress) {
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 9; ++i)
            EXPECT_TRUE(begin("ada", "192.0.2.1"));
        EXPECT_TRUE(begin("ada", "192.0.2.1"));
        limiter_->succeeded("ADA", "192.0.2.1");
    }
    for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(begin("bob", "192.0.2.1"));
    EXPECT_FALSE(begin("carl", "192.0.2.1")) << "100 of the 110 tries have failed";
}

TEST_F(LoginLimiterTest, AWithdrawnTryDoesNotCount) {
    for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(begin("ada", "192.0.2.1"));
        limiter_->withdraw("ada", "192.0.2.1");
    }
    EXPECT_TRUE(begin("ada", "192.0.2.1"));
}

TEST_F(LoginLimiterTest, ForgetsTheIdlestWhenItIsFull) {
    LoginLimiter::Options options;
    options.failures_per_account = 2;
    options.max_keys = 2;
    restart(options);
    EXPECT_TRUE(begin("ada", "192.0.2.1"));
    EXPECT_TRUE(begin("bob", "192.0.2.2"));
    EXPECT_TRUE(begin("ada", "192.0.2.1"));
    EXPECT_TRUE(begin("carl", "192.0.2.3"));
    EXPECT_FALSE(begin("ada", "192.0.2.1")) << "was used after bob";
    EXPECT_TRUE(begin("bob", "192.0.2.2"));
    EXPECT_TRUE(begin("bob", "192.0.2.2"));
}

TEST_F(LoginLimiterTest, CanBeSwitchedOff) {
    LoginLimiter::Options options;
    options.enabled = false;
    restart(options);
    for (int i = 0; i < 1000; ++i)
        EXPECT_TRUE(begin("ada", "192.0.2.1"));
}

}  // namespace
}  // namespace banter::accounts
