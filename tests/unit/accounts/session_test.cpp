#include "account_fixture.hpp"

namespace banter::accounts {
namespace {

using base::ErrorCode;
using ports::TokenKind;
using namespace std::chrono_literals;

using SessionTest = AccountTest;

TEST_F(SessionTest, SigningInGivesADeviceAndTokens) {
    const auto ada = add_user("ada");
    const auto session = sign_in("ADA");
    EXPECT_EQ(session.user, ada.id);
    EXPECT_EQ(session.expires_at, clock_.now() + 15min);
    EXPECT_FALSE(session.cookie);
    EXPECT_TRUE(session.access_token.starts_with("bna_"));
    EXPECT_TRUE(session.refresh_token.starts_with("bnr_"));
    const auto identity = run(accounts_->authenticate(session.access_token)).value();
    EXPECT_EQ(identity, (Identity{ada.id, session.device, TokenKind::access}));
    const auto device = run(devices().find(ada.id, session.device)).value();
    EXPECT_EQ(device.name, "phone");
    EXPECT_EQ(device.created_at, clock_.now());
}

TEST_F(SessionTest, ABrowserGetsACookieThatLivesAsLongAsTheRefreshToken) {
    const auto ada = add_user("ada");
    auto request = sign_in_request("ada");
    request.cookie = true;
    const auto session = run(accounts_->sign_in(std::move(request))).value();
    EXPECT_EQ(session.cookie_ttl, std::chrono::days(60));
    executor_.advance(std::chrono::days(60) - 1ms);
    EXPECT_FALSE(is_good(session.access_token));
    const auto identity = run(accounts_->authenticate(session.cookie.value())).value();
    EXPECT_EQ(identity, (Identity{ada.id, session.device, TokenKind::cookie}));
    executor_.advance(1ms);
    EXPECT_FALSE(is_good(*session.cookie));
}

TEST_F(SessionTest, AWrongPasswordAndAnUnknownUserAreTheSame) {
    add_user("ada");
    const auto wrong = try_sign_in("ada", "wrong password");
    const int verified = hasher_.verified;
    EXPECT_EQ(verified, 1);
    const auto unknown = try_sign_in("nobody", "wrong password");
    EXPECT_EQ(hasher_.verified, 2) << "the time of a password is spent on nobody too";
    ASSERT_FALSE(wrong);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(wrong.error(), unknown.error());
    EXPECT_EQ(wrong.error().code, ErrorCode::unauthorized);
}

TEST_F(SessionTest, ADeviceNameIsNeeded) {
    add_user("ada");
    auto request = sign_in_request("ada");
    request.device_name = "";
    EXPECT_EQ(run(accounts_->sign_in(std::move(request))).error().code, ErrorCode::invalid);
}

TEST_F(SessionTest, SignsInAgainAsTheSameDevice) {
    const auto ada = add_user("ada");
    add_user("bob");
    const auto first = sign_in("ada");
    auto again = sign_in_request("ada");
    again.device = first.device;
    again.device_name = "new phone";
    const auto second = run(accounts_->sign_in(again)).value();
    EXPECT_EQ(second.device, first.device);
    EXPECT_EQ(run(devices().list(ada.id)).value().size(), 1U);
    EXPECT_EQ(run(devices().find(ada.id, first.device)).value().name, "new phone");
    EXPECT_FALSE(refresh(first.refresh_token));
    EXPECT_TRUE(is_good(second.access_token)) << "an ended refresh token revokes nothing";

    auto foreign = sign_in_request("bob");
    foreign.device = first.device;
    EXPECT_EQ(run(accounts_->sign_in(foreign)).error().code, ErrorCode::not_found);
}

TEST_F(SessionTest, TenFailuresLockAnAccountForFiveMinutes) {
    add_user("ada");
    add_user("bob");
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(try_sign_in("ada", "wrong one").error().code, ErrorCode::unauthorized);
    }
    const auto locked = try_sign_in("Ada");
    ASSERT_FALSE(locked);
    EXPECT_EQ(locked.error().code, ErrorCode::rate_limited);
    EXPECT_EQ(locked.error().retry_after, 5min);
    EXPECT_EQ(hasher_.verified, 10);
    EXPECT_TRUE(try_sign_in("bob"));
    executor_.advance(5min);
    EXPECT_TRUE(try_sign_in("ada"));
}

TEST_F(SessionTest, AnUnknownAccountIsLockedAsWell) {
    for (int i = 0; i < 10; ++i)
        try_sign_in("nobody", "wrong one");
    EXPECT_EQ(try_sign_in("nobody").error().code, ErrorCode::rate_limited);
}

TEST_F(SessionTest, AnOverloadedHasherIsNoFailureOfTheUser) {
    add_user("ada");
    hasher_.busy = true;
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(try_sign_in("ada").error().code, ErrorCode::overloaded);
    }
    hasher_.busy = false;
    EXPECT_TRUE(try_sign_in("ada"));
}

