// What every ports::UserDirectory promises of devices and tokens.
#include <algorithm>
#include <gtest/gtest.h>

#include "user_directory_fixture.hpp"

namespace banter::contract {
namespace {

using base::ErrorCode;
using domain::UserId;
using ports::NewTokens;
using ports::Rotation;
using ports::TokenKind;
using namespace std::chrono_literals;

template <class Engine>
using TokenContract = UserDirectoryTest<Engine>;
TYPED_TEST_SUITE(TokenContract, Engines);

TYPED_TEST(TokenContract, ANewPasswordRemovesTheDevices) {
    const auto ada = this->add_user("ada");
    const auto bob = this->add_user("bob");
    const auto phone = this->sign_in(ada.id);
    const auto laptop = this->sign_in(ada.id);
    const auto others = this->sign_in(bob.id);
    auto removed = this->run(this->directory().set_password(ada.id, "new")).value();
    std::ranges::sort(removed);
    EXPECT_EQ(removed, (std::vector{phone.device, laptop.device}));
    EXPECT_EQ(this->run(this->directory().credentials("ada")).value()->password_hash, "new");
    EXPECT_FALSE(this->is_good(phone.tokens.access));
    EXPECT_FALSE(this->is_good(*laptop.tokens.cookie));
    EXPECT_TRUE(this->is_good(others.tokens.access));
    EXPECT_FALSE(this->run(this->directory().set_password(UserId{5}, "new")));
}

TYPED_TEST(TokenContract, KeepsDevices) {
    const auto ada = this->add_user("ada");
    const auto bob = this->add_user("bob");
    const auto first = this->sign_in(ada.id);
    this->engine_.executor.advance(1s);
    const auto second = this->sign_in(ada.id);
    const auto devices = this->run(this->directory().devices(ada.id)).value();
    ASSERT_EQ(devices.size(), 2U);
    EXPECT_EQ(devices[0].id, first.device);
    EXPECT_EQ(devices[1].id, second.device);
    EXPECT_EQ(devices[1].name, "phone");
    EXPECT_EQ(devices[1].created_at, this->now());
    EXPECT_FALSE(this->has_device(bob.id, first.device));

    const auto foreign = this->run(this->directory().remove_device(bob.id, first.device));
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, ErrorCode::not_found);
    EXPECT_TRUE(this->run(this->directory().remove_device(ada.id, first.device)));
    EXPECT_FALSE(this->run(this->directory().remove_device(ada.id, first.device)));
    EXPECT_FALSE(this->is_good(first.tokens.access));
    EXPECT_TRUE(this->is_good(second.tokens.access));
}

TYPED_TEST(TokenContract, RemembersWhenAUserWasLastSeen) {
    const auto ada = this->add_user("ada");
    const auto phone = this->sign_in(ada.id);
    const auto later = this->now() + 10s;
    EXPECT_FALSE(this->run(this->directory().last_seen(ada.id)).value());
    EXPECT_TRUE(this->run(this->directory().touch_device(ada.id, phone.device, later)));
    EXPECT_TRUE(this->run(this->directory().touch_device(ada.id, phone.device, later - 5s)));
    EXPECT_EQ(this->run(this->directory().last_seen(ada.id)).value(), later);
    EXPECT_EQ(this->run(this->directory().devices(ada.id)).value()[0].last_seen, later);
    EXPECT_TRUE(this->run(this->directory().remove_device(ada.id, phone.device)));
    EXPECT_TRUE(this->run(this->directory().touch_device(ada.id, phone.device, later + 1s)));
    EXPECT_EQ(this->run(this->directory().last_seen(ada.id)).value(), later + 1s);
}

TYPED_TEST(TokenContract, SaysWhoseATokenIs) {
    const auto ada = this->add_user("ada");
    const auto phone = this->sign_in(ada.id);
    const auto holder =
        this->run(this->directory().use_token(phone.tokens.access, this->now())).value();
    ASSERT_TRUE(holder);
    EXPECT_EQ(*holder, (ports::TokenHolder{ada.id, phone.device, TokenKind::access,
                                           phone.tokens.access_expires_at}));
    EXPECT_FALSE(this->is_good(this->new_hash()));
    this->engine_.executor.advance(15min - 1ms);
    EXPECT_TRUE(this->is_good(phone.tokens.access));
    this->engine_.executor.advance(1ms);
    EXPECT_FALSE(this->is_good(phone.tokens.access));
    EXPECT_TRUE(this->is_good(*phone.tokens.cookie));
}

TYPED_TEST(TokenContract, ARefreshTokenLivesUntilItsSuccessorIsUsed) {
    const auto ada = this->add_user("ada");
    const auto phone = this->sign_in(ada.id);
    NewTokens first;
    NewTokens second;
    const auto rotated = this->rotate(phone.tokens, first);
    EXPECT_EQ(rotated.outcome, Rotation::Outcome::rotated);
    EXPECT_EQ(rotated.user, ada.id);
    EXPECT_EQ(rotated.device, phone.device);
    EXPECT_EQ(this->rotate(phone.tokens, second).outcome, Rotation::Outcome::rotated);

    EXPECT_TRUE(this->is_good(second.access));
    EXPECT_FALSE(this->is_good(first.access)) << "given for the same token, and not used first";
    NewTokens third;
    EXPECT_EQ(this->rotate(first, third).outcome, Rotation::Outcome::unknown);
    EXPECT_TRUE(this->has_device(ada.id, phone.device));
    EXPECT_TRUE(this->is_good(phone.tokens.access)) << "an access token lives out its time";

    const auto reused = this->rotate(phone.tokens, third);
    EXPECT_EQ(reused.outcome, Rotation::Outcome::reused);
    EXPECT_EQ(reused.user, ada.id);
    EXPECT_EQ(reused.device, phone.device);
    EXPECT_FALSE(this->has_device(ada.id, phone.device));
    EXPECT_FALSE(this->is_good(second.access));
    EXPECT_EQ(this->rotate(second, third).outcome, Rotation::Outcome::unknown);
}

TYPED_TEST(TokenContract, RefreshingWithTheNewTokenSpendsTheOldOne) {
    const auto ada = this->add_user("ada");
    const auto phone = this->sign_in(ada.id);
    NewTokens first;
    NewTokens second;
    NewTokens third;
    EXPECT_EQ(this->rotate(phone.tokens, first).outcome, Rotation::Outcome::rotated);
    EXPECT_EQ(this->rotate(first, second).outcome, Rotation::Outcome::rotated);
    EXPECT_EQ(this->rotate(first, third).outcome, Rotation::Outcome::rotated);
    EXPECT_EQ(this->rotate(phone.tokens, third).outcome, Rotation::Outcome::reused);
    EXPECT_FALSE(this->has_device(ada.id, phone.device));
}

TYPED_TEST(TokenContract, KeepsAFewUnusedPairsOnly) {
    const auto ada = this->add_user("ada");
    const auto phone = this->sign_in(ada.id);
    std::vector<NewTokens> pairs(ports::max_unused_pairs + 1);
    for (auto& pair : pairs) {
        this->engine_.executor.advance(1ms);
        EXPECT_EQ(this->rotate(phone.tokens, pair).outcome, Rotation::Outcome::rotated);
    }
    EXPECT_FALSE(this->is_good(pairs.front().access));
    EXPECT_TRUE(this->is_good(pairs[1].access));
}

TYPED_TEST(TokenContract, OnlyARefreshTokenRefreshes) {
    const auto ada = this->add_user("ada");
    const auto phone = this->sign_in(ada.id);
    const auto next = this->new_tokens(phone.tokens.family);
    const auto& hash = phone.tokens.access;
    const auto rotation =
        this->run(this->directory().rotate(hash, phone.tokens.family, next, this->now())).value();
    EXPECT_EQ(rotation.outcome, Rotation::Outcome::unknown);
    EXPECT_TRUE(this->has_device(ada.id, phone.device));
}

TYPED_TEST(TokenContract, AnExpiredRefreshTokenIsNotTakenForASpentOne) {
    const auto ada = this->add_user("ada");
    const auto phone = this->sign_in(ada.id);
    NewTokens next;
    this->engine_.executor.advance(std::chrono::days(1));
    EXPECT_EQ(this->rotate(phone.tokens, next).outcome, Rotation::Outcome::rotated);
    this->engine_.executor.advance(std::chrono::days(59));
    this->run(this->directory().purge_expired(this->now())).value();
    EXPECT_EQ(this->rotate(phone.tokens, next).outcome, Rotation::Outcome::unknown);
    this->engine_.executor.advance(std::chrono::days(60));
    this->run(this->directory().purge_expired(this->now())).value();
    EXPECT_EQ(this->rotate(phone.tokens, next).outcome, Rotation::Outcome::unknown);
    EXPECT_TRUE(this->has_device(ada.id, phone.device));
}

TYPED_TEST(TokenContract, SigningInAgainEndsEarlierRefreshTokensAndCookies) {
    const auto ada = this->add_user("ada");
    const auto bob = this->add_user("bob");
    const auto phone = this->sign_in(ada.id);
    const auto fresh = this->new_tokens(this->new_hash());
    EXPECT_TRUE(this->run(this->directory().reopen_device(ada.id, phone.device, "new", fresh)));
    EXPECT_EQ(this->run(this->directory().devices(ada.id)).value()[0].name, "new");
    EXPECT_TRUE(this->is_good(fresh.access));
    EXPECT_TRUE(this->is_good(phone.tokens.access));
    EXPECT_FALSE(this->is_good(*phone.tokens.cookie));
    NewTokens next;
    EXPECT_EQ(this->rotate(phone.tokens, next).outcome, Rotation::Outcome::unknown);
    EXPECT_TRUE(this->has_device(ada.id, phone.device));
    const auto foreign =
        this->run(this->directory().reopen_device(bob.id, phone.device, "mine", fresh));
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, ErrorCode::not_found);
}

