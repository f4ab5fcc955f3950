#include "run.hpp"

#include <algorithm>

#include "verdict.hpp"
#include "world.hpp"

namespace banter::simulation {
namespace {

constexpr Micros patience = 200 * second;  // until everything is through, once nothing breaks
constexpr Micros day = 24 * 3600 * second;

// Lets people talk and things break, until the time is over.
class Bustle {
public:
    explicit Bustle(World& world) : world_(world), dice_(world.dice) {}

    void go_on() {
        if (world_.timeline.now() >= end_ || !world_.witness.failure().empty()) return;
        act();
        world_.timeline.after(dice_.between(millisecond, 2 * world_.plan.pause),
                              [this] { go_on(); });
    }
    void begin() {
        end_ = world_.timeline.now() + world_.plan.busy;
        world_.engine_faults = world_.plan.engines;
        world_.engines.log_faults = world_.plan.log;
        world_.engines.bus_faults = world_.plan.bus;
        world_.engines.presence_faults = world_.plan.registry;
        world_.weather = world_.plan.weather;
        go_on();
    }
    bool over() const { return world_.timeline.now() >= end_; }

private:
    Device& any_device() { return *dice_.pick(world_.devices); }
    domain::ChatId any_chat() { return dice_.pick(world_.chats); }

    void act() {
        const auto roll = dice_.between(0, 99);
        if (roll < 55) {
            say();
        } else if (roll < 60) {
            any_device().typing(any_chat());
        } else if (roll < 70) {
            world_.probe_history(dice_.pick(world_.users), any_chat());
        } else if (roll < 80) {
            if (world_.plan.churn && world_.chats.size() > 1) change();
        } else if (roll < 88) {
            if (world_.plan.repeats) repeat();
        } else if (roll < 90) {
            if (world_.plan.privacy) world_.change_privacy(dice_.pick(world_.users));
            if (world_.plan.revocations && dice_.chance(1, 4)) world_.revoke_spare(any_device());
        } else {
            trouble();
        }
    }

    void say() {
        auto& device = any_device();
        const auto chat = any_chat();
        const bool burst = dice_.chance(1, 12);
        for (std::int64_t i = burst ? dice_.between(5, 20) : 1; i > 0; --i) {
            if (!may_say(device, chat)) return;
            sent_.push_back(device.send(chat, "words " + std::to_string(++words_)));
        }
    }

    // People talk where they are members, as far as they know.
    bool may_say(const Device& device, domain::ChatId chat) {
        if (world_.plan.churn && dice_.chance(1, 3)) return true;
        const auto known = world_.directory_of(chat);
        return known && std::ranges::find(known->members, device.user(), &domain::Member::user) !=
                            known->members.end();
    }

    // Now and then several of one group, while the first is still under way or its node is gone.
    void change() {
        const auto last = static_cast<std::int64_t>(world_.chats.size()) - 1;
        const auto chat = world_.chats[static_cast<std::size_t>(dice_.between(1, last))];
        world_.change_members(chat);
        for (std::int64_t i = dice_.chance(1, 3) ? dice_.between(2, 6) : 0; i > 0; --i) {
            world_.timeline.after(dice_.between(0, 8 * second), [this, chat] {
                if (!over()) world_.change_members(chat);
            });
        }
    }

    void repeat() {
        if (!sent_.empty()) world_.repeat_send(dice_.pick(sent_), dice_.chance(1, 4));
    }

    void trouble() {
        const auto& plan = world_.plan;
        auto& slot = *dice_.pick(world_.slots);
        auto& device = any_device();
        switch (dice_.between(0, 10)) {
            case 0:
                if (plan.cuts && device.link()) {
                    device.link()->cut(dice_.chance(3, 4), dice_.chance(3, 4));
                }
                break;
            case 1:
                if (plan.naps) nap(device);
                break;
            case 2:
                if (plan.app_restarts) restart(device);
                break;
            case 3:
                if (plan.crashes && dice_.chance(1, 2)) world_.crash(slot);
                break;
            case 4:
                if (plan.drains && slot.node && dice_.chance(1, 3)) drain(slot);
                break;
            case 5:
                if (plan.clock_jumps) jump(slot);
                break;
            case 6:
                if (plan.stalls && device.link()) {
                    device.link()->stall(world_.timeline.now() + dice_.between(0, 8 * second));
                }
                break;
            case 7:
                if (plan.bus_cuts && world_.engines.bus) cut_off(slot);
                break;
            case 8:
                if (plan.silences) silence(slot);
                break;
            case 9:
                if (plan.registry_losses && world_.engines.presence) lose_presence();
                break;
            default:
                if (plan.pauses) world_.pause(slot, dice_.between(millisecond, 8 * second));
                break;
        }
    }

