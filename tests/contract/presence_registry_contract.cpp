// What every ports::PresenceRegistry promises, seen from two nodes that share one.
#include <algorithm>
#include <gtest/gtest.h>

#include "adapters/memory/manual_executor.hpp"
#include "adapters/memory/memory_presence_registry.hpp"

namespace banter::contract {
namespace {

using base::Timestamp;
using domain::DeviceId;
using domain::UserId;
using ports::NodeId;
using ports::PresenceEntry;
using namespace std::chrono_literals;

constexpr NodeId here{7};
constexpr NodeId there{8};
constexpr UserId ada{(1ULL << 63) - 1};
constexpr UserId bob{2};
constexpr DeviceId phone{21};
constexpr DeviceId laptop{(1ULL << 63) - 1};
struct Listener final : ports::PresenceListener {
    void presence_changed(UserId user) override { changed.push_back(user); }
    void presence_lost() override { ++lost; }

    std::vector<UserId> changed;
    int lost = 0;
};

// Two nodes on the memory adapter. Another adapter brings the same members; one whose time cannot
// be moved waits, and so has shorter times and a tolerance.
struct MemoryPresence {
    static constexpr std::chrono::milliseconds lives = 60s;
    static constexpr std::chrono::milliseconds lapsed_kept = ports::PresenceRegistry::lapsed_kept;
    static constexpr std::chrono::milliseconds tolerance = 0s;

    template <class T>
    T run(base::Task<T> task) {
        return executor.run(std::move(task));
    }
    // Until what was told has come.
    void settle() { executor.run_until_idle(); }
    void pass(std::chrono::milliseconds time) { executor.advance(time); }
    // The registry starts anew with nothing in it.
    void lose_all() { entries.lose_all(true); }

    adapters::memory::ManualClock clock;
    adapters::memory::ManualExecutor executor{&clock};
    adapters::memory::MemoryPresenceEntries entries{clock};
    adapters::memory::MemoryPresenceRegistry first{entries, here};
    adapters::memory::MemoryPresenceRegistry second{entries, there};
};

template <class Engine>
class PresenceRegistryContract : public testing::Test {
protected:
    PresenceRegistryContract() {
        engine_.first.listen(first_listener_);
        engine_.second.listen(second_listener_);
    }

    static constexpr auto lives = Engine::lives;

    ports::PresenceRegistry& first() { return engine_.first; }
    ports::PresenceRegistry& second() { return engine_.second; }

    std::size_t put(ports::PresenceRegistry& node, std::vector<ports::PresentDevice> devices) {
        const auto fresh = engine_.run(node.put(std::move(devices), engine_.clock.now(), lives));
        EXPECT_TRUE(fresh);
        engine_.settle();
        return fresh.value_or(99);
    }
    void remove(ports::PresenceRegistry& node, std::vector<ports::PresentDevice> devices) {
        EXPECT_TRUE(engine_.run(node.remove(std::move(devices))));
        engine_.settle();
    }
    // In a certain order, which an adapter need not keep.
    std::vector<PresenceEntry> find(UserId user) {
        auto found = *engine_.run(second().find({user}));
        EXPECT_EQ(found.size(), 1u);
        std::ranges::sort(found.front(), {}, [](const PresenceEntry& entry) {
            return std::pair(entry.device, entry.node);
        });
        return found.front();
    }

    void expect(const PresenceEntry& entry, DeviceId device, NodeId node, Timestamp last_seen,
                std::chrono::milliseconds left) {
        EXPECT_EQ(entry.device, device);
        EXPECT_EQ(entry.node, node);
        EXPECT_EQ(entry.last_seen, last_seen);
        EXPECT_LE(entry.lives, left);
        EXPECT_GE(entry.lives, left - Engine::tolerance);
    }

    Engine engine_;
    Listener first_listener_;
    Listener second_listener_;
};

using Engines = testing::Types<MemoryPresence>;
TYPED_TEST_SUITE(PresenceRegistryContract, Engines);

TYPED_TEST(PresenceRegistryContract, KnowsWhoseEntriesItPuts) {
    EXPECT_EQ(this->first().node(), here);
    EXPECT_EQ(this->second().node(), there);
}

TYPED_TEST(PresenceRegistryContract, WhatOneNodePutsTheOtherFinds) {
    const auto now = this->engine_.clock.now();
    EXPECT_EQ(this->put(this->first(), {{ada, phone}, {ada, laptop}}), 2u);
    const auto found = this->find(ada);
    ASSERT_EQ(found.size(), 2u);
    this->expect(found[0], phone, here, now, TestFixture::lives);
    this->expect(found[1], laptop, here, now, TestFixture::lives);
    EXPECT_TRUE(this->find(bob).empty());
}

TYPED_TEST(PresenceRegistryContract, UsersAreAnsweredInTheOrderAskedFor) {
    this->put(this->first(), {{ada, phone}, {bob, laptop}});
    const auto found = *this->engine_.run(this->second().find({bob, UserId{77}, ada, bob}));
    ASSERT_EQ(found.size(), 4u);
    EXPECT_EQ(found[0].at(0).device, laptop);
    EXPECT_TRUE(found[1].empty());
    EXPECT_EQ(found[2].at(0).device, phone);
    EXPECT_EQ(found[3], found[0]);
    EXPECT_TRUE(this->engine_.run(this->second().find({}))->empty());
}

TYPED_TEST(PresenceRegistryContract, EachNodeHasItsOwnEntryOfADeviceThatMoves) {
    this->put(this->first(), {{ada, phone}});
    EXPECT_EQ(this->put(this->second(), {{ada, phone}}), 1u);
    EXPECT_EQ(this->find(ada).size(), 2u);
    this->remove(this->first(), {{ada, phone}});
    const auto left = this->find(ada);
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].node, there);
}

