// The chat service on both embedded engines on one disk whose power goes: what it answered holds
// after the start, and memberships and events agree however the cut fell between the two engines.
#include <map>
#include <optional>
#include <set>

#include "adapters/embedded/data_directory.hpp"
#include "adapters/embedded/lane_log.hpp"
#include "adapters/embedded/rocks_message_store.hpp"
#include "adapters/embedded/sqlite_chat_directory.hpp"
#include "adapters/embedded/sqlite_personal_states.hpp"
#include "adapters/memory/manual_clock.hpp"
#include "adapters/memory/manual_executor.hpp"
#include "adapters/memory/seeded_random.hpp"
#include "chat/chat_service.hpp"
#include "rocks_disk.hpp"
#include "seeds.hpp"
#include "sqlite_disk.hpp"

namespace banter::power {
namespace {

using adapters::embedded::DataDirectoryError;
using adapters::embedded::RocksMessageStore;
using adapters::embedded::SqliteChatDirectory;
using adapters::embedded::SqliteDatabase;
using adapters::memory::ManualExecutor;
using base::Result;
using base::Task;
using domain::ChatId;
using domain::ClientId;
using domain::Seq;
using domain::UserId;

constexpr std::uint64_t cuts_of_a_seed = 6;
constexpr std::uint64_t rounds_of_a_life = 25;
constexpr std::uint64_t user_count = 8;

// What a test makes the server do wrong.
struct Mistakes {
    bool answers_before_commit = false;
    bool forgets_outbox = false;  // at the start
};

// Every user exists and nobody has blocked anybody.
class EveryUser final : public chat::Relations {
public:
    Task<Result<bool>> blocked_either_way(UserId, UserId) override { co_return false; }
    Task<Result<std::vector<UserId>>> blocked_among(UserId, std::vector<UserId>) override {
        co_return std::vector<UserId>{};
    }
    Task<Result<ReadPolicies>> read_policies(std::vector<UserId> readers) override {
        ReadPolicies found;
        for (const auto reader : readers)
            found[reader] = {};
        co_return found;
    }
    Task<Result<std::vector<domain::User>>> users(std::vector<UserId> ids) override {
        std::vector<domain::User> found(ids.size());
        for (std::size_t i = 0; i < ids.size(); ++i)
            found[i].id = ids[i];
        co_return found;
    }
};

// The store as it is, or one that answers each commit at once and writes it with the next.
class MaybeEagerStore final : public ports::MessageStore {
public:
    MaybeEagerStore(RocksMessageStore& store, bool eager) : store_(store), eager_(eager) {}

    Task<Result<void>> commit(ports::CommitBatch batch) override {
        if (!eager_) return store_.commit(std::move(batch));
        auto late = std::exchange(held_, std::move(batch));
        base::spawn(store_.commit(std::move(late)), [](const Result<void>&) {});
        return answer();
    }
    Task<Result<std::vector<domain::Message>>> read(ports::MessageRange range) override {
        return store_.read(range);
    }
    Task<Result<std::optional<ports::HeadRow>>> head(ChatId chat) override {
        return store_.head(chat);
    }
    Task<Result<std::vector<std::optional<ports::HeadRow>>>> heads(
        std::vector<ChatId> chats) override {
        return store_.heads(std::move(chats));
    }
    Task<Result<std::optional<ports::SendRow>>> find_send(ports::SendKey key) override {
        return store_.find_send(key);
    }
    bool failed() const override { return store_.failed(); }

private:
    static Task<Result<void>> answer() { co_return Result<void>{}; }

    RocksMessageStore& store_;
    const bool eager_;
    ports::CommitBatch held_;
};

adapters::embedded::RocksOptions store_options(rocksdb::Env* env) {
    adapters::embedded::RocksOptions options;
    options.block_cache_bytes = 1 << 20;
    options.write_buffer_bytes = 64 << 10;
    options.reader_threads = 1;
    options.env = env;
    return options;
}

SqliteDatabase::Options database_options(const SqliteDisk& vfs) {
    SqliteDatabase::Options options;
    options.readers = 1;
    options.vfs = vfs.name();
    return options;
}

// The server between two cuts: two chat shards on one thread, the engines on theirs.
struct Booted {
    Booted(SimulatedDisk& disk, ManualExecutor& executor, const ports::Clock& clock,
           ports::Random& random, Mistakes mistakes)
        : env(rocks_env(disk)),
          vfs(disk),
          store("/data/messages", store_options(env.get()), metrics),
          database("/data/directory.sqlite", database_options(vfs)),
          chats(database, clock),
          states(database, clock),
          maybe_eager(store, mistakes.answers_before_commit),
          shards{{&executor, &executor}},
          log(shards, clock),
          service(shards, {&registries[0], &registries[1]},
                  chat::ChatPorts{maybe_eager, store, store, chats, states, log, everyone, clock,
                                  random},
                  limits) {
        log.set_consumer(service);
    }

