// What every ports::ChatDirectory promises of settings, pictures, invite links and requests.
#include <algorithm>
#include <gtest/gtest.h>

#include "directory_fixtures.hpp"

namespace banter::contract {
namespace {

using base::ErrorCode;
using domain::Allowed;
using domain::Change;
using domain::ChatId;
using domain::ClientId;
using domain::InviteLink;
using domain::JoinRequest;
using domain::LinkId;
using domain::Role;
using domain::Seq;
using domain::UserId;
using namespace std::chrono_literals;

constexpr UserId ada{(1ULL << 63) - 1};
constexpr UserId bob{2};
constexpr UserId carl{3};

template <class Engine>
class GroupSettingsContract : public testing::Test {
protected:
    GroupSettingsContract() : group(new_group()) {}

    template <class T>
    T run(base::Task<T> task) {
        return engine_.executor.run(std::move(task));
    }
    template <class Id>
    Id new_id() {
        return Id{engine_.random.uuid()};
    }
    ChatId new_group() {
        ports::NewChat made;
        made.chat.id = new_id<ChatId>();
        made.chat.type = domain::ChatType::group;
        made.chat.title = "Ducks";
        made.chat.created_at = now();
        made.creator = ada;
        made.members = {{ada, Role::owner, {}, now()}};
        made.control = {new_id<ClientId>(), made.chat.id, ada, {Change::created, {ada}, {}, {}}};
        EXPECT_TRUE(run(directory().create(made)));
        EXPECT_TRUE(run(directory().sequenced(*made.control, Seq{1})));
        return made.chat.id;
    }
    ports::MemberChange change(Change what) {
        ports::MemberChange made;
        made.control = {new_id<ClientId>(), group, ada, {what, {}, {}, {}}};
        return made;
    }
    ports::MemberChange addition(UserId user) {
        auto made = change(Change::member_added);
        made.control.event.users = {user};
        made.added = {{user, Role::member, {}, now()}};
        return made;
    }
    ports::TokenHash hash(int n) {
        ports::TokenHash made{};
        made.back() = static_cast<std::uint8_t>(n);
        made.front() = static_cast<std::uint8_t>(n >> 8);
        return made;
    }
    InviteLink add_link(int n, std::optional<std::uint32_t> max_uses = {}) {
        const InviteLink link{new_id<LinkId>(), group, ada, now(), now() + 60s, max_uses, 0};
        EXPECT_TRUE(run(directory().create_link(link, hash(n))));
        return link;
    }
    ErrorCode join(UserId user, LinkId link) {
        auto change = addition(user);
        change.by_link = link;
        return code_of(run(directory().change(change)));
    }
    ErrorCode let_in(UserId user) {
        auto change = addition(user);
        change.by_request = true;
        return code_of(run(directory().change(change)));
    }
    // `invalid`: there was none.
    static ErrorCode code_of(const auto& result) {
        return result ? ErrorCode::invalid : result.error().code;
    }
    bool ask(UserId user, LinkId link) {
        return run(directory().add_request({group, user, link, now()})).value();
    }
    std::vector<UserId> asking() {
        std::vector<UserId> users;
        for (const auto& request : run(directory().requests(group)).value())
            users.push_back(request.user);
        return users;
    }
    std::uint32_t uses(int n) { return run(directory().find_link(hash(n))).value()->uses; }
    ports::ChatWithMembers found() { return run(directory().find(group)).value().value(); }

    ports::ChatDirectory& directory() { return engine_.chats; }
    base::Timestamp now() { return engine_.clock.now(); }