    void cut_off(const NodeSlot& slot) {
        const auto& other = *dice_.pick(world_.slots);
        world_.trace.note("bus.cut", slot.condition.index, other.condition.index);
        world_.engines.bus->cut(slot.condition.index, other.condition.index,
                                world_.timeline.now() + dice_.between(0, 6 * second));
    }

    void lose_presence() {
        const bool told = dice_.chance(3, 4);
        world_.trace.note("registry.lost", std::uint64_t{told});
        auto& registry = *world_.engines.presence;
        if (told) registry.down_until = world_.timeline.now() + dice_.between(0, 3 * second);
        registry.entries.lose_all(told);
    }

    void silence(NodeSlot& slot) {
        world_.trace.note("node.silence", slot.condition.index);
        slot.condition.unheard_until = world_.timeline.now() + dice_.between(0, 8 * second);
    }

    void nap(Device& device) {
        device.offline_until(world_.timeline.now() + dice_.between(0, 10 * second));
        if (device.link()) device.link()->cut(true, dice_.chance(3, 4));
    }

    void restart(Device& device) {
        world_.trace.note("app.restart", device.id());
        device.kill();
        world_.timeline.after(dice_.between(0, 5 * second), [&device] { device.start(); });
    }

    void drain(NodeSlot& slot) {
        world_.trace.note("node.drain", slot.condition.index);
        slot.node->drain();
        const auto life = slot.life;
        world_.timeline.after(dice_.between(0, second), [this, &slot, life] {
            if (slot.life == life) world_.crash(slot);
        });
    }

    void jump(NodeSlot& slot) {
        const Micros by = dice_.chance(1, 2) ? dice_.between(-second, second)
                                             : dice_.between(-600 * second, 600 * second);
        world_.trace.note("clock.jump", slot.condition.index, static_cast<std::uint64_t>(by));
        slot.condition.wall_offset =
            std::clamp(slot.condition.wall_offset + by, -1200 * second, 1200 * second);
    }

    World& world_;
    Dice& dice_;
    Micros end_ = 0;
    std::uint64_t words_ = 0;
    std::vector<domain::ClientId> sent_;
};

void heal(World& world) {
    world.engine_faults = {};
    world.engines.log_faults = {};
    world.engines.bus_faults = {};
    world.engines.presence_faults = {};
    if (world.engines.presence) world.engines.presence->down_until = 0;
    if (world.engines.bus) world.engines.bus->heal();
    world.weather = {};
    for (auto& slot : world.slots) {
        slot->condition.unheard_until = 0;
        if (slot->node && slot->condition.store_failed) world.crash(*slot);
    }
    for (auto& device : world.devices) {
        device->offline_until(0);
        if (device->link()) {
            device->link()->read_on();
            device->link()->tell_of_cut();
        }
        device->start();
    }
}

// Waits until nothing is under way. False: that never came to be, or a promise broke.
bool settle(World& world) {
    const Micros end = world.timeline.now() + patience;
    std::string reason = "never looked";
    while (!reason.empty() && world.timeline.now() < end) {
        world.timeline.run_until(world.timeline.now() + second);
        if (!world.witness.failure().empty()) return false;
        reason = unsettled(world);
    }
    if (!reason.empty()) {
        world.witness.fail("P3 at least once", "after all troubles ended: " + reason);
        return false;
    }
    // Acknowledgements; and with several nodes what one wrote late that has lost its chats.
    const Micros rest = world.plan.nodes > 1 ? 12 * second : 3 * second;
    world.timeline.run_until(world.timeline.now() + rest);
    return true;
}

void live(World& world) {
    world.settle_in();
    Bustle bustle(world);
    bustle.begin();
    while (!bustle.over() && world.witness.failure().empty())
        world.timeline.run_until(world.timeline.now() + second);
    heal(world);
    if (!settle(world)) return;
    judge(world);
    if (!world.witness.failure().empty()) return;
    if (world.plan.absence && !judge_absence(world)) return;
    if (!settle(world)) return;
    for (auto& slot : world.slots) {
        world.crash(*slot);
        slot->condition.wall_offset += day;
    }
    if (!settle(world)) return;
    judge_after_a_day(world);
    if (settle(world)) judge(world);
}

}  // namespace

Outcome run(std::uint64_t seed, bool printing) {
    constexpr std::uint64_t no_event = 99;
    World world(seed, printing);
    live(world);
    Outcome outcome{world.witness.failure(), world.trace.hash(), 0};
    for (const auto chat : world.chats) {
        const auto log = world.log_of(chat);
        outcome.messages += log.size();
        for (const auto& message : log) {
            const auto& event = message.content.event;
            world.trace.note(
                "log", chat, message.seq, message.sender, message.client_id,
                event ? static_cast<std::uint64_t>(event->change) : no_event,
                event && !event->users.empty() ? event->users.front() : domain::UserId{});
        }
    }
    return outcome;
}

}  // namespace banter::simulation