    base::Metrics metrics;
    std::unique_ptr<rocksdb::Env, CloseEnv> env;
    SqliteDisk vfs;
    RocksMessageStore store;
    SqliteDatabase database;
    SqliteChatDirectory chats;
    adapters::embedded::SqlitePersonalStates states;
    MaybeEagerStore maybe_eager;
    EveryUser everyone;
    runtime::Shards shards;
    adapters::embedded::LaneLog log;
    std::array<delivery::Registry, 2> registries;
    chat::ChatLimits limits{.sequencer = {.marks_wait = {}, .receipts_tick = {}}};
    chat::ChatService service;
};

struct Send {
    ChatId chat;
    ports::SendKey key;
    std::string text;
    std::optional<protocol::Sent> sent;  // once it has been confirmed
};

struct Membership {
    ChatId chat;
    UserId user;
    auto operator<=>(const Membership&) const = default;
};

class ServerLife {
public:
    ServerLife(std::uint64_t seed, Mistakes mistakes)
        : disk_(seed), engine_(seed), random_(seed), mistakes_(mistakes) {
        clock_.jump(std::chrono::hours(24 * 365 * 50));  // no send is older than 30 days
        disk_.make_directory("/data");
        disk_.sync_directory("/");
    }

    Life live() {
        for (std::uint64_t i = 0; i < cuts_of_a_seed && life_.findings.empty(); ++i) {
            disk_.cut_power_after(1 + below(1ULL << (4 + below(6))));
            boot(rounds_of_a_life);
            disk_.cut_power();
            disk_.reboot();
            ++life_.cuts;
        }
        if (life_.findings.empty()) boot(0);
        return std::move(life_);
    }

private:
    std::uint64_t below(std::uint64_t end) {
        return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(engine_);
    }
    UserId any_user() { return {1 + below(user_count)}; }
    void found(std::string finding) {
        if (disk_.has_power()) life_.findings.push_back(std::move(finding));
    }

    void boot(std::uint64_t rounds) {
        try {
            Booted booted(disk_, executor_, clock_, random_, mistakes_);
            start(booted);
            for (std::uint64_t i = 0; i < rounds && disk_.has_power(); ++i)
                run_round(booted);
            if (rounds > 0) disk_.cut_power();
            booted.store.close();
            booted.database.close();
            executor_.run_until_idle();
        } catch (const DataDirectoryError& error) {
            found(error.what());
        }
    }

    // What the program does before its first session, and then the check.
    void start(Booted& booted) {
        for (const auto& damage : booted.store.damages())
            found("reported: " + damage.what);
        if (!mistakes_.forgets_outbox) {
            const auto recovered = executor_.run(booted.service.recover());
            if (!recovered) return found("the outbox: " + recovered.error().detail);
        }
        check_sends(booted);
        check_marks(booted);
        const auto outbox = executor_.run(booted.chats.outbox());
        if (!outbox) return found("the outbox: " + outbox.error().detail);
        if (!outbox->empty()) found("a change has no place in its chat");
        for (const auto& chat : all_groups(booted))
            check_group(booted, chat);
    }

    // Also those whose making was never confirmed.
    std::set<ChatId> all_groups(Booted& booted) {
        std::set<ChatId> groups(groups_.begin(), groups_.end());
        for (std::uint64_t user = 1; user <= user_count; ++user) {
            const auto chats = executor_.run(booted.chats.memberships({user}));
            if (!chats) found("the chats of a user can't be read: " + chats.error().detail);
            if (!chats) break;
            for (const auto& one : *chats)
                if (one.chat.type == domain::ChatType::group) groups.insert(one.chat.id);
        }
        return groups;
    }

    std::vector<domain::Message> messages_of(Booted& booted, ChatId chat) {
        std::vector<domain::Message> messages;
        ports::MessageRange range;
        range.chat = chat;
        range.limit = 1000;
        while (true) {
            auto page = executor_.run(booted.store.read(range));
            if (!page) found("a chat can't be read: " + page.error().detail);
            if (!page || page->empty()) return messages;
            range.after = page->back().seq;
            std::ranges::move(*page, std::back_inserter(messages));
        }
    }

