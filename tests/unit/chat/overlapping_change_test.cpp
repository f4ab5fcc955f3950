// Changes of a group while the directory is slow, or fails and has written nevertheless.
#include "harness.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;
using domain::Change;

// The directory in memory that holds a change up, or writes it and says that it failed.
class TroubledDirectory final : public adapters::memory::MemoryChatDirectory {
public:
    using MemoryChatDirectory::MemoryChatDirectory;

    void hold_next_change() { holds_ = true; }
    void go_on() { std::exchange(held_, {})(true); }
    void fail_next_answer() { fails_ = true; }

    base::Task<base::Result<void>> change(ports::MemberChange change) override {
        if (std::exchange(holds_, false)) {
            base::CallbackAwaiter<bool> gate(
                [this](base::Completion<bool> passed) { held_ = passed; });
            co_await gate;
        }
        const auto written = co_await MemoryChatDirectory::change(std::move(change));
        if (!std::exchange(fails_, false)) co_return written;
        co_return base::fail_retry(ErrorCode::overloaded, "The disk failed.",
                                   std::chrono::seconds(1));
    }

private:
    bool holds_ = false;
    bool fails_ = false;
    std::function<void(bool)> held_;
};

class OverlappingChange : public ChatTest {
protected:
    OverlappingChange() {
        service = std::make_unique<ChatService>(
            shards, std::vector<delivery::Registry*>{&registry},
            ChatPorts{store, store, store, troubled, states, log, relations, clock, random},
            limits);
        log.consumer = service.get();
        group = make_group(ann, {bob, cem});
    }

    std::vector<Change> changes() {
        std::vector<Change> found;
        for (const auto& message : history(group, ann)) {
            if (message.content.event) found.push_back(message.content.event->change);
        }
        return found;
    }

    TroubledDirectory troubled{clock};
    ChatId group;
};

// A commit that fails makes what is known of the chat void, but not whose turn it is.
TEST_F(OverlappingChange, WaitsAlsoWhenTheChatIsLoadedAnewMeanwhile) {
    std::optional<base::Result<void>> first;
    std::optional<base::Result<void>> second;
    troubled.hold_next_change();
    executor.start(service->remove(group, ann, bob), [&](const auto& result) { first = result; });
    executor.run_until_idle();
    store.refuse_next_commit();
    EXPECT_FALSE(send(group, ann));
    executor.start(service->remove(group, ann, bob), [&](const auto& result) { second = result; });
    executor.run_until_idle();
    EXPECT_FALSE(second);
    executor.post([&] { troubled.go_on(); });
    executor.run_until_idle();
    ASSERT_TRUE(first && second);
    EXPECT_TRUE(*first);
    EXPECT_EQ(code_of(*second), ErrorCode::not_found);
    EXPECT_EQ(changes(), (std::vector{Change::created, Change::member_removed}));
}

TEST_F(OverlappingChange, IsDecidedAfterOneThatFailedAndWasWritten) {
    troubled.fail_next_answer();
    EXPECT_EQ(code_of(run(service->remove(group, bob, bob))), ErrorCode::overloaded);
    EXPECT_EQ(code_of(run(service->remove(group, bob, bob))), ErrorCode::not_found);
    EXPECT_EQ(changes(), (std::vector{Change::created, Change::member_removed}));
    EXPECT_TRUE(run(troubled.outbox())->empty());
}

TEST_F(OverlappingChange, ThatFailedAndWasWrittenGetsItsPlaceByItself) {
    troubled.fail_next_answer();
    EXPECT_FALSE(run(service->remove(group, ann, bob)));
    executor.advance(std::chrono::seconds(2));
    EXPECT_EQ(changes(), (std::vector{Change::created, Change::member_removed}));
}

}  // namespace
}  // namespace banter::chat
