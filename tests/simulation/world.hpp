#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "device.hpp"
#include "node.hpp"
#include "plan.hpp"
#include "witness.hpp"

namespace banter::simulation {

// A place where a process of the server runs, again after each crash.
struct NodeSlot {
    NodeSlot(Timeline& timeline, std::size_t index, std::uint64_t seed)
        : condition(index, seed), clock(timeline, condition) {}

    NodeCondition condition;
    NodeClock clock;
    std::unique_ptr<Node> node;  // null: down
    std::uint64_t life = 0;      // which process this is
    struct Served {
        std::weak_ptr<Link> link;
        domain::UserId user;
        domain::DeviceId device;
    };
    std::vector<Served> links;
};

// A membership change that somebody asked for.
struct ChangeFact {
    domain::Change change;
    domain::ChatId chat;
    domain::UserId actor;
    std::vector<domain::UserId> users;
    std::string title;
    Micros begun = 0;
    Micros ended = 0;
    std::optional<bool> done;  // empty: no answer came
};

// Nodes, engines, network and devices of one run, and what can be done to them.
class World final : public DeviceWorld {
public:
    World(std::uint64_t seed, bool printing);
    ~World() override;

    Timeline timeline;
    Dice dice;
    Plan plan;
    Trace trace;
    Witness witness{trace};
    EngineFaults engine_faults;  // of the moment
    Weather weather;             // of the moment
    NodeCondition nowhere{99, 0};
    NodeClock true_clock{timeline, nowhere};  // nobody moves it
    Engines engines;

    std::vector<std::unique_ptr<NodeSlot>> slots;
    std::vector<std::unique_ptr<Device>> devices;
    std::vector<domain::UserId> users;
    std::vector<domain::ChatId> chats;  // direct ones first
    std::vector<ChangeFact> changes;
    struct NotShown {
        domain::UserId user;
        domain::ChatId chat;
        domain::Seq seq;
    };
    std::vector<NotShown> not_shown;  // acknowledged, and then not in the history
    std::map<std::pair<domain::UserId, domain::ChatId>, domain::Seq> reads;  // asked for, at most

    // Users, their devices and their chats.
    void settle_in();

    // ---- nodes
    void start_node(NodeSlot& slot);
    void crash(NodeSlot& slot);
    void pause(NodeSlot& slot, Micros time);
    bool all_ready() const;
    // A node that serves; null: none.
    NodeSlot* any_ready();

    // Some node has a session of the user, also one that nobody is at the other end of.
    bool has_session(domain::UserId user) const;
    static bool has_session(domain::UserId user, const NodeSlot& slot);
    bool has_session(const Device& device) const;

    // ---- requests, as over HTTP: no answer when the process or the network fails
    template <class T>
    using Make = std::function<base::Task<base::Result<T>>(Node&, std::size_t shard)>;
    template <class T>
    using Done = std::function<void(const std::optional<base::Result<T>>&)>;
    template <class T>
    void ask(Make<T> make, Done<T> done);
    std::size_t unanswered() const { return unanswered_; }

    // Runs a task of the engines' memory, which answers at once.
    template <class T>
    static T at_once(base::Task<T> task) {
        std::optional<T> answer;
        base::spawn(std::move(task), [&](T value) { answer.emplace(std::move(value)); });
        return std::move(answer.value());
    }
    std::vector<domain::Message> log_of(domain::ChatId chat);
    std::optional<ports::ChatWithMembers> directory_of(domain::ChatId chat);

    // ---- of the devices
    std::shared_ptr<Link> connect(Device& device) override;
    void refresh(Device& device) override;
    void arrived(Device& device, const client::Message& message) override;
    void send_settled(Device& device, const client::Sent& sent) override;
    void saw(Device& device, const client::Presence& presence) override {
        if (on_presence) on_presence(device, presence);
    }
    std::function<void(Device&, const client::Presence&)> on_presence;

    // Sends by way of HTTP what was sent before; the same words or others.
    void repeat_send(const domain::ClientId& id, bool other_words);
    void probe_history(domain::UserId user, domain::ChatId chat);
    void change_members(domain::ChatId chat);
    void change_privacy(domain::UserId user);
    // Signs the device out; a spare one: not the last of its user.
    void revoke(Device& device);
    void revoke_spare(Device& device);

    // By what the directory says now.
    bool may_see(domain::UserId watcher, domain::UserId target);
    bool is_revoked(const Device& device);

    // The user has been removed for certain, and nobody adds him again.
    bool surely_out(domain::UserId user, domain::ChatId chat) const {
        return out_.contains({user, chat});
    }

private:
    Micros latency() { return dice.between(weather.quickest, weather.slowest); }
    std::size_t any_shard(const Node& node) {
        return static_cast<std::size_t>(
            dice.between(0, static_cast<std::int64_t>(node.shards()) - 1));
    }
    void add_user(std::size_t number);
    void make_chats();
    Credentials credentials_of(const accounts::Session& session) const;
    void edit_group(domain::ChatId chat, domain::UserId actor);
    void housekeeping();
    template <class T>
    T run(Make<T> make);
    void ask_change(ChangeFact fact, Make<bool> make);
    void change_done(std::size_t index, const std::optional<base::Result<bool>>& result);

    std::size_t links_ = 0;
    std::size_t unanswered_ = 0;
    std::set<std::pair<domain::UserId, domain::ChatId>> out_;
    std::uint64_t texts_ = 0;
};

template <class T>
void World::ask(Make<T> make, Done<T> done) {
    auto answered = std::make_shared<bool>(false);
    ++unanswered_;
    auto deliver = [this, answered, done](const std::optional<base::Result<T>>& result) {
        if (std::exchange(*answered, true)) return;
        --unanswered_;
        done(result);
    };
    timeline.after(20 * second, [deliver] { deliver(std::nullopt); });
    timeline.after(latency(), [this, make = std::move(make), deliver] {
        auto* slot = any_ready();
        if (slot == nullptr) return;
        auto* node = slot->node.get();
        const auto shard = any_shard(*node);
        node->shard(shard).post([this, slot, node, shard, make, deliver] {
            base::spawn(make(*node, shard), [this, slot, deliver](base::Result<T> result) {
                if (!slot->condition.alive) return;
                timeline.after(latency(), [deliver, result = std::move(result)] {
                    deliver(std::optional(result));
                });
            });
        });
    });
}

}  // namespace banter::simulation