    // Confirmed sends are where they were said to be; the others are there once or not at all.
    void check_sends(Booted& booted) {
        std::map<ClientId, domain::Message> by_client_id;
        for (const auto& chat : chats_) {
            Seq expected{1};
            for (auto& message : messages_of(booted, chat)) {
                if (message.seq != expected) found("a chat has a gap");
                expected = message.seq.next();
                const auto id = message.client_id;
                if (!by_client_id.emplace(id, std::move(message)).second) found("sent twice");
            }
        }
        for (const auto& send : sends_) {
            const auto at = by_client_id.find(send.key.client_id);
            if (at == by_client_id.end()) {
                if (send.sent) found("a confirmed message is gone");
                continue;
            }
            const auto& message = at->second;
            if (message.chat != send.chat || message.content.text != send.text) {
                found("a message has become another");
            }
            if (send.sent &&
                (send.sent->seq != message.seq || send.sent->message_id != message.id)) {
                found("a confirmed message has another place");
            }
        }
    }

    void check_marks(Booted& booted) {
        for (const auto& [membership, seq] : reads_) {
            const auto rows = executor_.run(booted.store.marks(membership.chat));
            if (!rows) return found("marks can't be read: " + rows.error().detail);
            const bool there = std::ranges::any_of(*rows, [&](const auto& row) {
                return row.user == membership.user && row.marks.read >= seq;
            });
            if (!there) found("a confirmed read is gone");
        }
    }

    // Promise P6: the members are those whom the chat's own events make, and each joined with one.
    void check_group(Booted& booted, ChatId chat) {
        std::map<UserId, Seq> members;
        for (const auto& message : messages_of(booted, chat)) {
            if (!message.content.event) continue;
            const auto& event = *message.content.event;
            for (const auto user : event.users) {
                if (event.change == domain::Change::member_removed) members.erase(user);
                if (event.change == domain::Change::created ||
                    event.change == domain::Change::member_added) {
                    members.emplace(user, message.seq);
                }
            }
        }
        const auto stored = executor_.run(booted.chats.find(chat));
        if (!stored) return found("a group can't be read: " + stored.error().detail);
        if (!*stored) return found("a confirmed group is gone");
        std::map<UserId, Seq> rows;
        for (const auto& member : (*stored)->members)
            rows.emplace(member.user, member.joined_seq);
        if (rows != members) found("the members of a group are not those its events tell");
        for (const auto& [membership, is_in] : settled_) {
            if (membership.chat != chat || members.contains(membership.user) == is_in) continue;
            found(is_in ? "a confirmed member is gone" : "a removed member is back");
        }
    }

    // Everything that users do at once; what has an answer is noted.
    void run_round(Booted& booted) {
        const auto open = std::make_shared<std::size_t>(0);
        std::set<ChatId> changing;
        const auto count = 1 + below(8);
        for (std::uint64_t i = 0; i < count; ++i)
            begin_one(booted, open, changing);
        retry_a_send(booted, open);
        if (!executor_.run_until([&] { return *open == 0; })) {
            life_.findings.emplace_back("something was never answered");
        }
    }

    using Open = std::shared_ptr<std::size_t>;

    void begin_one(Booted& booted, const Open& open, std::set<ChatId>& changing) {
        const auto kind = below(10);
        if (chats_.empty() || kind == 0) return begin_group(booted, open);
        if (kind == 1) return begin_direct(booted, open);
        if (!groups_.empty() && kind <= 4) {
            const auto group = groups_[below(groups_.size())];
            if (changing.insert(group).second) return begin_change(booted, open, group, kind != 2);
        }
        if (kind == 5 && !sends_.empty()) return begin_read(booted, open);
        const auto chat = chats_[below(chats_.size())];
        const auto user = owners_.at(chat);
        Send send{chat, {user, {user.value * 10}, ClientId{random_.uuid()}}, {}, {}};
        send.text = "text " + std::to_string(sends_.size()) + std::string(below(500), '.');
        sends_.push_back(send);
        begin_send(booted, open, sends_.size() - 1);
    }

    void begin_send(Booted& booted, const Open& open, std::size_t index) {
        ++*open;
        ports::SendCommand command{sends_[index].chat, sends_[index].key, {}};
        command.content.text = sends_[index].text;
        auto post = [this, &booted, open, index, command = std::move(command)]() mutable {
            booted.service.send(0, std::move(command), [=, this](const Result<protocol::Sent>& it) {
                --*open;
                if (!it) return found("a send was refused: " + it.error().detail);
                auto& before = sends_[index].sent;
                if (before && before->seq != it->seq) found("a repeat got another place");
                before = *it;
            });
        };
        executor_.post(std::move(post));
    }

