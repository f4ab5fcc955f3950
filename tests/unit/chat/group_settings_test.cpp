#include "harness.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;
using domain::Allowed;
using domain::Change;
using domain::Role;

constexpr UserId dan{4};
constexpr UserId eve{5};
constexpr UserId fay{6};

// Ann owns it, Bob is an admin, Cem a member; Dan is outside.
class GroupSettingsTest : public ChatTest {
protected:
    GroupSettingsTest() { EXPECT_TRUE(run(service->set_role(group, ann, bob, Role::admin))); }

    base::Result<void> edit(UserId actor, GroupEdit edit) {
        return run(service->edit(group, actor, std::move(edit)));
    }
    domain::Chat chat() { return run(service->summary(group, ann))->view.chat; }
    domain::Event last_event() { return *history(group, ann).back().content.event; }
    std::string new_link(LinkTerms terms = {std::chrono::hours(1), {}}) {
        return run(service->create_link(group, ann, terms))->token;
    }
    base::Result<ChatService::JoinedChat> join(UserId user, const std::string& token) {
        return run(service->join(token, user));
    }
    std::size_t members() { return run(service->members(group, ann))->size(); }

    ChatId group = make_group(ann, {bob, cem});
};

TEST_F(GroupSettingsTest, TheDescriptionIsAnEventAndStays) {
    ASSERT_TRUE(edit(cem, {.description = "we\nwalk"}));
    EXPECT_EQ(last_event().change, Change::description);
    EXPECT_EQ(last_event().description, "we\nwalk");
    restart();
    EXPECT_EQ(chat().description, "we\nwalk");
    const auto before = history(group, ann).size();
    ASSERT_TRUE(edit(cem, {.description = "we\nwalk"}));
    EXPECT_EQ(history(group, ann).size(), before);
    EXPECT_EQ(code_of(edit(cem, {.description = "a\tb"})), ErrorCode::invalid);
    EXPECT_EQ(code_of(edit(cem, {.description = std::string(1025, 'x')})), ErrorCode::invalid);
    ASSERT_TRUE(edit(cem, {.description = ""}));
    EXPECT_EQ(chat().description, "");
}

TEST_F(GroupSettingsTest, OnlyAdminsDecideWhatMembersMayDo) {
    EXPECT_EQ(code_of(edit(cem, {.send = Allowed::admins})), ErrorCode::forbidden);
    EXPECT_EQ(code_of(edit(cem, {.join_approval = true})), ErrorCode::forbidden);
    EXPECT_EQ(code_of(edit(dan, {.join_approval = true})), ErrorCode::not_found);
    ASSERT_TRUE(edit(bob, {.send = Allowed::admins, .join_approval = true}));
    EXPECT_EQ(last_event().change, Change::permissions);
    EXPECT_EQ(last_event().permissions.send, Allowed::admins);
    EXPECT_TRUE(last_event().join_approval);
    restart();
    EXPECT_EQ(chat().permissions.send, Allowed::admins);
    EXPECT_EQ(chat().permissions.edit, Allowed::members);
}

TEST_F(GroupSettingsTest, AnEditThatIsNotAllowedWholeDoesNothing) {
    const auto before = history(group, ann).size();
    EXPECT_EQ(code_of(edit(cem, {.title = "new", .send = Allowed::admins})), ErrorCode::forbidden);
    EXPECT_EQ(code_of(edit(ann, {.title = "new", .description = "\x01"})), ErrorCode::invalid);
    EXPECT_EQ(history(group, ann).size(), before);
    ASSERT_TRUE(edit(ann, {.title = "new", .description = "d", .edit = Allowed::admins}));
    EXPECT_EQ(history(group, ann).size(), before + 3);
}

TEST_F(GroupSettingsTest, WhereOnlyAdminsEditAMemberDoesNot) {
    ASSERT_TRUE(edit(ann, {.edit = Allowed::admins}));
    EXPECT_EQ(code_of(edit(cem, {.title = "mine"})), ErrorCode::forbidden);
    EXPECT_EQ(code_of(edit(cem, {.description = "mine"})), ErrorCode::forbidden);
    EXPECT_EQ(code_of(run(service->set_picture(group, cem, domain::Picture{}))),
              ErrorCode::forbidden);
    EXPECT_TRUE(edit(bob, {.title = "ours"}));
}

TEST_F(GroupSettingsTest, WhereOnlyAdminsSendAMemberDoesNot) {
    const auto id = new_client_id();
    const auto first = send(group, cem, DeviceId{31}, id);
    ASSERT_TRUE(edit(ann, {.send = Allowed::admins}));
    EXPECT_EQ(code_of(send(group, cem)), ErrorCode::forbidden);
    EXPECT_TRUE(send(group, bob));
    EXPECT_TRUE(send(group, ann));
    EXPECT_EQ(send(group, cem, DeviceId{31}, id)->seq, first->seq);  // it was accepted before
    restart();
    EXPECT_EQ(code_of(send(group, cem)), ErrorCode::forbidden);
    ASSERT_TRUE(run(service->set_role(group, ann, cem, Role::admin)));
    EXPECT_TRUE(send(group, cem));
    ASSERT_TRUE(run(service->set_role(group, ann, cem, Role::member)));
    ASSERT_TRUE(edit(ann, {.send = Allowed::members}));
    EXPECT_TRUE(send(group, cem));
}

