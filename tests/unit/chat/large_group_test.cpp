// A group of 500 is made, opened and left, and nobody else notices.
#include <deque>

#include "harness.hpp"

namespace banter::chat {
namespace {

constexpr std::size_t most = 500;

// A directory whose answers wait at a gate while it is shut, and that counts the calls.
class GatedDirectory final : public adapters::memory::MemoryChatDirectory {
public:
    using MemoryChatDirectory::MemoryChatDirectory;

    Answer<Created> create(ports::NewChat chat) override {
        ++calls;
        co_await gate();
        co_return co_await MemoryChatDirectory::create(std::move(chat));
    }
    Answer<void> change(ports::MemberChange change) override {
        ++calls;
        co_await gate();
        co_return co_await MemoryChatDirectory::change(std::move(change));
    }
    Answer<void> sequenced(ports::ControlMessage control, Seq seq) override {
        ++calls;
        co_await gate();
        co_return co_await MemoryChatDirectory::sequenced(std::move(control), seq);
    }
    Answer<std::optional<ports::ChatWithMembers>> find(ChatId chat) override {
        ++calls;
        co_await gate();
        co_return co_await MemoryChatDirectory::find(chat);
    }

    // Lets one of those that wait through; false: nobody waits.
    bool let_one_through() {
        if (waiting_.empty()) return false;
        const auto next = waiting_.front();
        waiting_.pop_front();
        next(true);
        return true;
    }

    bool shut = false;
    int calls = 0;

private:
    base::Task<void> gate() {
        if (!shut) co_return;
        base::CallbackAwaiter<bool> turn(
            [this](base::Completion<bool> mine) { waiting_.push_back(mine); });
        co_await turn;
    }

    std::deque<base::Completion<bool>> waiting_;
};

class CountingRelations final : public FakeRelations {
public:
    base::Task<base::Result<bool>> blocked_either_way(UserId one, UserId other) override {
        ++calls;
        return FakeRelations::blocked_either_way(one, other);
    }
    base::Task<base::Result<std::vector<UserId>>> blocked_among(
        UserId user, std::vector<UserId> others) override {
        ++calls;
        return FakeRelations::blocked_among(user, std::move(others));
    }
    base::Task<base::Result<std::vector<domain::User>>> users(std::vector<UserId> users) override {
        ++calls;
        return FakeRelations::users(std::move(users));
    }

    int calls = 0;
};

class LargeGroupTest : public ChatTest {
protected:
    LargeGroupTest() {
        limits.max_members = most;
        service = std::make_unique<ChatService>(
            shards, std::vector<delivery::Registry*>{&registry},
            ChatPorts{store, store, store, gated, states, log, counted, clock, random}, limits);
        log.consumer = service.get();
        others_chat = open_direct(ann, bob);
        EXPECT_TRUE(send(others_chat, ann, "the chat is loaded"));
    }

    static NewGroup large() {
        NewGroup group;
        group.creator = cem;
        group.title = "everyone";
        for (std::size_t i = 1; i < most; ++i)
            group.members.push_back(UserId{1000 + i});
        return group;
    }

    // Runs the task to its end with every answer of the directory held back, and sends elsewhere
    // each time it waits. How often it did.
    template <class T>
    int run_beside_others(base::Task<T> task, std::optional<T>& outcome) {
        gated.shut = true;
        executor.start(std::move(task), [&](T result) { outcome.emplace(std::move(result)); });
        int waits = 0;
        do {
            executor.run_until_idle();
            if (outcome) break;
            EXPECT_TRUE(send(others_chat, ann));
            EXPECT_TRUE(send(others_chat, bob));
            ++waits;
        } while (gated.let_one_through());
        gated.shut = false;
        return waits;
    }

    GatedDirectory gated{clock};
    CountingRelations counted;
    ChatId others_chat;
};

TEST_F(LargeGroupTest, OthersSendWhileItIsMadeOpenedAndLeft) {
    std::optional<base::Result<ports::ChatDirectory::Created>> made;
    EXPECT_GE(run_beside_others(service->create_group(large()), made), 2);
    ASSERT_TRUE(made.has_value() && made->has_value());
    const ChatId group = made->value().chat;

    executor.advance(std::chrono::minutes(2));
    service->forget_idle();
    executor.run_until_idle();
    EXPECT_TRUE(send(others_chat, ann, "loaded again"));
    std::optional<base::Result<std::vector<MemberView>>> opened;
    EXPECT_GE(run_beside_others(service->members(group, cem), opened), 1);
    EXPECT_EQ(opened->value().size(), most);

    std::optional<base::Result<void>> left;
    EXPECT_GE(run_beside_others(service->remove(group, UserId{1001}, UserId{1001}), left), 2);
    EXPECT_TRUE(left->has_value());
    EXPECT_EQ(run(service->members(group, cem))->size(), most - 1);
}

TEST_F(LargeGroupTest, MakingItAsksTheEnginesAsOftenAsMakingASmallOne) {
    const auto cost = [&](NewGroup group) {
        gated.calls = counted.calls = 0;
        EXPECT_TRUE(run(service->create_group(std::move(group)))->created);
        return gated.calls + counted.calls;
    };
    NewGroup small = large();
    small.members.resize(2);
    EXPECT_EQ(cost(large()), cost(small));
}

TEST_F(LargeGroupTest, OpeningItLooksUpOnceWhoShowsHisReads) {
    const auto group = run(service->create_group(large()))->chat;
    counted.policies[UserId{1001}].audience = domain::Audience::nobody;
    counted.policy_look_ups = 0;
    for (int opened = 0; opened < 2; ++opened) {
        const auto members = run(service->members(group, cem));
        EXPECT_EQ(std::ranges::count(*members, false, &MemberView::shows_read), 1);
    }
    EXPECT_EQ(counted.policy_look_ups, 1U);
}

TEST_F(LargeGroupTest, NothingIsWrittenForEachMemberOfIt) {
    const auto group = run(service->create_group(large()))->chat;
    EXPECT_TRUE(send(group, cem, "to everyone"));
    for (const auto user : {cem, UserId{1001}, UserId{1499}})
        EXPECT_TRUE(run(store.entries(user)).value().empty());
    EXPECT_EQ(history(group, UserId{1499}).size(), 2U);
}

TEST_F(LargeGroupTest, TheNextOneIsRefusedHoweverHeComes) {
    const auto group = run(service->create_group(large()))->chat;
    const LinkTerms terms{std::chrono::hours(1), {}};
    const auto token = run(service->create_link(group, cem, terms))->token;
    EXPECT_EQ(code_of(run(service->add(group, cem, {ann}))), base::ErrorCode::too_many_members);
    EXPECT_EQ(code_of(run(service->join(token, ann))), base::ErrorCode::too_many_members);
    NewGroup larger = large();
    larger.members.push_back(ann);
    EXPECT_EQ(code_of(run(service->create_group(larger))), base::ErrorCode::too_many_members);
}

}  // namespace
}  // namespace banter::chat
