#include "load/replay/chat_view.hpp"

#include <gtest/gtest.h>

namespace banter::load {
namespace {

constexpr Person bob = 2;

ChatView::Member member_with(Seq delivered, Seq read, Seq joined = 1) {
    return {bob, joined, {delivered, read}};
}

TEST(ChatView, AgreesWhenEveryOwnMessageHasTheStatusOfTheServer) {
    ChatView view;
    for (const Seq seq : {3, 5, 9})
        view.own_message(seq);
    view.receipt(bob, {5, 0});
    view.receipt(bob, {0, 3});
    EXPECT_EQ(view.wrong_statuses(member_with(5, 3), 1), 0u);
    // Between own messages a mark changes nothing that is shown.
    EXPECT_EQ(view.wrong_statuses(member_with(8, 4), 1), 0u);
}

TEST(ChatView, CountsEachMessageWithAnotherStatus) {
    ChatView view;
    for (const Seq seq : {3, 5, 9})
        view.own_message(seq);
    EXPECT_EQ(view.wrong_statuses(member_with(9, 5), 1), 5u);
    view.receipt(bob, {9, 0});
    EXPECT_EQ(view.wrong_statuses(member_with(9, 5), 1), 2u);
    view.receipt(bob, {0, 9});  // more than the server says is wrong, too
    EXPECT_EQ(view.wrong_statuses(member_with(9, 5), 1), 1u);
}

TEST(ChatView, LeavesOutWhatIsOlderThanEitherMembership) {
    ChatView view;
    for (const Seq seq : {3, 5, 9})
        view.own_message(seq);
    EXPECT_EQ(view.wrong_statuses(member_with(9, 0, 6), 1), 1u);
    EXPECT_EQ(view.wrong_statuses(member_with(9, 0), 4), 2u);
}

TEST(ChatView, AReadIsADeliveryAndNothingGoesBack) {
    ChatView view;
    view.own_message(4);
    view.receipt(bob, {0, 4});
    view.receipt(bob, {2, 1});
    EXPECT_EQ(view.wrong_statuses(member_with(4, 4), 1), 0u);
}

}  // namespace
}  // namespace banter::load