// The change and the sends are in the log before any of them has its place.
TEST_F(GroupSettingsTest, TheOrderOfTheLogDecidesWhoMaySend) {
    const auto before = begin_send(group, cem, DeviceId{31}, new_client_id(), "before");
    bool changed = false;
    executor.start(service->edit(group, ann, {.send = Allowed::admins}),
                   [&](base::Result<void> result) { changed = result.has_value(); });
    const auto after = begin_send(group, cem, DeviceId{31}, new_client_id(), "after");
    executor.run_until_idle();
    ASSERT_TRUE(changed);
    Seq event_seq;
    for (const auto& message : history(group, ann)) {
        const bool permissions =
            message.content.event && message.content.event->change == Change::permissions;
        if (permissions) event_seq = message.seq;
    }
    for (const auto& outcome : {*before, *after}) {
        if (outcome->has_value()) {
            EXPECT_LT((*outcome)->seq, event_seq);
        } else {
            EXPECT_EQ(outcome->error().code, ErrorCode::forbidden);
        }
    }
    EXPECT_TRUE((*before)->has_value());
}

// The process ends between the stored change and its place in the log.
TEST_F(GroupSettingsTest, PermissionsThatWereStoredHoldOnceTheyAreSequenced) {
    ports::MemberChange change;
    change.control = {new_client_id(), group, ann, {Change::permissions, {}, {}, {}}};
    change.control.event.permissions.send = Allowed::admins;
    ASSERT_TRUE(run(directory.change(change)));
    restart();
    EXPECT_TRUE(send(group, cem));
    EXPECT_EQ(run(service->recover()), 1U);
    EXPECT_EQ(code_of(send(group, cem)), ErrorCode::forbidden);
    EXPECT_EQ(last_event().change, Change::permissions);
}

TEST_F(GroupSettingsTest, ThePictureIsForMembersAndAnEvent) {
    const domain::Picture picture{domain::PictureType::png, "bytes"};
    EXPECT_EQ(code_of(run(service->picture(group, cem))), ErrorCode::not_found);
    ASSERT_TRUE(run(service->set_picture(group, cem, picture)));
    EXPECT_EQ(last_event().change, Change::picture);
    EXPECT_EQ(last_event().picture, domain::picture_version("bytes"));
    restart();
    EXPECT_EQ(run(service->picture(group, bob)).value(), picture);
    EXPECT_EQ(code_of(run(service->picture(group, dan))), ErrorCode::not_found);
    const auto before = history(group, ann).size();
    ASSERT_TRUE(run(service->set_picture(group, cem, picture)));
    EXPECT_EQ(history(group, ann).size(), before);
    ASSERT_TRUE(run(service->set_picture(group, cem, std::nullopt)));
    EXPECT_EQ(last_event().picture, 0U);
    EXPECT_EQ(code_of(run(service->picture(group, cem))), ErrorCode::not_found);
}

TEST_F(GroupSettingsTest, WhoHasTheLinkJoins) {
    const auto token = new_link();
    EXPECT_EQ(run(service->look(token))->members, 3U);
    const auto joined = join(dan, token);
    ASSERT_TRUE(joined);
    EXPECT_EQ(joined->joined, Joined::joined);
    EXPECT_EQ(joined->chat, group);
    EXPECT_EQ(history(group, dan).front().sender, dan);
    EXPECT_TRUE(join(dan, token));
    EXPECT_EQ(run(service->links(group, ann))->front().uses, 1U);
    EXPECT_EQ(members(), 4U);
}

TEST_F(GroupSettingsTest, ALinkEnds) {
    const auto once = new_link({std::chrono::hours(1), 1});
    EXPECT_TRUE(join(dan, once));
    EXPECT_EQ(code_of(join(eve, once)), ErrorCode::not_found);
    EXPECT_EQ(code_of(run(service->look(once))), ErrorCode::not_found);
    EXPECT_EQ(join(dan, once)->joined, Joined::joined);  // his answer was lost
    const auto revoked = new_link();
    const auto link = run(service->links(group, ann))->back().id;
    ASSERT_TRUE(run(service->remove_link(group, bob, link)));
    EXPECT_EQ(code_of(join(eve, revoked)), ErrorCode::not_found);
    const auto expired = new_link();
    executor.advance(std::chrono::hours(1));
    EXPECT_EQ(code_of(join(eve, expired)), ErrorCode::not_found);
    EXPECT_EQ(code_of(join(eve, "nonsense")), ErrorCode::not_found);
}

