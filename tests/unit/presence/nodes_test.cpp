// Presence over several nodes that share a registry.

#include "adapters/memory/memory_presence_registry.hpp"
#include "harness.hpp"

namespace banter::presence {

using Tells = std::vector<Told>;
using ports::NodeId;

// A node's way to the registry, which a test counts and breaks.
class TestRegistry final : public ports::PresenceRegistry, ports::PresenceListener {
public:
    TestRegistry(adapters::memory::MemoryPresenceEntries& entries, NodeId node)
        : memory_(entries, node) {}

    NodeId node() const override { return memory_.node(); }
    void listen(ports::PresenceListener& listener) override {
        listener_ = &listener;
        memory_.listen(*this);
    }
    Task<Result<std::size_t>> put(std::vector<ports::PresentDevice> devices, Timestamp now,
                                  milliseconds lives) override {
        ++puts;
        if (down) co_return unavailable();
        co_return co_await memory_.put(std::move(devices), now, lives);
    }
    Task<Result<void>> remove(std::vector<ports::PresentDevice> devices) override {
        ++removes;
        if (down) co_return unavailable();
        co_return co_await memory_.remove(std::move(devices));
    }
    Task<Result<std::vector<std::vector<ports::PresenceEntry>>>> find(
        std::vector<UserId> users) override {
        ++finds;
        if (down) co_return unavailable();
        co_return co_await memory_.find(std::move(users));
    }
    void follow(UserId user) override {
        followed.insert(user);
        memory_.follow(user);
    }
    void unfollow(UserId user) override {
        followed.erase(user);
        memory_.unfollow(user);
    }

    bool down = false;  // no call is done
    bool deaf = false;  // no notice comes
    int puts = 0;
    int removes = 0;
    int finds = 0;
    std::set<UserId> followed;

private:
    void presence_changed(UserId user) override {
        if (!deaf) listener_->presence_changed(user);
    }
    void presence_lost() override { listener_->presence_lost(); }
    static std::unexpected<base::Problem> unavailable() {
        return base::fail(base::ErrorCode::overloaded, "The registry does not answer.");
    }

    ports::PresenceListener* listener_ = nullptr;
    adapters::memory::MemoryPresenceRegistry memory_;
};

// Alice is on the first node; what she watches is on the second.
class NodesTest : public testing::Test {
protected:
    struct Node {
        Node(NodesTest& test, NodeId id)
            : registry(test.entries, id),
              service(test.shards, {&first, &second}, test.visibility, test.clock, &registry) {}

        TestRegistry registry;
        RecordingSink first;
        RecordingSink second;
        PresenceService service;
    };

    static constexpr WatcherId here{7, 0};
    static constexpr PresenceTimes times{};

    void settle() { executor.run_until_idle(); }
    void open(Node& node, UserId user, DeviceId device = phone) {
        node.service.session_opened(user, device);
        settle();
    }
    void close(Node& node, UserId user, DeviceId device = phone) {
        node.service.session_closed(user, device);
        settle();
    }
    void watch(Node& node, UserId watching, UserId target) {
        node.service.watch(here, watching, target);
        settle();
    }
    PresenceView see(Node& node, UserId watcher, UserId target) {
        auto view = executor.run(node.service.get(watcher, target));
        EXPECT_TRUE(view);
        return view ? *view : PresenceView{};
    }
    static Told told(UserId user, PresenceView view) { return {here.session, user, view}; }
    static PresenceView online() { return {Status::online, std::nullopt}; }
    static PresenceView offline(std::optional<Timestamp> last_seen = std::nullopt) {
        return {Status::offline, last_seen};
    }

