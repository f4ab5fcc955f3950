// Who is online, and who is told.

#include "harness.hpp"

namespace banter::presence {

using Tells = std::vector<Told>;

TEST_F(PresenceTest, AUserIsOnlineWhileHeHasASession) {
    EXPECT_EQ(see(alice, bob), offline());
    open(bob, phone);
    EXPECT_EQ(see(alice, bob), online());
    close(bob, phone);
    const auto closed_at = clock.now();
    executor.advance(seconds(5));
    EXPECT_EQ(see(alice, bob), offline(closed_at));
}

TEST_F(PresenceTest, GoesOfflineOnceAndAfterTheGrace) {
    open(bob, phone);
    watch(here, alice, bob);
    first.take();
    close(bob, phone);
    const auto closed_at = clock.now();
    executor.advance(PresenceService::grace - milliseconds(1));
    EXPECT_EQ(first.take(), Tells{});
    executor.advance(milliseconds(1));
    EXPECT_EQ(first.take(), (Tells{{here.session, bob, offline(closed_at)}}));
    executor.advance(seconds(60));
    EXPECT_EQ(first.take(), Tells{});
}

TEST_F(PresenceTest, AQuickReturnIsNotSeen) {
    open(bob, phone);
    watch(here, alice, bob);
    first.take();
    for (int reload = 0; reload < 3; ++reload) {
        close(bob, phone);
        executor.advance(PresenceService::grace - milliseconds(1));
        open(bob, phone);
    }
    executor.advance(seconds(60));
    EXPECT_EQ(first.take(), Tells{});
    EXPECT_EQ(see(alice, bob), online());
}

TEST_F(PresenceTest, TheGraceBeginsAnewWithTheLastClose) {
    open(bob, phone);
    close(bob, phone);
    executor.advance(milliseconds(1500));
    open(bob, phone);
    close(bob, phone);
    executor.advance(milliseconds(1500));
    EXPECT_EQ(see(alice, bob), online());
    executor.advance(milliseconds(500));
    EXPECT_EQ(see(alice, bob).status, Status::offline);
}

TEST_F(PresenceTest, DevicesAndTheirSocketsCountTogether) {
    open(bob, phone);
    open(bob, phone);
    open(bob, laptop);
    watch(here, alice, bob);
    first.take();
    close(bob, phone);
    close(bob, laptop);
    executor.advance(seconds(10));
    EXPECT_EQ(see(alice, bob), online());
    close(bob, phone);
    const auto closed_at = clock.now();
    executor.advance(seconds(10));
    EXPECT_EQ(first.take(), (Tells{{here.session, bob, offline(closed_at)}}));
}

TEST_F(PresenceTest, ACloseWithoutAnOpenChangesNothing) {
    open(bob, phone);
    close(bob, laptop);
    close(carol, phone);
    executor.advance(seconds(10));
    EXPECT_EQ(see(alice, bob), online());
    EXPECT_EQ(see(alice, carol), offline());
}

TEST_F(PresenceTest, TheEndOfADevicesLastSocketIsRemembered) {
    open(bob, phone);
    open(bob, phone);
    close(bob, phone);
    EXPECT_TRUE(visibility.ended.empty());
    close(bob, phone);
    EXPECT_EQ(visibility.ended, (std::vector<std::pair<UserId, DeviceId>>{{bob, phone}}));
}

TEST_F(PresenceTest, LastSeenIsReadBackWhenTheProcessDoesNotKnowIt) {
    const auto before = clock.now() - std::chrono::hours(3);
    visibility.remembered[bob] = before;
    EXPECT_EQ(see(alice, bob), offline(before));
    watch(here, alice, bob);
    EXPECT_EQ(first.take(), (Tells{{here.session, bob, offline(before)}}));
}

TEST_F(PresenceTest, WatchingTellsNowAndOnChange) {
    watch(here, alice, bob);
    EXPECT_EQ(first.take(), (Tells{{here.session, bob, offline()}}));
    open(bob, phone);
    EXPECT_EQ(first.take(), (Tells{{here.session, bob, online()}}));
    open(bob, laptop);
    EXPECT_EQ(first.take(), Tells{});
}

TEST_F(PresenceTest, WatchingAgainTellsAgainButChangesOnce) {
    watch(here, alice, bob);
    watch(here, alice, bob);
    EXPECT_EQ(first.take(),
              (Tells{{here.session, bob, offline()}, {here.session, bob, offline()}}));
    open(bob, phone);
    EXPECT_EQ(first.take(), (Tells{{here.session, bob, online()}}));
}

TEST_F(PresenceTest, EachWatcherIsToldOnHisOwnShard) {
    watch(here, alice, bob);
    watch(there, carol, bob);
    first.take();
    second.take();
    open(bob, phone);
    EXPECT_EQ(first.take(), (Tells{{here.session, bob, online()}}));
    EXPECT_EQ(second.take(), (Tells{{there.session, bob, online()}}));
    service.unwatch(here, bob);
    close(bob, phone);
    executor.advance(seconds(5));
    EXPECT_EQ(first.take(), Tells{});
    EXPECT_EQ(second.take().size(), 1u);
}

TEST_F(PresenceTest, WhoDoesNotWatchCostsNothing) {
    open(bob, phone);
    close(bob, phone);
    executor.advance(seconds(5));
    EXPECT_EQ(visibility.questions, 0);
    EXPECT_EQ(first.take(), Tells{});
}

// What a change costs, counted in pieces of work and look-ups, is the same whoever else is online.
TEST_F(PresenceTest, TheCostOfAChangeIsThatOfItsWatchers) {
    watch(here, alice, bob);
    const auto cost = [this] {
        const int asked = visibility.questions;
        service.session_opened(bob, phone);
        std::size_t work = executor.run_until_idle();
        service.session_closed(bob, phone);
        work += executor.run_until_idle();
        executor.advance(seconds(5));
        EXPECT_EQ(visibility.questions, asked);
        EXPECT_EQ(first.take().size(), 2u);
        return work;
    };
    first.take();
    const auto alone = cost();
    for (std::uint64_t other = 100; other < 10'100; ++other) {
        service.session_opened(UserId{other}, phone);
        if (other < 600) service.watch({other, 1}, UserId{other}, carol);
    }
    settle();
    second.take();
    EXPECT_EQ(cost(), alone);
    EXPECT_EQ(second.take(), Tells{});
}

TEST_F(PresenceTest, UnwatchingEndsIt) {
    watch(here, alice, bob);
    first.take();
    service.unwatch(here, bob);
    open(bob, phone);
    EXPECT_EQ(first.take(), Tells{});
}

// A session that closes right after its watch must leave nothing behind: its key never returns.
TEST_F(PresenceTest, UnwatchingEndsAWatchThatIsStillBeingLookedUp) {
    visibility.holding = true;
    watch(here, alice, bob);
    service.unwatch(here, bob);
    settle();
    answer(0);
    open(bob, phone);
    EXPECT_EQ(first.take(), Tells{});
}

TEST_F(PresenceTest, AChangeDuringTheLookUpIsToldByItsAnswer) {
    visibility.holding = true;
    watch(here, alice, bob);
    open(bob, phone);
    EXPECT_EQ(first.take(), Tells{});
    answer(0);
    EXPECT_EQ(first.take(), (Tells{{here.session, bob, online()}}));
}

}  // namespace banter::presence
