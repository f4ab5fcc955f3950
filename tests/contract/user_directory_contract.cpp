// What every ports::UserDirectory promises of users, contacts and invites.
#include <algorithm>
#include <gtest/gtest.h>

#include "user_directory_fixture.hpp"

namespace banter::contract {
namespace {

using base::ErrorCode;
using domain::Audience;
using domain::ServerRole;
using domain::User;
using domain::UserId;
using ports::TokenHash;
using namespace std::chrono_literals;

template <class Engine>
using UserDirectoryContract = UserDirectoryTest<Engine>;
TYPED_TEST_SUITE(UserDirectoryContract, Engines);

TYPED_TEST(UserDirectoryContract, KeepsWhatAUserIs) {
    auto created = this->new_user("Ada_99", "Ada 🦆 Lovelace");
    created.user.privacy = {Audience::contacts, Audience::nobody};
    const auto user = this->run(this->directory().create_user(created, this->now())).value();
    EXPECT_EQ(user.role, ServerRole::user);
    EXPECT_EQ(this->run(this->directory().find_user(user.id)).value(), user);
    const auto credentials = this->run(this->directory().credentials("aDA_99")).value();
    ASSERT_TRUE(credentials);
    EXPECT_EQ(credentials->user, user);
    EXPECT_EQ(credentials->password_hash, "hash of Ada_99");
    EXPECT_FALSE(this->run(this->directory().credentials("nobody")).value());
    EXPECT_FALSE(this->run(this->directory().find_user(UserId{5})).value());
}

TYPED_TEST(UserDirectoryContract, AUsernameIsTakenWhateverItsLetterCase) {
    this->add_user("ada");
    const auto again = this->run(this->directory().create_user(this->new_user("ADA"), this->now()));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::conflict);
}

TYPED_TEST(UserDirectoryContract, FindsThoseThatThereAre) {
    const auto ada = this->add_user("ada");
    const auto bob = this->add_user("bob");
    auto found =
        this->run(this->directory().find_users({bob.id, UserId{7}, ada.id, bob.id})).value();
    std::ranges::sort(found, {}, &User::id);
    EXPECT_EQ(found, (std::vector{ada, bob}));
}

TYPED_TEST(UserDirectoryContract, SearchesByPrefixOfEitherName) {
    this->add_user("Ada", "lovelace");
    this->add_user("bob", "adam");
    this->add_user("carl", "madam");
    EXPECT_EQ(this->search("ada"), (Names{"Ada", "bob"}));
    EXPECT_EQ(this->search("love"), (Names{"Ada"}));
    EXPECT_EQ(this->search(""), (Names{"Ada", "bob", "carl"}));
    EXPECT_EQ(this->search("x"), Names{});
}

TYPED_TEST(UserDirectoryContract, InASearchEveryCharacterStandsForItself) {
    this->add_user("plain", "100 percent");
    this->add_user("under_score", "100% sure");
    this->add_user("star", "*[a]? \\ ' \"");
    this->add_user("duck", "🦆 duck");
    EXPECT_EQ(this->search("100%"), (Names{"under_score"}));
    EXPECT_EQ(this->search("under_"), (Names{"under_score"}));
    EXPECT_EQ(this->search("_"), Names{});
    EXPECT_EQ(this->search("%"), Names{});
    EXPECT_EQ(this->search("*"), (Names{"star"}));
    EXPECT_EQ(this->search("*[a]? \\ ' \""), (Names{"star"}));
    EXPECT_EQ(this->search("?"), Names{});
    EXPECT_EQ(this->search("🦆"), (Names{"duck"}));
}

TYPED_TEST(UserDirectoryContract, PagesInBothDirections) {
    for (const auto* name : {"a1", "B2", "a3", "B4", "a5"})
        this->add_user(name);
    ports::PageRequest request;
    request.limit = 2;
    const auto page = [&] {
        return this->run(this->directory().search_users("", request)).value();
    };
    const auto first = page();
    EXPECT_EQ(this->names(first), (Names{"a1", "a3"}));
    EXPECT_FALSE(first.previous);
    request.after = first.next;
    const auto second = page();
    EXPECT_EQ(this->names(second), (Names{"a5", "B2"}));
    request.after = second.next;
    const auto third = page();
    EXPECT_EQ(this->names(third), (Names{"B4"}));
    EXPECT_FALSE(third.next);
    request = {{}, third.previous, 2};
    EXPECT_EQ(page().items, second.items);
    request.before = page().previous;
    const auto back = page();
    EXPECT_EQ(back.items, first.items);
    EXPECT_FALSE(back.previous);
    EXPECT_EQ(back.next, first.next);
}

TYPED_TEST(UserDirectoryContract, PagesThroughMatchesOfBothNames) {
    this->add_user("anna", "zoe");
    this->add_user("amy", "amy");
    for (const auto* name : {"x1", "x2", "x3"})
        this->add_user(name, "an/a");
    this->add_user("zed", "al");
    this->add_user("bob", "bob");
    const Names in_order{"zed", "amy", "x1", "x2", "x3", "anna"};
    EXPECT_EQ(this->search("a"), in_order);
    for (std::size_t limit = 1; limit <= in_order.size(); ++limit) {
        ports::PageRequest request{{}, {}, limit};
        Names forwards;
        ports::Page<User> page;
        do {
            page = this->run(this->directory().search_users("a", request)).value();
            for (const auto& name : this->names(page))
                forwards.push_back(name);
            request.after = page.next;
        } while (page.next);
        EXPECT_EQ(forwards, in_order);
        Names backwards = this->names(page);
        while (page.previous) {
            request = {{}, page.previous, limit};
            page = this->run(this->directory().search_users("a", request)).value();
            const auto names = this->names(page);
            backwards.insert(backwards.begin(), names.begin(), names.end());
        }
        EXPECT_EQ(backwards, in_order);
    }
}

TYPED_TEST(UserDirectoryContract, UpdatesWhatIsGivenOnly) {
    const auto ada = this->add_user("ada", "Ada");
    ports::UserUpdate update;
    update.read_receipts = Audience::nobody;
    auto changed = this->run(this->directory().update_user(ada.id, update)).value();
    EXPECT_EQ(changed.display_name, "Ada");
    EXPECT_EQ(changed.privacy.last_seen, Audience::everyone);
    EXPECT_EQ(changed.privacy.read_receipts, Audience::nobody);
    update = {};
    update.display_name = {"Augusta", "augusta"};
    update.last_seen = Audience::contacts;
    changed = this->run(this->directory().update_user(ada.id, update)).value();
    EXPECT_EQ(changed.privacy.read_receipts, Audience::nobody);
    EXPECT_EQ(this->run(this->directory().find_user(ada.id)).value(), changed);
    EXPECT_EQ(this->search("aug"), (Names{"ada"}));
    const auto nobody = this->run(this->directory().update_user(UserId{5}, update));
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, ErrorCode::not_found);
}