    // Promise P4, across every restart since.
    void retry_a_send(Booted& booted, const Open& open) {
        if (!sends_.empty()) begin_send(booted, open, below(sends_.size()));
    }

    void begin_group(Booted& booted, const Open& open) {
        chat::NewGroup group;
        group.creator = any_user();
        group.title = "group";
        group.members = {any_user(), any_user()};
        ++*open;
        executor_.start(booted.service.create_group(group), [=, this](auto created) {
            --*open;
            if (!created) return found("a group was refused: " + created.error().detail);
            groups_.push_back(created->chat);
            chats_.push_back(created->chat);
            owners_[created->chat] = group.creator;
            settled_[{created->chat, group.creator}] = true;
            for (const auto user : group.members)
                settled_[{created->chat, user}] = true;
        });
    }

    void begin_direct(Booted& booted, const Open& open) {
        const UserId one = any_user();
        const UserId other{1 + one.value % user_count};
        ++*open;
        executor_.start(booted.service.open_direct(one, other), [=, this](auto created) {
            --*open;
            if (!created) return found("a chat was refused: " + created.error().detail);
            if (!owners_.emplace(created->chat, one).second) return;
            chats_.push_back(created->chat);
        });
    }

    // Until it is answered, nobody knows whether he is a member.
    void begin_change(Booted& booted, const Open& open, ChatId group, bool add) {
        const UserId owner = owners_.at(group);
        const UserId user = any_user();
        if (user == owner) return;
        const auto known = settled_.find({group, user});
        if (!add && (known == settled_.end() || !known->second)) return;
        settled_.erase({group, user});
        ++*open;
        const auto settle = [=, this](bool done, const std::string& detail) {
            --*open;
            if (!done) return found("a change was refused: " + detail);
            settled_[{group, user}] = add;
        };
        if (add) {
            executor_.start(booted.service.add(group, owner, {user}), [settle](auto result) {
                settle(result.has_value(), result ? "" : result.error().detail);
            });
        } else {
            executor_.start(booted.service.remove(group, owner, user), [settle](auto result) {
                settle(result.has_value(), result ? "" : result.error().detail);
            });
        }
    }

    void begin_read(Booted& booted, const Open& open) {
        const auto& send = sends_[below(sends_.size())];
        if (!send.sent) return;
        const Membership reader{send.chat, send.key.sender};
        const Seq seq = send.sent->seq;
        ++*open;
        executor_.start(booted.service.read(send.chat, reader.user, seq),
                        [=, this](Result<void> result) {
                            --*open;
                            if (!result) return found("a read: " + result.error().detail);
                            reads_[reader] = std::max(reads_[reader], seq);
                        });
    }

    SimulatedDisk disk_;
    std::mt19937_64 engine_;
    adapters::memory::ManualClock clock_;
    ManualExecutor executor_{&clock_};
    adapters::memory::SeededRandom random_;
    const Mistakes mistakes_;
    std::vector<ChatId> chats_;   // that were confirmed, groups among them
    std::vector<ChatId> groups_;  // in order of their making
    std::map<ChatId, UserId> owners_;
    std::map<Membership, bool> settled_;  // confirmed: is he a member?
    std::map<Membership, Seq> reads_;
    std::vector<Send> sends_;
    Life life_;
};

Life live(std::uint64_t seed, Mistakes mistakes = {}) {
    return ServerLife(seed, mistakes).live();
}

TEST(ServerPower, WhatWasAnsweredHoldsAfterEveryCut) {
    run_seeds(200, [](std::uint64_t seed) { return live(seed); });
}

constexpr std::uint64_t mistaken_seeds = 20;

TEST(ServerPower, AnAnswerBeforeTheCommitIsCaught) {
    EXPECT_GT(
        seeds_with_findings(mistaken_seeds,
                            [](auto seed) { return live(seed, {.answers_before_commit = true}); }),
        mistaken_seeds / 5);
}

TEST(ServerPower, AStartThatForgetsTheOutboxIsCaught) {
    EXPECT_GT(seeds_with_findings(mistaken_seeds,
                                  [](auto seed) { return live(seed, {.forgets_outbox = true}); }),
              0u);
}

}  // namespace
}  // namespace banter::power
