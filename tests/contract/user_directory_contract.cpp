// What every ports::UserDirectory promises.
#include <algorithm>
#include <gtest/gtest.h>

#include "directory_fixtures.hpp"

namespace banter::contract {
namespace {

using base::ErrorCode;
using domain::Audience;
using domain::DeviceId;
using domain::ServerRole;
using domain::User;
using domain::UserId;
using ports::NewTokens;
using ports::Rotation;
using ports::TokenHash;
using ports::TokenKind;
using namespace std::chrono_literals;

template <class Engine>
class UserDirectoryContract : public testing::Test {
protected:
    template <class T>
    T run(base::Task<T> task) {
        return engine_.executor.run(std::move(task));
    }

    ports::NewUser new_user(std::string username, std::string display_name = "Somebody") {
        ports::NewUser created;
        created.user.id = UserId{next_id_++};
        created.user.username = std::move(username);
        created.user.display_name = display_name;
        created.user.created_at = now();
        created.display_name_key = std::move(display_name);
        created.password_hash = "hash of " + created.user.username;
        return created;
    }
    User add_user(std::string username, std::string display_name = "Somebody") {
        auto created = new_user(std::move(username), std::move(display_name));
        return run(directory().create_user(std::move(created), now())).value();
    }
    TokenHash new_hash() {
        TokenHash hash;
        engine_.random.fill(hash);
        return hash;
    }
    NewTokens new_tokens(TokenHash family) {
        NewTokens tokens;
        tokens.access = new_hash();
        tokens.refresh = new_hash();
        tokens.family = family;
        tokens.access_expires_at = now() + 15min;
        tokens.refresh_expires_at = now() + std::chrono::days(60);
        return tokens;
    }
    struct SignedIn {
        DeviceId device;
        NewTokens tokens;
    };
    SignedIn sign_in(UserId user) {
        SignedIn session{DeviceId{next_id_++}, new_tokens(new_hash())};
        session.tokens.cookie = new_hash();
        domain::Device device{session.device, user, "phone", now(), now()};
        EXPECT_TRUE(run(directory().create_device(device, session.tokens)));
        return session;
    }
    // Gives the next pair of the family.
    Rotation rotate(const NewTokens& old, NewTokens& next) {
        next = new_tokens(old.family);
        return run(directory().rotate(old.refresh, old.family, next, now())).value();
    }
    bool is_good(const TokenHash& hash) {
        return run(directory().use_token(hash, now())).value().has_value();
    }
    bool has_device(UserId user, DeviceId device) {
        return run(directory().find_device(user, device)).value().has_value();
    }
    std::vector<std::string> names(const ports::Page<User>& page) {
        std::vector<std::string> result;
        for (const auto& user : page.items)
            result.push_back(user.username);
        return result;
    }
    std::vector<std::string> search(std::string prefix) {
        return names(run(directory().search_users(std::move(prefix), {})).value());
    }

    ports::UserDirectory& directory() { return engine_.users; }
    base::Timestamp now() { return engine_.clock.now(); }

    Engine engine_;
    std::uint64_t next_id_ = (1ULL << 63) - 1000;  // ids are 63 bits wide
};

using Engines = testing::Types<MemoryEngine, SqliteEngine>;
TYPED_TEST_SUITE(UserDirectoryContract, Engines);

using Names = std::vector<std::string>;

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

TYPED_TEST(UserDirectoryContract, ANewPasswordRemovesTheDevices) {
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

TYPED_TEST(UserDirectoryContract, KeepsDevices) {
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

TYPED_TEST(UserDirectoryContract, RemembersWhenAUserWasLastSeen) {
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

TYPED_TEST(UserDirectoryContract, SaysWhoseATokenIs) {
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

TYPED_TEST(UserDirectoryContract, ARefreshTokenLivesUntilItsSuccessorIsUsed) {
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

TYPED_TEST(UserDirectoryContract, RefreshingWithTheNewTokenSpendsTheOldOne) {
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

TYPED_TEST(UserDirectoryContract, KeepsAFewUnusedPairsOnly) {
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

TYPED_TEST(UserDirectoryContract, OnlyARefreshTokenRefreshes) {
    const auto ada = this->add_user("ada");
    const auto phone = this->sign_in(ada.id);
    const auto next = this->new_tokens(phone.tokens.family);
    const auto& hash = phone.tokens.access;
    const auto rotation =
        this->run(this->directory().rotate(hash, phone.tokens.family, next, this->now())).value();
    EXPECT_EQ(rotation.outcome, Rotation::Outcome::unknown);
    EXPECT_TRUE(this->has_device(ada.id, phone.device));
}

TYPED_TEST(UserDirectoryContract, AnExpiredRefreshTokenIsNotTakenForASpentOne) {
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

TYPED_TEST(UserDirectoryContract, SigningInAgainEndsEarlierRefreshTokensAndCookies) {
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

TYPED_TEST(UserDirectoryContract, LoggingOutEndsTheTokensAndKeepsTheDevice) {
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

TYPED_TEST(UserDirectoryContract, PurgesWhatHasExpired) {
    const auto ada = this->add_user("ada");
    this->sign_in(ada.id);
    EXPECT_EQ(this->run(this->directory().purge_expired(this->now())).value(), 0U);
    this->engine_.executor.advance(15min);
    EXPECT_EQ(this->run(this->directory().purge_expired(this->now())).value(), 1U);
    this->engine_.executor.advance(std::chrono::days(60));
    EXPECT_EQ(this->run(this->directory().purge_expired(this->now())).value(), 2U);
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
    EXPECT_TRUE(this->run(directory.remove_block(bob.id, ada.id)));
    EXPECT_TRUE(this->run(directory.relation(bob.id, ada.id)).value().blocked_either_way());
    EXPECT_TRUE(this->run(directory.remove_block(ada.id, bob.id)));
    EXPECT_FALSE(this->run(directory.relation(bob.id, ada.id)).value().blocked_either_way());
    EXPECT_FALSE(this->run(directory.add_block(ada.id, UserId{5})));
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
