// Who may know: the answers of the visibility source, and their changes.

#include "harness.hpp"

namespace banter::presence {

using Tells = std::vector<Told>;

TEST_F(PresenceTest, WhoMayNotSeeLearnsNothing) {
    visibility.hidden.insert({alice, bob});
    visibility.remembered[bob] = clock.now();
    EXPECT_EQ(see(alice, bob), hidden());
    watch(here, alice, bob);
    EXPECT_EQ(first.take(), (Tells{{here.session, bob, hidden()}}));
    open(bob, phone);
    close(bob, phone);
    executor.advance(seconds(5));
    EXPECT_EQ(first.take(), Tells{});
    EXPECT_EQ(see(alice, bob), hidden());
    EXPECT_EQ(see(bob, bob).status, Status::offline);
}

TEST_F(PresenceTest, AFailedLookUpHidesAWatchAndFailsAGet) {
    open(bob, phone);
    visibility.failing = true;
    const auto view = executor.run(service.get(alice, bob));
    ASSERT_FALSE(view);
    EXPECT_EQ(view.error().code, base::ErrorCode::overloaded);
    watch(here, alice, bob);
    EXPECT_EQ(first.take(), (Tells{{here.session, bob, hidden()}}));
}

TEST_F(PresenceTest, AChangeOfVisibilityIsToldToThoseWhoseViewChanged) {
    open(bob, phone);
    watch(here, alice, bob);
    watch(there, carol, bob);
    first.take();
    second.take();
    visibility.hidden.insert({alice, bob});
    service.visibility_changed(bob);
    settle();
    EXPECT_EQ(first.take(), (Tells{{here.session, bob, hidden()}}));
    EXPECT_EQ(second.take(), Tells{});
    visibility.hidden.clear();
    service.visibility_changed(bob);
    settle();
    EXPECT_EQ(first.take(), (Tells{{here.session, bob, online()}}));
    EXPECT_EQ(second.take(), Tells{});
}

TEST_F(PresenceTest, WhoBecomesVisibleIsShownAsLastSeen) {
    const auto before = clock.now() - std::chrono::hours(1);
    visibility.remembered[bob] = before;
    visibility.hidden.insert({alice, bob});
    watch(here, alice, bob);
    first.take();
    visibility.hidden.clear();
    service.visibility_changed(bob);
    settle();
    EXPECT_EQ(first.take(), (Tells{{here.session, bob, offline(before)}}));
}

TEST_F(PresenceTest, AChangeOfVisibilityOfWhomNobodyWatchesCostsNothing) {
    open(bob, phone);
    service.visibility_changed(bob);
    service.visibility_changed(carol);
    settle();
    EXPECT_EQ(visibility.questions, 0);
}

// The directory may answer out of order; what it said before the user hid himself is void.
TEST_F(PresenceTest, AnAnswerFromBeforeAChangeDoesNotUndoIt) {
    open(bob, phone);
    visibility.holding = true;
    watch(here, alice, bob);
    visibility.hidden.insert({alice, bob});
    service.visibility_changed(bob);
    settle();
    ASSERT_EQ(visibility.held.size(), 2u);
    answer(1);
    answer(0);
    EXPECT_EQ(first.take(), (Tells{{here.session, bob, hidden()}}));
    close(bob, phone);
    executor.advance(seconds(5));
    EXPECT_EQ(first.take(), Tells{});
}

TEST_F(PresenceTest, AnAnswerForAWatcherWhoLeftIsIgnored) {
    open(bob, phone);
    watch(here, alice, bob);
    first.take();
    visibility.hidden.insert({alice, bob});
    visibility.holding = true;
    service.visibility_changed(bob);
    settle();
    service.unwatch(here, bob);
    settle();
    answer(0);
    EXPECT_EQ(first.take(), Tells{});
}

}  // namespace banter::presence
