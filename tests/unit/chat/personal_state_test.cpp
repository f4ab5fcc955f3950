// What a user keeps of a chat for himself, and how his sessions are told.
#include "harness.hpp"

namespace banter::chat {
namespace {

using domain::PersonalStateChange;

// A session that remembers the drafts it was told of, a ref behind them.
class Listener final : public delivery::FeedOutput {
public:
    void write(delivery::EncodedFrame frame) override {
        if (frame->find("\"type\":\"state\"") == std::string::npos) return;
        const auto begin = frame->find("\"draft\":\"") + 9;
        std::string said = frame->substr(begin, frame->find('"', begin) - begin);
        if (frame->find("\"ref\"") != std::string::npos) said += " ref";
        told.push_back(said);
    }
    void joined(ChatId) override {}
    void left(ChatId) override {}
    void moved(const delivery::Concerned&) override {}
    void failed(const base::Problem&) override {}
    bool writable() override { return true; }

    std::vector<std::string> take() { return std::exchange(told, {}); }

private:
    std::vector<std::string> told;
};

class PersonalStateTest : public ChatTest {
protected:
    struct Session {
        Listener listener;
        std::shared_ptr<delivery::Feed> feed;
    };

    std::unique_ptr<Session> connect(UserId user) {
        auto session = std::make_unique<Session>();
        session->feed = std::make_shared<delivery::Feed>(
            delivery::Feed::Identity{user, DeviceId{user.value * 10 + 1}}, store, session->listener,
            64);
        registry.add(session->feed);
        session->feed->start();
        return session;
    }

    base::Result<ports::PersonalStateRow> draft(UserId user, std::string text,
                                                ChatService::StateOrigin origin = {}) {
        PersonalStateChange change;
        change.draft = std::move(text);
        auto result = run(service->change_state(chat, user, std::move(change), std::move(origin)));
        executor.run_until_idle();
        return result;
    }

    const ChatId chat = open_direct(ann, bob);
};

using Told = std::vector<std::string>;

TEST_F(PersonalStateTest, AChangeReachesAllSessionsOfTheUserAndNobodyElse) {
    const auto phone = connect(ann);
    const auto laptop = connect(ann);
    const auto other = connect(bob);
    ASSERT_TRUE(draft(ann, "hi", {phone->feed, "r"}));
    EXPECT_EQ(phone->listener.take(), Told{"hi ref"});
    EXPECT_EQ(laptop->listener.take(), Told{"hi"});
    EXPECT_EQ(other->listener.take(), Told{});
    EXPECT_EQ(run(service->states(ann, {chat}))->front().state.draft, "hi");
}

TEST_F(PersonalStateTest, AChangeOverHttpReachesEverySession) {
    const auto phone = connect(ann);
    ASSERT_TRUE(draft(ann, "hi"));
    EXPECT_EQ(phone->listener.take(), Told{"hi"});
}

TEST_F(PersonalStateTest, WhatIsSoAlreadyIsToldToTheOneWhoAskedOnly) {
    const auto phone = connect(ann);
    const auto laptop = connect(ann);
    draft(ann, "hi");
    phone->listener.take();
    laptop->listener.take();
    ASSERT_TRUE(draft(ann, "hi", {phone->feed, "r"}));
    EXPECT_EQ(phone->listener.take(), Told{"hi ref"});
    EXPECT_EQ(laptop->listener.take(), Told{});
}

TEST_F(PersonalStateTest, EverySessionSeesChangesInOneOrder) {
    const auto phone = connect(ann);
    const auto laptop = connect(ann);
    for (int n = 0; n < 10; ++n) {
        PersonalStateChange change;
        change.draft = std::to_string(n);
        const ChatService::StateOrigin origin{n % 2 == 0 ? phone->feed : laptop->feed, {}};
        executor.start(service->change_state(chat, ann, change, origin), [](const auto&) {});
    }
    executor.run_until_idle();
    const auto seen = phone->listener.take();
    EXPECT_EQ(seen.size(), 10u);
    EXPECT_EQ(seen.back(), "9");
    EXPECT_EQ(laptop->listener.take(), seen);
}

TEST_F(PersonalStateTest, WhoIsNoMemberIsRefusedAndNobodyIsTold) {
    const auto stranger = connect(cem);
    EXPECT_EQ(code_of(draft(cem, "x", {stranger->feed, "r"})), base::ErrorCode::not_found);
    EXPECT_EQ(stranger->listener.take(), Told{});
}

}  // namespace
}  // namespace banter::chat
