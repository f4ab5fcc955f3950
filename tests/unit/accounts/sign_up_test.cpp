#include "account_fixture.hpp"

namespace banter::accounts {
namespace {

using base::ErrorCode;
using domain::ServerRole;
using namespace std::chrono_literals;

class SignUpTest : public AccountTest {
protected:
    base::Result<domain::User> sign_up(SignUp request) {
        return run(accounts_->sign_up(std::move(request)));
    }
    ErrorCode refusal(SignUp request) { return sign_up(std::move(request)).error().code; }
    void set_registration(Registration mode) {
        AccountOptions options;
        options.registration = mode;
        restart(options);
    }
    // An operator who came in by the claim link.
    domain::User add_operator() {
        const auto claim = run(accounts_->new_claim()).value().value();
        return sign_up({"operator", password, "The Operator", claim, {}}).value();
    }
};

TEST_F(SignUpTest, MakesAUserWhoCanSignIn) {
    const auto user = sign_up({"Ada", password, "Ada Lovelace 🦆", {}, {}}).value();
    EXPECT_EQ(user.username, "Ada");
    EXPECT_EQ(user.display_name, "Ada Lovelace 🦆");
    EXPECT_EQ(user.role, ServerRole::user);
    EXPECT_EQ(user.created_at, clock_.now());
    EXPECT_EQ(sign_in("ada").user, user.id);
}

TEST_F(SignUpTest, SaysWhatIsWrongWithTheInput) {
    const std::string long_name(64, 'x');
    const std::vector<SignUp> wrong{
        {"ab", password, "Ada", {}, {}},
        {std::string(33, 'a'), password, "Ada", {}, {}},
        {"ada lovelace", password, "Ada", {}, {}},
        {"adä", password, "Ada", {}, {}},
        {"ada", "1234567", "Ada", {}, {}},
        {"ada", std::string(1025, 'p'), "Ada", {}, {}},
        {"ada", password, "", {}, {}},
        {"ada", password, "   ", {}, {}},
        {"ada", password, long_name + "x", {}, {}},
        {"ada", password, "A\nda", {}, {}},
        {"ada", password, "A\xC2\x85", {}, {}},
        {"ada", password, "A\xFF", {}, {}},
    };
    for (const auto& request : wrong) {
        const auto refused = sign_up(request);
        ASSERT_FALSE(refused) << request.username << " / " << request.display_name;
        EXPECT_EQ(refused.error().code, ErrorCode::invalid);
        EXPECT_TRUE(refused.error().detail.ends_with("."));
    }
    EXPECT_EQ(hasher_.hashed, 0);
    EXPECT_TRUE(sign_up({"a.d-a_9", "12345678", long_name, {}, {}}));
    EXPECT_TRUE(sign_up({std::string(32, 'b'), std::string(1024, 'p'), "B", {}, {}}));
}

TEST_F(SignUpTest, AUsernameIsOnes) {
    add_user("ada");
    EXPECT_EQ(refusal({"ADA", password, "Another", {}, {}}), ErrorCode::conflict);
}

TEST_F(SignUpTest, TheClaimIsSpentOnceOfTwoTriesAtOnce) {
    const auto claim = run(accounts_->new_claim()).value().value();
    std::vector<base::Result<domain::User>> answers;
    for (const auto* name : {"ada", "bob"}) {
        SignUp request{name, password, name, claim, {}};
        executor_.start(accounts_->sign_up(std::move(request)),
                        [&](base::Result<domain::User> user) { answers.push_back(user); });
    }
    executor_.run_until_idle();
    ASSERT_EQ(answers.size(), 2U);
    ASSERT_NE(answers[0].has_value(), answers[1].has_value());
    const auto& winner = answers[0] ? answers[0] : answers[1];
    const auto& loser = answers[0] ? answers[1] : answers[0];
    EXPECT_EQ(winner->role, ServerRole::operator_);
    EXPECT_EQ(loser.error().code, ErrorCode::forbidden);
    EXPECT_FALSE(run(accounts_->new_claim()).value()) << "the server has an operator";
}

TEST_F(SignUpTest, ALaterClaimReplacesTheEarlier) {
    const auto earlier = run(accounts_->new_claim()).value().value();
    const auto later = run(accounts_->new_claim()).value().value();
    EXPECT_EQ(refusal({"ada", password, "Ada", earlier, {}}), ErrorCode::forbidden);
    EXPECT_EQ(refusal({"ada", password, "Ada", "nonsense", {}}), ErrorCode::forbidden);
    EXPECT_TRUE(sign_up({"ada", password, "Ada", later, {}}));
}

TEST_F(SignUpTest, AClosedServerTakesNobodyButItsClaimer) {
    set_registration(Registration::closed);
    EXPECT_EQ(refusal({"ada", password, "Ada", {}, {}}), ErrorCode::forbidden);
    EXPECT_EQ(refusal({"ada", password, "Ada", {}, "bni_x"}), ErrorCode::forbidden);
    EXPECT_EQ(add_operator().role, ServerRole::operator_);
    EXPECT_TRUE(run(accounts_->add_user({"ada", password, "Ada", {}, {}})));
}

TEST_F(SignUpTest, AnInviteLetsOneInBeforeItExpires) {
    set_registration(Registration::invite);
    const auto op = add_operator();
    EXPECT_EQ(refusal({"ada", password, "Ada", {}, {}}), ErrorCode::forbidden);
    EXPECT_EQ(refusal({"ada", password, "Ada", {}, "bni_x"}), ErrorCode::forbidden);
    const auto invite = run(accounts_->create_invite(op.id)).value();
    const auto ada = sign_up({"ada", password, "Ada", {}, invite.token}).value();
    EXPECT_EQ(ada.role, ServerRole::user);
    EXPECT_EQ(refusal({"bob", password, "Bob", {}, invite.token}), ErrorCode::forbidden);
    EXPECT_EQ(run(accounts_->create_invite(ada.id)).error().code, ErrorCode::forbidden);

    const auto late = run(accounts_->create_invite(op.id)).value();
    executor_.advance(late.expires_at - clock_.now());
    EXPECT_EQ(refusal({"bob", password, "Bob", {}, late.token}), ErrorCode::forbidden);
}

TEST_F(SignUpTest, AnOpenServerDoesNotMindAnOldInvite) {
    EXPECT_TRUE(sign_up({"ada", password, "Ada", {}, "bni_old"}));
}

TEST_F(SignUpTest, AnOverloadedHasherIsSaid) {
    hasher_.busy = true;
    const auto refused = sign_up({"ada", password, "Ada", {}, {}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
    EXPECT_GT(refused.error().retry_after, 0ms);
}

}  // namespace
}  // namespace banter::accounts