    ManualClock clock;
    ManualExecutor executor{&clock};
    runtime::Shards shards{{&executor, &executor}};
    FakeVisibility visibility;
    adapters::memory::MemoryPresenceEntries entries{clock};
    Node one{*this, NodeId{1}};
    Node two{*this, NodeId{2}};
};

TEST_F(NodesTest, ASessionOnAnotherNodeIsSeenByWhoWatchesAndWhoAsks) {
    watch(one, alice, bob);
    EXPECT_EQ(one.first.take(), (Tells{told(bob, offline())}));
    open(two, bob);
    EXPECT_EQ(one.first.take(), (Tells{told(bob, online())}));
    open(two, carol);
    EXPECT_EQ(see(one, alice, carol), online());
    watch(one, alice, carol);
    EXPECT_EQ(one.first.take(), (Tells{told(carol, online())}));
}

TEST_F(NodesTest, TheLastCloseIsOfflineWithinFiveSecondsWithItsTime) {
    open(two, bob);
    watch(one, alice, bob);
    one.first.take();
    close(two, bob);
    const auto closed_at = clock.now();
    executor.advance(times.grace);
    EXPECT_EQ(one.first.take(), Tells{});
    executor.advance(seconds(5) - times.grace);
    EXPECT_EQ(one.first.take(), (Tells{told(bob, offline(closed_at))}));
    EXPECT_EQ(see(two, alice, bob), offline(closed_at));
}

TEST_F(NodesTest, AUserIsOnlineWhileAnyNodeHasADeviceOfHis) {
    open(one, bob, phone);
    open(two, bob, laptop);
    watch(one, alice, bob);
    one.first.take();
    close(one, bob, phone);
    executor.advance(seconds(90));
    EXPECT_EQ(one.first.take(), Tells{});
    EXPECT_EQ(see(one, alice, bob), online());
    close(two, bob, laptop);
    executor.advance(seconds(5));
    EXPECT_EQ(one.first.take().size(), 1u);
}

TEST_F(NodesTest, ADeviceThatMovesDoesNotFlicker) {
    Node third{*this, NodeId{3}};
    watch(one, alice, bob);
    watch(third, alice, bob);
    open(one, bob);
    one.first.take();
    third.first.take();
    for (int move = 0; move < 3; ++move) {
        close(one, bob);
        executor.advance(times.grace - milliseconds(100));
        open(two, bob);
        executor.advance(seconds(40));
        close(two, bob);
        executor.advance(times.grace - milliseconds(100));
        open(one, bob);
        executor.advance(seconds(40));
    }
    EXPECT_EQ(one.first.take(), Tells{});
    EXPECT_EQ(third.first.take(), Tells{});
}

TEST_F(NodesTest, WhoseNodeDiedIsOfflineWithin65SecondsAndWasSeenAtItsLastHeartbeat) {
    open(two, bob);
    watch(one, alice, bob);
    executor.advance(seconds(45));
    const auto last_heartbeat = clock.now() - seconds(15);
    two.registry.down = true;
    one.first.take();
    executor.advance(seconds(44));
    EXPECT_EQ(one.first.take(), Tells{});
    executor.advance(seconds(6));
    EXPECT_EQ(one.first.take(), (Tells{told(bob, offline(last_heartbeat))}));
    EXPECT_EQ(visibility.remembered.at(bob), last_heartbeat);
}

TEST_F(NodesTest, WhoAsksLaterIsToldTheLastHeartbeat) {
    open(two, bob);
    const auto heartbeat = clock.now();
    two.registry.down = true;
    executor.advance(std::chrono::hours(2));
    EXPECT_EQ(see(one, alice, bob), offline(heartbeat));
    EXPECT_EQ(visibility.remembered.at(bob), heartbeat);
}

TEST_F(NodesTest, ANodeThatStoodStillBringsItsUsersBack) {
    open(two, bob);
    watch(one, alice, bob);
    two.registry.down = true;
    executor.advance(seconds(70));
    one.first.take();
    two.registry.down = false;
    executor.advance(seconds(2));
    EXPECT_EQ(one.first.take(), (Tells{told(bob, online())}));
}

TEST_F(NodesTest, ALostNoticeIsMadeGoodWithTheNextRenewal) {
    watch(one, alice, bob);
    one.registry.deaf = true;
    open(two, bob);
    one.first.take();
    executor.advance(times.renewal);
    EXPECT_EQ(one.first.take(), (Tells{told(bob, online())}));
    close(two, bob);
    executor.advance(times.renewal + seconds(5));
    EXPECT_EQ(one.first.take().size(), 1u);
    EXPECT_EQ(see(one, alice, bob).status, Status::offline);
}

TEST_F(NodesTest, ARegistryThatLosesEverythingIsNotSeen) {
    open(two, bob);
    watch(one, alice, bob);
    one.first.take();
    executor.advance(seconds(10));
    entries.lose_all(true);
    executor.advance(seconds(120));
    EXPECT_EQ(one.first.take(), Tells{});
    EXPECT_EQ(see(one, alice, bob), online());
}

// The first renewal that finds its entry missing brings all of them back.
TEST_F(NodesTest, ALossThatNobodyWasToldOfEndsWithTheFirstRenewal) {
    open(two, bob);
    executor.advance(seconds(20));
    open(two, carol);
    settle();
    entries.lose_all(false);
    executor.advance(seconds(10));
    EXPECT_EQ(see(one, alice, bob), online());
    EXPECT_EQ(see(one, alice, carol), online());
}

TEST_F(NodesTest, WithoutTheRegistryANodeKnowsItsOwnSessions) {
    one.registry.down = true;
    two.registry.down = true;
    open(two, carol);
    watch(one, alice, bob);
    EXPECT_EQ(one.first.take(), (Tells{told(bob, offline())}));
    open(one, bob);
    EXPECT_EQ(one.first.take(), (Tells{told(bob, online())}));
    close(one, bob);
    executor.advance(seconds(5));
    EXPECT_EQ(one.first.take().size(), 1u);
    EXPECT_EQ(see(one, alice, carol).status, Status::offline);
    one.registry.down = false;
    two.registry.down = false;
    executor.advance(seconds(2));
    EXPECT_EQ(see(one, alice, carol), online());
}

TEST_F(NodesTest, ARemovalThatFailsIsRepeated) {
    open(two, bob);
    watch(one, alice, bob);
    close(two, bob);
    two.registry.down = true;
    executor.advance(seconds(10));
    EXPECT_EQ(see(one, alice, bob), online());
    two.registry.down = false;
    executor.advance(seconds(5));
    EXPECT_EQ(see(one, alice, bob).status, Status::offline);
}

TEST_F(NodesTest, WhoIsNotWatchedCostsOneCallForManyAndNoQuestion) {
    for (std::uint64_t user = 100; user < 500; ++user)
        two.service.session_opened(UserId{user}, phone);
    settle();
    const int shards_with_some = two.registry.puts;
    EXPECT_LE(shards_with_some, 2);
    executor.advance(times.renewal);
    EXPECT_EQ(two.registry.puts, 2 * shards_with_some);
    for (std::uint64_t user = 100; user < 500; ++user)
        two.service.session_closed(UserId{user}, phone);
    executor.advance(seconds(200));
    EXPECT_EQ(two.registry.puts, 2 * shards_with_some);
    EXPECT_EQ(two.registry.removes, shards_with_some);
    EXPECT_EQ(one.registry.finds + two.registry.finds, 0);
    EXPECT_TRUE(two.registry.followed.empty());
}

TEST_F(NodesTest, AUserIsFollowedWhileSomebodyWatches) {
    watch(one, alice, bob);
    one.service.watch({8, 1}, carol, bob);
    settle();
    EXPECT_EQ(one.registry.followed, (std::set<UserId>{bob}));
    one.service.unwatch(here, bob);
    settle();
    EXPECT_EQ(one.registry.followed, (std::set<UserId>{bob}));
    one.service.unwatch({8, 1}, bob);
    settle();
    EXPECT_TRUE(one.registry.followed.empty());
    const int asked = one.registry.finds;
    open(two, bob);
    executor.advance(seconds(120));
    EXPECT_EQ(one.registry.finds, asked);
    EXPECT_EQ(see(one, alice, bob), online());
}

TEST_F(NodesTest, WhoIsHiddenStaysHiddenWhereverHeIs) {
    visibility.hidden.insert({alice, bob});
    watch(one, alice, bob);
    open(two, bob);
    EXPECT_EQ(one.first.take(), (Tells{told(bob, {Status::hidden, {}})}));
    EXPECT_EQ(see(one, alice, bob).status, Status::hidden);
    visibility.hidden.clear();
    one.service.visibility_lost();
    settle();
    EXPECT_EQ(one.first.take(), (Tells{told(bob, online())}));
    visibility.hidden.insert({alice, bob});
    one.service.visibility_lost();
    one.service.visibility_lost();
    settle();
    EXPECT_EQ(one.first.take(), (Tells{told(bob, {Status::hidden, {}})}));
}

}  // namespace banter::presence