TEST_F(GroupSettingsTest, ALinkOfWhoMayNotAddMembersAnyMoreIsNotGood) {
    const LinkTerms terms{std::chrono::hours(1), {}};
    const auto token = run(service->create_link(group, bob, terms))->token;
    ASSERT_TRUE(run(service->set_role(group, ann, bob, Role::member)));
    EXPECT_EQ(code_of(join(dan, token)), ErrorCode::not_found);
    ASSERT_TRUE(run(service->set_role(group, ann, bob, Role::admin)));
    ASSERT_TRUE(run(service->remove(group, ann, bob)));
    EXPECT_EQ(code_of(run(service->look(token))), ErrorCode::not_found);
    EXPECT_EQ(code_of(join(bob, token)), ErrorCode::not_found);
}

TEST_F(GroupSettingsTest, OnlyAdminsSeeAndMakeLinksAndRequests) {
    const LinkTerms terms{std::chrono::hours(1), {}};
    EXPECT_EQ(code_of(run(service->create_link(group, cem, terms))), ErrorCode::forbidden);
    EXPECT_EQ(code_of(run(service->create_link(group, dan, terms))), ErrorCode::not_found);
    EXPECT_EQ(code_of(run(service->links(group, cem))), ErrorCode::forbidden);
    EXPECT_EQ(code_of(run(service->requests(group, cem))), ErrorCode::forbidden);
    EXPECT_EQ(code_of(run(service->accept(group, cem, dan))), ErrorCode::forbidden);
    EXPECT_EQ(code_of(run(service->refuse(group, cem, dan))), ErrorCode::forbidden);
    EXPECT_EQ(code_of(run(service->accept(group, dan, dan))), ErrorCode::not_found);
    const auto direct = open_direct(ann, bob);
    EXPECT_EQ(code_of(run(service->create_link(direct, ann, terms))), ErrorCode::forbidden);
}

TEST_F(GroupSettingsTest, WhereAdminsHaveToAgreeALinkAsks) {
    ASSERT_TRUE(edit(ann, {.join_approval = true}));
    const auto token = new_link({std::chrono::hours(1), 1});
    EXPECT_EQ(join(dan, token)->joined, Joined::requested);
    EXPECT_EQ(join(dan, token)->joined, Joined::requested);
    EXPECT_EQ(join(eve, token)->joined, Joined::requested);
    EXPECT_EQ(run(service->requests(group, bob))->size(), 2U);
    EXPECT_EQ(members(), 3U);
    ASSERT_TRUE(run(service->accept(group, bob, dan)));
    ASSERT_TRUE(run(service->accept(group, bob, dan)));  // again
    EXPECT_EQ(members(), 4U);
    EXPECT_EQ(last_event().users, std::vector{dan});
    EXPECT_EQ(run(service->links(group, ann))->front().uses, 1U);
    ASSERT_TRUE(run(service->refuse(group, ann, eve)));
    EXPECT_EQ(code_of(run(service->accept(group, ann, eve))), ErrorCode::not_found);
    EXPECT_TRUE(run(service->requests(group, ann))->empty());
    EXPECT_EQ(members(), 4U);
}

TEST_F(GroupSettingsTest, WhoAsksTakesHisRequestBack) {
    ASSERT_TRUE(edit(ann, {.join_approval = true}));
    ASSERT_TRUE(join(dan, new_link()));
    EXPECT_EQ(code_of(run(service->refuse(group, eve, dan))), ErrorCode::not_found);
    ASSERT_TRUE(run(service->refuse(group, dan, dan)));
    EXPECT_EQ(code_of(run(service->refuse(group, dan, dan))), ErrorCode::not_found);
}

TEST_F(GroupSettingsTest, AFullGroupTakesNobodyByLinkOrRequest) {
    const auto token = new_link();
    ASSERT_TRUE(edit(ann, {.join_approval = true}));
    ASSERT_TRUE(join(fay, token));
    ASSERT_TRUE(run(service->add(group, ann, {dan, eve})));
    EXPECT_EQ(code_of(run(service->accept(group, ann, fay))), ErrorCode::too_many_members);
    EXPECT_EQ(run(service->requests(group, ann))->size(), 1U);
    EXPECT_EQ(code_of(join(UserId{7}, token)), ErrorCode::too_many_members);
    ASSERT_TRUE(edit(ann, {.join_approval = false}));
    EXPECT_EQ(code_of(join(UserId{7}, token)), ErrorCode::too_many_members);
    EXPECT_EQ(members(), 5U);
    EXPECT_EQ(run(service->links(group, ann))->front().uses, 0U);
    ASSERT_TRUE(run(service->remove(group, ann, eve)));
    EXPECT_TRUE(run(service->accept(group, ann, fay)));
}

TEST_F(GroupSettingsTest, ABlockBetweenTheTwoKeepsOneOut) {
    relations.blocks.insert({dan, ann});
    EXPECT_EQ(code_of(join(dan, new_link())), ErrorCode::forbidden);
    ASSERT_TRUE(edit(ann, {.join_approval = true}));
    const LinkTerms terms{std::chrono::hours(1), {}};
    const auto token = run(service->create_link(group, bob, terms))->token;
    ASSERT_TRUE(join(dan, token));
    EXPECT_EQ(code_of(run(service->accept(group, ann, dan))), ErrorCode::forbidden);
    EXPECT_TRUE(run(service->accept(group, bob, dan)));
}

}  // namespace
}  // namespace banter::chat
