#pragma once

#include <functional>
#include <gtest/gtest.h>
#include <set>

#include "adapters/memory/manual_clock.hpp"
#include "adapters/memory/manual_executor.hpp"
#include "adapters/memory/memory_chat_directory.hpp"
#include "adapters/memory/memory_message_store.hpp"
#include "adapters/memory/memory_personal_states.hpp"
#include "adapters/memory/seeded_random.hpp"
#include "chat/chat_service.hpp"

namespace banter::chat {

using adapters::memory::ManualClock;
using adapters::memory::ManualExecutor;
using domain::ChatId;
using domain::ClientId;
using domain::DeviceId;
using domain::Seq;
using domain::UserId;

inline constexpr UserId ann{1};
inline constexpr UserId bob{2};
inline constexpr UserId cem{3};
inline constexpr DeviceId ann_phone{11};
inline constexpr DeviceId bob_phone{21};

// Every user exists; who has blocked whom, and who hides his reads, is up to the test.
class FakeRelations : public Relations {
public:
    base::Task<base::Result<bool>> blocked_either_way(UserId one, UserId other) override {
        co_return blocks.contains({one, other}) || blocks.contains({other, one});
    }
    base::Task<base::Result<std::vector<UserId>>> blocked_among(
        UserId user, std::vector<UserId> others) override {
        std::erase_if(others, [&](UserId other) {
            return !blocks.contains({user, other}) && !blocks.contains({other, user});
        });
        co_return others;
    }
    base::Task<base::Result<ReadPolicies>> read_policies(std::vector<UserId> readers) override {
        ++policy_look_ups;
        if (policies_fail) {
            co_return base::fail_retry(base::ErrorCode::overloaded, "The disk is behind.",
                                       std::chrono::seconds(1));
        }
        ReadPolicies found;
        for (const auto reader : readers) {
            const auto known = policies.find(reader);
            found[reader] = known == policies.end() ? ReadPolicy{} : known->second;
        }
        co_return found;
    }
    base::Task<base::Result<std::vector<domain::User>>> users(std::vector<UserId> users) override {
        std::vector<domain::User> found;
        for (const auto user : users) {
            domain::User known;
            known.id = user;
            if (user.value < 100'000) found.push_back(known);
        }
        co_return found;
    }

    std::set<std::pair<UserId, UserId>> blocks;
    std::map<UserId, ReadPolicy> policies;
    std::size_t policy_look_ups = 0;
    bool policies_fail = false;
};

// A MessageLog whose consumer is called at once, on the one executor of these tests.
class DirectLog final : public ports::MessageLog {
public:
    explicit DirectLog(const ports::Clock& clock) : clock_(clock) {}

    base::Result<void> append(ports::SendCommand command) override {
        consumer->consume({{0, ++offset_}, clock_.now(), std::move(command)});
        return {};
    }
    base::Result<void> append_control(ports::ControlMessage control) override {
        consumer->consume({{0, ++offset_}, clock_.now(), {}, std::move(control)});
        return {};
    }
    bool replays() const override { return false; }
    void commit(ports::LogPosition) override {}
    std::uint64_t rewind(std::int32_t) override { return 0; }
    std::int32_t partition_of(ChatId) const override { return 0; }
    bool owns(std::int32_t) const override { return true; }
    ports::NodeId node() const override { return {}; }
    Owner owner(std::int32_t) const override { return {}; }

    ports::LogConsumer* consumer = nullptr;

private:
    const ports::Clock& clock_;
    std::int64_t offset_ = 0;
};

// The chat service on one executor over memory, and restarts of it on the same data.
class ChatTest : public ::testing::Test {
protected:
    ChatTest() { restart(); }

    void restart() {
        service.reset();
        store.reopen();
        service = std::make_unique<ChatService>(
            shards, std::vector<delivery::Registry*>{&registry},
            ChatPorts{store, store, store, directory, states, log, relations, clock, random},
            limits);
        log.consumer = service.get();
    }

    template <class T>
    T run(base::Task<T> task) {
        return executor.run(std::move(task));
    }

    ChatId open_direct(UserId one, UserId other) {
        return run(service->open_direct(one, other))->chat;
    }

    ChatId make_group(UserId owner, std::vector<UserId> members) {
        NewGroup group;
        group.creator = owner;
        group.title = "group";
        group.members = std::move(members);
        return run(service->create_group(std::move(group)))->chat;
    }

    ClientId new_client_id() { return ClientId{random.uuid()}; }

    // Sends without waiting; the outcome is in the result when it is there.
    using Outcome = std::optional<base::Result<protocol::Sent>>;
    std::shared_ptr<Outcome> begin_send(ChatId chat, UserId sender, DeviceId device, ClientId id,
                                        std::string text) {
        auto outcome = std::make_shared<Outcome>();
        ports::SendCommand command{chat, {sender, device, id}, {}};
        command.content.text = std::move(text);
        service->send(0, std::move(command),
                      [outcome](const base::Result<protocol::Sent>& result) { *outcome = result; });
        return outcome;
    }

    base::Result<protocol::Sent> send(ChatId chat, UserId sender, DeviceId device, ClientId id,
                                      std::string text = "hello") {
        const auto outcome = begin_send(chat, sender, device, id, std::move(text));
        executor.run_until_idle();
        return outcome->value();
    }

    base::Result<protocol::Sent> send(ChatId chat, UserId sender, std::string text = "hello") {
        return send(chat, sender, DeviceId{sender.value * 10 + 1}, new_client_id(),
                    std::move(text));
    }

    std::vector<domain::Message> history(ChatId chat, UserId user) {
        HistoryQuery query;
        query.chat = chat;
        query.after = Seq{0};
        query.limit = 200;
        auto page = run(service->history(user, query));
        return page ? page->messages : std::vector<domain::Message>{};
    }

    ManualClock clock;
    ManualExecutor executor{&clock};
    runtime::Shards shards{{&executor}};
    adapters::memory::SeededRandom random;
    adapters::memory::MemoryMessageStore store;
    adapters::memory::MemoryChatDirectory directory{clock};
    adapters::memory::MemoryPersonalStates states{directory, clock};
    FakeRelations relations;
    DirectLog log{clock};
    delivery::Registry registry;
    ChatLimits limits{.max_members = 5,
                      .sequencer = {.marks_wait = {}, .receipts_tick = {}}};  // at once
    std::unique_ptr<ChatService> service;
};

inline base::ErrorCode code_of(const auto& result) {
    return result ? base::ErrorCode::invalid : result.error().code;
}

}  // namespace banter::chat
