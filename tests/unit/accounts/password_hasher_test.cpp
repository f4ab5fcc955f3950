#include "accounts/password_hasher.hpp"

#include <gtest/gtest.h>

#include "adapters/memory/manual_executor.hpp"

namespace banter::accounts {
namespace {

class PasswordHasherTest : public testing::Test {
protected:
    adapters::memory::ManualExecutor executor_;
};

TEST_F(PasswordHasherTest, KnowsAPasswordByItsHash) {
    Argon2PasswordHasher hasher({});
    const auto hash = executor_.run(hasher.hash("correct horse")).value();
    EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << hash;
    EXPECT_NE(executor_.run(hasher.hash("correct horse")).value(), hash) << "each has its salt";
    EXPECT_TRUE(executor_.run(hasher.verify("correct horse", hash)).value());
    EXPECT_FALSE(executor_.run(hasher.verify("correct horse ", hash)).value());
    EXPECT_FALSE(executor_.run(hasher.verify("", hash)).value());
    EXPECT_FALSE(executor_.run(hasher.verify("correct horse", "damaged")).value());
}

TEST_F(PasswordHasherTest, NobodyHasNoPassword) {
    Argon2PasswordHasher hasher({});
    EXPECT_FALSE(executor_.run(hasher.verify("the password of nobody", std::nullopt)).value());
}

TEST_F(PasswordHasherTest, RefusesWhatDoesNotFitIntoTheQueue) {
    Argon2PasswordHasher::Options options;
    options.queue = 2;
    Argon2PasswordHasher hasher(options);
    int hashed = 0;
    int refused = 0;
    for (int i = 0; i < 50; ++i) {
        executor_.start(hasher.hash("correct horse"), [&](base::Result<std::string> hash) {
            if (hash) {
                ++hashed;
                return;
            }
            EXPECT_EQ(hash.error().code, base::ErrorCode::overloaded);
            EXPECT_GT(hash.error().retry_after.count(), 0);
            ++refused;
        });
    }
    EXPECT_TRUE(executor_.run_until([&] { return hashed + refused == 50; }));
    EXPECT_GE(hashed, 2);
    EXPECT_GT(refused, 0);
}

TEST_F(PasswordHasherTest, AnswersWhatWaitsBeforeItEnds) {
    int hashed = 0;
    {
        Argon2PasswordHasher hasher({});
        for (int i = 0; i < 3; ++i) {
            executor_.start(hasher.hash("correct horse"),
                            [&](base::Result<std::string> hash) { hashed += hash ? 1 : 0; });
        }
        executor_.run_until_idle();
    }
    executor_.run_until_idle();
    EXPECT_EQ(hashed, 3);
}

}  // namespace
}  // namespace banter::accounts