TYPED_TEST(PresenceRegistryContract, RemovingWhatIsNotThereChangesNothing) {
    this->put(this->second(), {{ada, phone}});
    this->remove(this->first(), {{ada, phone}, {bob, laptop}});
    this->remove(this->second(), {{ada, laptop}});
    EXPECT_EQ(this->find(ada).size(), 1u);
    this->remove(this->second(), {{ada, phone}});
    this->remove(this->second(), {{ada, phone}});
    EXPECT_TRUE(this->find(ada).empty());
}

TYPED_TEST(PresenceRegistryContract, AnEntryLivesForAsLongAsItIsRenewed) {
    constexpr auto lives = TestFixture::lives;
    this->put(this->first(), {{ada, phone}});
    this->engine_.pass(lives / 2);
    EXPECT_LE(this->find(ada).at(0).lives, lives / 2);
    const auto renewed = this->engine_.clock.now();
    EXPECT_EQ(this->put(this->first(), {{ada, phone}}), 0u);
    this->engine_.pass(lives / 4 * 3);
    const auto found = this->find(ada);
    ASSERT_EQ(found.size(), 1u);
    this->expect(found[0], phone, here, renewed, lives / 4);
    EXPECT_GT(found[0].lives, 0s);
}

TYPED_TEST(PresenceRegistryContract, OneThatLapsedTellsWhenItWasSeenLastForADay) {
    const auto seen = this->engine_.clock.now();
    this->put(this->first(), {{ada, phone}});
    this->engine_.pass(TestFixture::lives);
    EXPECT_EQ(this->find(ada), (std::vector<PresenceEntry>{{phone, here, seen, 0s}}));
    this->engine_.pass(TypeParam::lapsed_kept / 2);
    EXPECT_EQ(this->find(ada).size(), 1u);
    this->engine_.pass(TypeParam::lapsed_kept / 2);
    EXPECT_TRUE(this->find(ada).empty());
}

TYPED_TEST(PresenceRegistryContract, OneThatLapsedComesBackAsNew) {
    this->put(this->first(), {{ada, phone}});
    this->engine_.pass(TestFixture::lives);
    this->second().follow(ada);
    EXPECT_EQ(this->put(this->first(), {{ada, phone}}), 1u);
    EXPECT_GT(this->find(ada).at(0).lives, 0s);
    EXPECT_EQ(this->second_listener_.changed, std::vector{ada});
}

TYPED_TEST(PresenceRegistryContract, AWholeBatchIsOneCall) {
    std::vector<ports::PresentDevice> devices;
    std::vector<UserId> users;
    for (std::uint64_t i = 0; i < ports::PresenceRegistry::max_batch; ++i) {
        users.push_back(UserId{1000 + i});
        devices.push_back({users.back(), phone});
    }
    EXPECT_EQ(this->put(this->first(), devices), devices.size());
    EXPECT_EQ(this->put(this->first(), devices), 0u);
    const auto found = *this->engine_.run(this->second().find(users));
    ASSERT_EQ(found.size(), users.size());
    EXPECT_TRUE(std::ranges::all_of(found, [](const auto& list) { return list.size() == 1; }));
    this->remove(this->first(), devices);
    EXPECT_TRUE(this->find(users.front()).empty());
    EXPECT_TRUE(this->find(users.back()).empty());
}

TYPED_TEST(PresenceRegistryContract, ComingAndGoingIsToldToWhoFollows) {
    this->second().follow(ada);
    this->put(this->first(), {{ada, phone}, {bob, phone}});
    EXPECT_EQ(this->second_listener_.changed, std::vector{ada});
    this->remove(this->first(), {{ada, phone}, {bob, phone}});
    EXPECT_EQ(this->second_listener_.changed, (std::vector{ada, ada}));
    EXPECT_TRUE(this->first_listener_.changed.empty());
}

TYPED_TEST(PresenceRegistryContract, RenewalsAndOnesOwnChangesAreNotTold) {
    this->put(this->first(), {{ada, phone}});
    this->first().follow(ada);
    this->second().follow(ada);
    this->put(this->first(), {{ada, phone}});
    this->put(this->first(), {{ada, laptop}});
    this->remove(this->first(), {{ada, laptop}});
    EXPECT_TRUE(this->first_listener_.changed.empty());
    EXPECT_EQ(this->second_listener_.changed, (std::vector{ada, ada}));
}

TYPED_TEST(PresenceRegistryContract, FollowingTwiceIsFollowingOnceAndEnds) {
    this->second().follow(ada);
    this->second().follow(ada);
    this->put(this->first(), {{ada, phone}});
    EXPECT_EQ(this->second_listener_.changed, std::vector{ada});
    this->second().unfollow(ada);
    this->second().unfollow(bob);
    this->remove(this->first(), {{ada, phone}});
    EXPECT_EQ(this->second_listener_.changed, std::vector{ada});
}

TYPED_TEST(PresenceRegistryContract, ALossIsToldAndTheNextPutSaysWhatWasMissing) {
    this->put(this->first(), {{ada, phone}, {bob, phone}});
    this->second().follow(ada);
    this->engine_.lose_all();
    this->engine_.settle();
    EXPECT_EQ(this->first_listener_.lost, 1);
    EXPECT_EQ(this->second_listener_.lost, 1);
    EXPECT_TRUE(this->find(ada).empty());
    EXPECT_EQ(this->put(this->first(), {{ada, phone}}), 1u);
    EXPECT_EQ(this->put(this->first(), {{ada, phone}, {bob, phone}}), 1u);
    EXPECT_EQ(this->second_listener_.changed, std::vector{ada});
}

}  // namespace
}  // namespace banter::contract
