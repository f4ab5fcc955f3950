#include "account_fixture.hpp"

namespace banter::accounts {
namespace {

using base::ErrorCode;
using domain::Audience;
using domain::UserId;
using namespace std::chrono_literals;

class PeopleTest : public AccountTest {
protected:
    std::vector<std::string> search(std::string query) {
        std::vector<std::string> names;
        for (const auto& user : run(accounts_->search(std::move(query), {})).value().items) {
            names.push_back(user.username);
        }
        return names;
    }
};

using Names = std::vector<std::string>;

TEST_F(PeopleTest, ChangesWhatIsGivenAndTellsTheServer) {
    const auto ada = add_user("ada", "Ada");
    ProfileChange change;
    change.read_receipts = Audience::nobody;
    const auto changed = run(accounts_->update_profile(ada.id, change)).value();
    EXPECT_EQ(changed.display_name, "Ada");
    EXPECT_EQ(changed.privacy.read_receipts, Audience::nobody);
    EXPECT_EQ(profiles_, (std::vector{ada.id}));
    change.display_name = "A\tda";
    EXPECT_EQ(run(accounts_->update_profile(ada.id, change)).error().code, ErrorCode::invalid);
    EXPECT_EQ(profiles_.size(), 1U);
    EXPECT_EQ(run(accounts_->find(ada.id)).value(), changed);
    EXPECT_EQ(run(accounts_->find(UserId{1})).error().code, ErrorCode::not_found);
}

TEST_F(PeopleTest, SearchesWhateverTheLetterCaseInAnyScript) {
    add_user("ada", "Ärger ΩΜΕΓΑ");
    add_user("bob", "Ёлка");
    EXPECT_EQ(search("äRG"), (Names{"ada"}));
    EXPECT_EQ(search("ärger ωμεγ"), (Names{"ada"}));
    EXPECT_EQ(search("ёЛК"), (Names{"bob"}));
    EXPECT_EQ(search("BO"), (Names{"bob"}));
    EXPECT_EQ(search("%"), Names{});
    EXPECT_EQ(run(accounts_->search("\xC3", {})).error().code, ErrorCode::invalid);
}

TEST_F(PeopleTest, RefusesAPageThatIsNone) {
    EXPECT_EQ(run(accounts_->search("", {{}, {}, 0})).error().code, ErrorCode::invalid);
    EXPECT_EQ(run(accounts_->search("", {{}, {}, 201})).error().code, ErrorCode::invalid);
    EXPECT_EQ(run(accounts_->search("", {"a", "b", 1})).error().code, ErrorCode::invalid);
    EXPECT_TRUE(run(accounts_->search("", {{}, {}, 200})));
}

TEST_F(PeopleTest, AddsAndRemovesContacts) {
    const auto ada = add_user("ada");
    const auto bob = add_user("bob");
    EXPECT_TRUE(run(contact_service_.add(ada.id, bob.id)));
    EXPECT_EQ(run(contact_service_.contacts(ada.id, {})).value().items, (std::vector{bob}));
    EXPECT_EQ(run(contact_service_.contact_ids(ada.id)).value(), (std::vector{bob.id}));
    EXPECT_TRUE(run(contact_service_.relation(ada.id, bob.id)).value().is_contact);
    EXPECT_TRUE(run(contact_service_.remove(ada.id, bob.id)));
    EXPECT_FALSE(run(contact_service_.relation(ada.id, bob.id)).value().is_contact);
    EXPECT_EQ(contacts_, (std::vector<Pair>{{ada.id, bob.id}, {ada.id, bob.id}}));
    EXPECT_EQ(run(contact_service_.add(ada.id, ada.id)).error().code, ErrorCode::invalid);
    EXPECT_EQ(run(contact_service_.add(ada.id, UserId{1})).error().code, ErrorCode::not_found);
    EXPECT_EQ(contacts_.size(), 2U);
}

TEST_F(PeopleTest, BlocksHoldBothWays) {
    const auto ada = add_user("ada");
    const auto bob = add_user("bob");
    EXPECT_TRUE(run(contact_service_.block(ada.id, bob.id)));
    EXPECT_TRUE(run(contact_service_.relation(bob.id, ada.id)).value().blocked_either_way());
    EXPECT_TRUE(run(contact_service_.unblock(ada.id, bob.id)));
    EXPECT_FALSE(run(contact_service_.relation(bob.id, ada.id)).value().blocked_either_way());
    EXPECT_EQ(blocks_, (std::vector<Pair>{{ada.id, bob.id}, {ada.id, bob.id}}));
    EXPECT_EQ(run(contact_service_.block(ada.id, ada.id)).error().code, ErrorCode::invalid);
    EXPECT_EQ(run(contact_service_.block(ada.id, UserId{1})).error().code, ErrorCode::not_found);
}

TEST_F(PeopleTest, RemembersTheLastSession) {
    const auto ada = add_user("ada");
    const auto session = sign_in("ada");
    EXPECT_FALSE(run(devices().last_seen(ada.id)).value());
    const auto at = clock_.now() + 1min;
    EXPECT_TRUE(run(devices().session_ended(ada.id, session.device, at)));
    EXPECT_EQ(run(devices().last_seen(ada.id)).value(), at);
    EXPECT_EQ(run(devices().find(ada.id, session.device)).value().last_seen, at);
}

}  // namespace
}  // namespace banter::accounts