TYPED_TEST(UserDirectoryContract, KeepsContacts) {
    const auto ada = this->add_user("ada");
    const auto bob = this->add_user("Bob");
    const auto carl = this->add_user("carl");
    auto& directory = this->directory();
    EXPECT_TRUE(this->run(directory.add_contact(ada.id, carl.id)));
    EXPECT_TRUE(this->run(directory.add_contact(ada.id, bob.id)));
    EXPECT_TRUE(this->run(directory.add_contact(ada.id, bob.id)));
    EXPECT_EQ(this->names(this->run(directory.contacts(ada.id, {})).value()),
              (Names{"Bob", "carl"}));
    const auto page = this->run(directory.contacts(ada.id, {{}, {}, 1})).value();
    EXPECT_EQ(this->names(page), (Names{"Bob"}));
    EXPECT_EQ(this->names(this->run(directory.contacts(ada.id, {page.next, {}, 1})).value()),
              (Names{"carl"}));
    EXPECT_EQ(this->run(directory.contact_ids(ada.id)).value().size(), 2U);
    EXPECT_TRUE(this->run(directory.relation(ada.id, bob.id)).value().is_contact);
    EXPECT_FALSE(this->run(directory.relation(bob.id, ada.id)).value().is_contact);
    EXPECT_TRUE(this->run(directory.remove_contact(ada.id, bob.id)));
    EXPECT_TRUE(this->run(directory.remove_contact(ada.id, bob.id)));
    EXPECT_EQ(this->run(directory.contact_ids(ada.id)).value(), (std::vector{carl.id}));
    const auto unknown = this->run(directory.add_contact(ada.id, UserId{5}));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
}

TYPED_TEST(UserDirectoryContract, KeepsBlocks) {
    const auto ada = this->add_user("ada");
    const auto bob = this->add_user("bob");
    auto& directory = this->directory();
    EXPECT_TRUE(this->run(directory.add_block(ada.id, bob.id)));
    EXPECT_TRUE(this->run(directory.add_block(ada.id, bob.id)));
    const auto mine = this->run(directory.relation(ada.id, bob.id)).value();
    EXPECT_EQ(mine, (ports::Relation{false, true, false}));
    const auto his = this->run(directory.relation(bob.id, ada.id)).value();
    EXPECT_EQ(his, (ports::Relation{false, false, true}));
    EXPECT_EQ(this->names(this->run(directory.blocks(ada.id, {})).value()), (Names{"bob"}));
    EXPECT_EQ(this->names(this->run(directory.blocks(bob.id, {})).value()), Names{});
    EXPECT_TRUE(this->run(directory.remove_block(bob.id, ada.id)));
    EXPECT_TRUE(this->run(directory.relation(bob.id, ada.id)).value().blocked_either_way());
    EXPECT_TRUE(this->run(directory.remove_block(ada.id, bob.id)));
    EXPECT_FALSE(this->run(directory.relation(bob.id, ada.id)).value().blocked_either_way());
    EXPECT_FALSE(this->run(directory.add_block(ada.id, UserId{5})));
}