TEST_F(SessionTest, WhatIsNoTokenIsUnauthorized) {
    add_user("ada");
    const auto session = sign_in("ada");
    auto other_kind = session.access_token;
    other_kind.replace(0, 4, "bnc_");
    const std::string with_nul = session.access_token + std::string(1, '\0');
    for (const auto& token : {std::string(), std::string("bna_"), std::string(47, 'x'), other_kind,
                              with_nul, session.access_token + "A", session.refresh_token}) {
        EXPECT_FALSE(is_good(token)) << token;
    }
    EXPECT_FALSE(refresh(session.access_token));
    EXPECT_FALSE(refresh("bnr_"));
}

TEST_F(SessionTest, ARefreshTokenWorksUntilItsSuccessorIsUsed) {
    const auto ada = add_user("ada");
    const auto session = sign_in("ada");
    const auto lost = refresh(session.refresh_token).value();
    const auto next = refresh(session.refresh_token).value();
    EXPECT_EQ(next.user, ada.id);
    EXPECT_EQ(next.device, session.device);
    EXPECT_NE(next.refresh_token, lost.refresh_token);
    EXPECT_TRUE(is_good(session.access_token));
    EXPECT_TRUE(is_good(next.access_token));
    EXPECT_TRUE(revoked_.empty());

    EXPECT_EQ(refresh(session.refresh_token).error().code, ErrorCode::unauthorized);
    EXPECT_EQ(revoked_, (std::vector{std::pair{ada.id, session.device}}));
    EXPECT_FALSE(is_good(next.access_token));
    EXPECT_FALSE(is_good(session.access_token));
    EXPECT_FALSE(refresh(next.refresh_token));
    EXPECT_TRUE(run(devices().list(ada.id)).value().empty());
}

TEST_F(SessionTest, RefreshesForeverWhenEachIsUsed) {
    add_user("ada");
    auto session = sign_in("ada");
    for (int day = 0; day < 100; ++day) {
        executor_.advance(std::chrono::days(1));
        session = refresh(session.refresh_token).value();
        EXPECT_TRUE(is_good(session.access_token));
    }
    EXPECT_TRUE(revoked_.empty());
    executor_.advance(std::chrono::days(60));
    EXPECT_FALSE(refresh(session.refresh_token));
    EXPECT_TRUE(revoked_.empty()) << "it is only too old";
}

TEST_F(SessionTest, SigningOutEndsTheTokensAtOnce) {
    const auto ada = add_user("ada");
    const auto session = sign_in("ada");
    const auto other = sign_in("ada");
    EXPECT_TRUE(is_good(session.access_token));
    EXPECT_TRUE(run(accounts_->sign_out({ada.id, session.device, TokenKind::access})));
    EXPECT_FALSE(is_good(session.access_token));
    EXPECT_FALSE(refresh(session.refresh_token));
    EXPECT_EQ(revoked_, (std::vector{std::pair{ada.id, session.device}}));
    EXPECT_TRUE(is_good(other.access_token));
    auto again = sign_in_request("ada");
    again.device = session.device;
    EXPECT_TRUE(run(accounts_->sign_in(again)));
}

TEST_F(SessionTest, RevokingADeviceEndsItsTokensAtOnce) {
    const auto ada = add_user("ada");
    const auto bob = add_user("bob");
    const auto session = sign_in("ada");
    EXPECT_TRUE(is_good(session.access_token));
    EXPECT_EQ(run(devices().revoke(bob.id, session.device)).error().code, ErrorCode::not_found);
    EXPECT_TRUE(revoked_.empty());
    EXPECT_TRUE(run(devices().revoke(ada.id, session.device)));
    EXPECT_FALSE(is_good(session.access_token));
    EXPECT_EQ(revoked_, (std::vector{std::pair{ada.id, session.device}}));
    EXPECT_EQ(run(devices().revoke(ada.id, session.device)).error().code, ErrorCode::not_found);
}

TEST_F(SessionTest, ARevocationElsewhereHoldsWithinFiveSeconds) {
    const auto ada = add_user("ada");
    const auto session = sign_in("ada");
    EXPECT_TRUE(is_good(session.access_token));
    EXPECT_TRUE(run(directory_.remove_device(ada.id, session.device)));
    executor_.advance(4999ms);
    EXPECT_FALSE(is_good(session.access_token));
}

TEST_F(SessionTest, AnAccessTokenExpiresAlsoWhenItIsRemembered) {
    add_user("ada");
    const auto session = sign_in("ada");
    executor_.advance(15min - 1s);
    EXPECT_TRUE(is_good(session.access_token));
    executor_.advance(1s);
    EXPECT_FALSE(is_good(session.access_token));
}

TEST_F(SessionTest, ANewPasswordRevokesEveryDevice) {
    const auto ada = add_user("ada");
    const auto first = sign_in("ada");
    const auto second = sign_in("ada");
    EXPECT_EQ(run(accounts_->set_password("ADA", "another password")).value().id, ada.id);
    EXPECT_EQ(revoked_.size(), 2U);
    EXPECT_FALSE(is_good(first.access_token));
    EXPECT_FALSE(refresh(second.refresh_token));
    EXPECT_FALSE(try_sign_in("ada"));
    EXPECT_TRUE(try_sign_in("ada", "another password"));
    EXPECT_EQ(run(accounts_->set_password("ada", "short")).error().code, ErrorCode::invalid);
    EXPECT_EQ(run(accounts_->set_password("nobody", password)).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace banter::accounts