    static constexpr ErrorCode fine = ErrorCode::invalid;
    Engine engine_;
    ChatId group;
};

using Engines = testing::Types<MemoryEngine, SqliteEngine>;
TYPED_TEST_SUITE(GroupSettingsContract, Engines);

TYPED_TEST(GroupSettingsContract, KeepsADescription) {
    auto change = this->change(Change::description);
    change.description = "two\nlines 🦆";
    change.control.event.description = *change.description;
    EXPECT_TRUE(this->run(this->directory().change(change)));
    EXPECT_EQ(this->found().chat.description, "two\nlines 🦆");
    EXPECT_EQ(this->run(this->directory().memberships(ada)).value()[0].chat.description,
              "two\nlines 🦆");
    const auto waiting = this->run(this->directory().outbox()).value();
    ASSERT_EQ(waiting.size(), 1U);
    EXPECT_EQ(waiting[0].event, change.control.event);
}

TYPED_TEST(GroupSettingsContract, PermissionsHoldFromTheirPlaceOn) {
    auto change = this->change(Change::permissions);
    change.control.event.permissions = {Allowed::admins, Allowed::admins};
    change.control.event.join_approval = true;
    EXPECT_TRUE(this->run(this->directory().change(change)));
    EXPECT_EQ(this->found().chat.permissions, domain::Permissions{});
    EXPECT_FALSE(this->found().chat.join_approval);
    EXPECT_EQ(this->run(this->directory().outbox()).value()[0].event, change.control.event);
    EXPECT_TRUE(this->run(this->directory().sequenced(change.control, Seq{2})));
    EXPECT_EQ(this->found().chat.permissions, change.control.event.permissions);
    EXPECT_TRUE(this->found().chat.join_approval);

    auto back = this->change(Change::permissions);
    EXPECT_TRUE(this->run(this->directory().change(back)));
    EXPECT_TRUE(this->run(this->directory().sequenced(back.control, Seq{3})));
    // A repeat of the earlier one is late and changes nothing.
    EXPECT_TRUE(this->run(this->directory().sequenced(change.control, Seq{2})));
    EXPECT_EQ(this->found().chat.permissions, domain::Permissions{});
    EXPECT_FALSE(this->found().chat.join_approval);
}

TYPED_TEST(GroupSettingsContract, KeepsAPictureUntilAnotherOrNone) {
    EXPECT_FALSE(this->run(this->directory().picture(this->group)).value());
    for (const std::string& bytes : {std::string("\0one", 4), std::string(256 * 1024, 'x')}) {
        auto change = this->change(Change::picture);
        change.picture = {domain::picture_version(bytes), {domain::PictureType::webp, bytes}};
        change.control.event.picture = change.picture->version;
        EXPECT_TRUE(this->run(this->directory().change(change)));
        EXPECT_EQ(this->found().chat.picture, change.picture->version);
        const auto kept = this->run(this->directory().picture(this->group)).value();
        EXPECT_EQ(kept, change.picture->picture);
        EXPECT_EQ(this->run(this->directory().outbox()).value().back().event, change.control.event);
    }
    auto removal = this->change(Change::picture);
    removal.picture.emplace();
    EXPECT_TRUE(this->run(this->directory().change(removal)));
    EXPECT_EQ(this->found().chat.picture, 0U);
    EXPECT_FALSE(this->run(this->directory().picture(this->group)).value());
}

TYPED_TEST(GroupSettingsContract, FindsALinkByItsHash) {
    const auto link = this->add_link(1, 3);
    const auto other = this->add_link(2);
    EXPECT_EQ(this->run(this->directory().find_link(this->hash(1))).value(), link);
    EXPECT_EQ(this->run(this->directory().find_link(this->hash(2))).value(), other);
    EXPECT_FALSE(this->run(this->directory().find_link(this->hash(3))).value());
    EXPECT_EQ(this->run(this->directory().links(this->group)).value(), (std::vector{link, other}));
    EXPECT_TRUE(this->run(this->directory().remove_link(this->group, link.id)));
    EXPECT_FALSE(this->run(this->directory().find_link(this->hash(1))).value());
    EXPECT_EQ(this->code_of(this->run(this->directory().remove_link(this->group, link.id))),
              ErrorCode::not_found);
    const auto foreign = this->new_group();
    EXPECT_EQ(this->code_of(this->run(this->directory().remove_link(foreign, other.id))),
              ErrorCode::not_found);
    EXPECT_TRUE(this->run(this->directory().links(foreign)).value().empty());
}

TYPED_TEST(GroupSettingsContract, CountsAUseWithWhoJoinsByIt) {
    const auto link = this->add_link(1, 1);
    EXPECT_EQ(this->join(bob, link.id), this->fine);
    EXPECT_EQ(this->uses(1), 1U);
    EXPECT_EQ(this->join(bob, link.id), this->fine);  // he is in already
    EXPECT_EQ(this->join(carl, link.id), ErrorCode::not_found);
    EXPECT_EQ(this->uses(1), 1U);
    EXPECT_EQ(this->found().members.size(), 2U);
    EXPECT_EQ(this->run(this->directory().outbox()).value().size(), 2U);
}

TYPED_TEST(GroupSettingsContract, ALinkThatHasExpiredOrIsOfAnotherChatLetsNobodyIn) {
    const auto link = this->add_link(1);
    EXPECT_EQ(this->join(bob, this->template new_id<LinkId>()), ErrorCode::not_found);
    const auto own = this->group;
    this->group = this->new_group();
    EXPECT_EQ(this->join(bob, link.id), ErrorCode::not_found);
    this->group = own;
    this->engine_.executor.advance(60s);
    EXPECT_EQ(this->join(bob, link.id), ErrorCode::not_found);
    EXPECT_TRUE(this->run(this->directory().links(own)).value().empty());
    EXPECT_EQ(this->found().members.size(), 1U);
    EXPECT_TRUE(this->run(this->directory().outbox()).value().empty());
}

TYPED_TEST(GroupSettingsContract, HasSoManyLinksAtMost) {
    for (std::size_t n = 0; n < ports::max_links; ++n)
        this->add_link(static_cast<int>(n));
    const InviteLink more{
        this->template new_id<LinkId>(), this->group, ada, this->now(), this->now() + 60s, {}, 0};
    EXPECT_EQ(this->code_of(this->run(this->directory().create_link(more, this->hash(999)))),
              ErrorCode::conflict);
    this->engine_.executor.advance(60s);
    this->add_link(1000);  // the expired ones have made room
    EXPECT_EQ(this->run(this->directory().links(this->group)).value().size(), 1U);
}

TYPED_TEST(GroupSettingsContract, ARequestIsOneAndInOrder) {
    const auto link = this->add_link(1);
    EXPECT_TRUE(this->ask(carl, link.id));
    EXPECT_TRUE(this->ask(bob, link.id));
    this->engine_.executor.advance(1s);
    EXPECT_FALSE(this->ask(carl, link.id));
    EXPECT_EQ(this->asking(), (std::vector{carl, bob}));
    EXPECT_EQ(this->run(this->directory().requests(this->group)).value()[0],
              (JoinRequest{this->group, carl, link.id, this->now() - 1s}));
    EXPECT_TRUE(this->run(this->directory().remove_request(this->group, carl)));
    EXPECT_EQ(this->asking(), (std::vector{bob}));
    EXPECT_EQ(this->code_of(this->run(this->directory().remove_request(this->group, carl))),
              ErrorCode::not_found);
    EXPECT_TRUE(this->ask(carl, link.id));
}

TYPED_TEST(GroupSettingsContract, LetsInWhoAskedAndCountsTheUse) {
    const auto link = this->add_link(1, 1);
    this->ask(bob, link.id);
    this->ask(carl, link.id);
    EXPECT_EQ(this->let_in(bob), this->fine);
    EXPECT_EQ(this->uses(1), 1U);
    EXPECT_EQ(this->asking(), (std::vector{carl}));
    EXPECT_EQ(this->let_in(bob), ErrorCode::not_found);
    // An admin lets him in, so that the link is used up does not matter.
    EXPECT_EQ(this->let_in(carl), this->fine);
    EXPECT_EQ(this->uses(1), 1U);
    EXPECT_EQ(this->found().members.size(), 3U);
}

TYPED_TEST(GroupSettingsContract, WhoIsAddedAsksNoMore) {
    const auto link = this->add_link(1);
    this->ask(bob, link.id);
    EXPECT_TRUE(this->run(this->directory().change(this->addition(bob))));
    EXPECT_TRUE(this->asking().empty());
    EXPECT_EQ(this->uses(1), 0U);
}

TYPED_TEST(GroupSettingsContract, OfManyAtOnceAsManyJoinAsTheLinkLets) {
    const auto link = this->add_link(1, 5);
    int joined = 0;
    int answered = 0;
    for (std::uint64_t n = 10; n < 30; ++n) {
        auto change = this->addition(UserId{n});
        change.by_link = link.id;
        this->engine_.executor.start(this->directory().change(change),
                                     [&](base::Result<void> result) {
                                         if (result) ++joined;
                                         ++answered;
                                     });
    }
    EXPECT_TRUE(this->engine_.executor.run_until([&] { return answered == 20; }));
    EXPECT_EQ(joined, 5);
    EXPECT_EQ(this->uses(1), 5U);
    EXPECT_EQ(this->found().members.size(), 6U);
}

}  // namespace
}  // namespace banter::contract