TYPED_TEST(UserDirectoryContract, FindsThoseWithABlockAmongMany) {
    const auto ada = this->add_user("ada");
    const auto bob = this->add_user("bob");
    const auto carl = this->add_user("carl");
    const auto dora = this->add_user("dora");
    auto& directory = this->directory();
    EXPECT_TRUE(this->run(directory.add_block(ada.id, bob.id)));
    EXPECT_TRUE(this->run(directory.add_block(dora.id, ada.id)));
    EXPECT_TRUE(this->run(directory.add_block(bob.id, carl.id)));
    auto blocked =
        this->run(directory.blocked_among(ada.id, {ada.id, bob.id, carl.id, dora.id})).value();
    std::ranges::sort(blocked);
    EXPECT_EQ(blocked, (std::vector{bob.id, dora.id}));
    EXPECT_TRUE(this->run(directory.blocked_among(ada.id, {carl.id, UserId{5}})).value().empty());
}

TYPED_TEST(UserDirectoryContract, AnInviteLetsOneIn) {
    const auto ada = this->add_user("ada");
    const ports::Invite invite{this->new_hash(), ada.id, this->now(), this->now() + 1h};
    EXPECT_TRUE(this->run(this->directory().create_invite(invite)));
    const auto enter = [&](std::string username, TokenHash hash) {
        auto created = this->new_user(std::move(username));
        created.invite = hash;
        return this->run(this->directory().create_user(std::move(created), this->now()));
    };
    EXPECT_EQ(enter("bob", this->new_hash()).error().code, ErrorCode::forbidden);
    EXPECT_EQ(enter("ADA", invite.hash).error().code, ErrorCode::conflict) << "and is not spent";
    EXPECT_EQ(enter("bob", invite.hash)->role, ServerRole::user);
    EXPECT_EQ(enter("carl", invite.hash).error().code, ErrorCode::forbidden);

    const ports::Invite old{this->new_hash(), ada.id, this->now(), this->now() + 1h};
    EXPECT_TRUE(this->run(this->directory().create_invite(old)));
    this->engine_.executor.advance(1h);
    EXPECT_EQ(enter("carl", old.hash).error().code, ErrorCode::forbidden);
    EXPECT_EQ(this->run(this->directory().purge_expired(this->now())).value(), 1U);
}

TYPED_TEST(UserDirectoryContract, TheClaimMakesOneOperator) {
    auto& directory = this->directory();
    const auto enter = [&](std::string username, TokenHash hash) {
        auto created = this->new_user(std::move(username));
        created.claim = hash;
        return this->run(directory.create_user(std::move(created), this->now()));
    };
    EXPECT_EQ(enter("ada", this->new_hash()).error().code, ErrorCode::forbidden);
    const auto earlier = this->new_hash();
    const auto claim = this->new_hash();
    EXPECT_TRUE(this->run(directory.set_claim(earlier)).value());
    EXPECT_TRUE(this->run(directory.set_claim(claim)).value());
    this->add_user("bob");
    EXPECT_EQ(enter("ada", earlier).error().code, ErrorCode::forbidden);
    EXPECT_EQ(enter("BOB", claim).error().code, ErrorCode::conflict) << "and is not spent";
    EXPECT_EQ(enter("ada", claim)->role, ServerRole::operator_);
    EXPECT_EQ(enter("carl", claim).error().code, ErrorCode::forbidden);
    EXPECT_FALSE(this->run(directory.set_claim(claim)).value());
    EXPECT_EQ(enter("carl", claim).error().code, ErrorCode::forbidden);
}

TYPED_TEST(UserDirectoryContract, OfManyAtOnceWithOneClaimOneSucceeds) {
    const auto claim = this->new_hash();
    EXPECT_TRUE(this->run(this->directory().set_claim(claim)).value());
    int operators = 0;
    int refused = 0;
    for (int i = 0; i < 20; ++i) {
        auto created = this->new_user("user" + std::to_string(i));
        created.claim = claim;
        this->engine_.executor.start(
            this->directory().create_user(std::move(created), this->now()),
            [&](base::Result<User> user) { ++(user ? operators : refused); });
    }
    EXPECT_TRUE(this->engine_.executor.run_until([&] { return operators + refused == 20; }));
    EXPECT_EQ(operators, 1);
}

}  // namespace
}  // namespace banter::contract