TYPED_TEST(TokenContract, LoggingOutEndsTheTokensAndKeepsTheDevice) {
    const auto ada = this->add_user("ada");
    const auto phone = this->sign_in(ada.id);
    EXPECT_TRUE(this->run(this->directory().remove_tokens(phone.device)));
    EXPECT_FALSE(this->is_good(phone.tokens.access));
    EXPECT_FALSE(this->is_good(*phone.tokens.cookie));
    NewTokens next;
    EXPECT_EQ(this->rotate(phone.tokens, next).outcome, Rotation::Outcome::unknown);
    EXPECT_TRUE(this->has_device(ada.id, phone.device));
    EXPECT_TRUE(this->run(this->directory().reopen_device(ada.id, phone.device, "again",
                                                          this->new_tokens(this->new_hash()))));
}

TYPED_TEST(TokenContract, PurgesWhatHasExpired) {
    const auto ada = this->add_user("ada");
    this->sign_in(ada.id);
    EXPECT_EQ(this->run(this->directory().purge_expired(this->now())).value(), 0U);
    this->engine_.executor.advance(15min);
    EXPECT_EQ(this->run(this->directory().purge_expired(this->now())).value(), 1U);
    this->engine_.executor.advance(std::chrono::days(60));
    EXPECT_EQ(this->run(this->directory().purge_expired(this->now())).value(), 2U);
}

}  // namespace
}  // namespace banter::contract
