// Whether those who watch a user see what is so.
#include <map>

#include "verdict.hpp"

namespace banter::simulation {
namespace {

using domain::UserId;

constexpr std::string_view promise = "presence";
constexpr Micros step = 100 * millisecond;
constexpr Micros in_time = 5 * second;   // of a close that the server hears of
constexpr Micros silence = 66 * second;  // of one that it does not
constexpr Micros rounding = 2 * second;  // of when one was seen last

std::string what_is_so(const World& world, UserId user) {
    return world.has_session(user) ? "online" : "offline";
}

// Looks on while one user is away.
class Absence {
public:
    explicit Absence(World& world)
        : world_(world),
          user_(world.dice.pick(world.users)),
          lives_(world.plan.node.presence.lives.count() * millisecond),
          renewal_(world.plan.node.presence.renewal.count() * millisecond) {}

    bool watch() {
        world_.timeline.run_until(world_.timeline.now() + in_time);  // applications that restart
        for (const auto user : world_.users)
            so_[user] = {what_is_so(world_, user), world_.timeline.now() - in_time};
        world_.on_presence = [this](Device& device, const client::Presence& presence) {
            saw(device, presence);
        };
        go_away();
        const Micros end = world_.timeline.now() + silence + lives_;
        while (world_.timeline.now() < end && failure().empty() && !is_over()) {
            world_.timeline.run_until(world_.timeline.now() + step);
            look();
        }
        world_.on_presence = nullptr;
        if (failure().empty() && !is_over()) {
            world_.witness.fail(promise, "user " + to_string(user_) + " stays " +
                                             so_[user_].status + " though he went away " +
                                             unseen(world_));
        }
        for (auto& device : world_.devices)
            device->start();
        return failure().empty();
    }

private:
    struct So {
        std::string status;
        Micros since = 0;
    };

    const std::string& failure() const { return world_.witness.failure(); }

    void go_away() {
        const auto roll = world_.dice.between(0, world_.plan.revocations ? 4 : 3);
        crashed_ = roll == 1;
        world_.trace.note("absence", user_, static_cast<std::uint64_t>(roll));
        for (auto& slot : world_.slots) {
            if (crashed_ && world_.has_session(user_, *slot)) world_.crash(*slot);
        }
        for (auto& device : world_.devices) {
            if (device->user() != user_) continue;
            if (roll == 4) {
                world_.revoke(*device);
            } else {
                roll == 0 ? device->kill() : device->quit();
            }
        }
        if (roll == 2 && world_.engines.presence) world_.engines.presence->entries.lose_all(true);
    }

    // How long who watches may be told late.
    Micros bound() const { return crashed_ ? lives_ + in_time : in_time; }

    bool is_over() {
        const auto& so = so_[user_];
        return so.status == "offline" && world_.timeline.now() - so.since > bound() + second &&
               unseen(world_).empty();
    }

    void look() {
        const auto now = world_.timeline.now();
        for (auto& [user, so] : so_) {
            auto status = what_is_so(world_, user);
            if (status != so.status) so = {std::move(status), now};
        }
        for (auto& device : world_.devices) {
            if (device->user() == user_ && world_.is_revoked(*device)) check_ended(*device);
            auto& live_since = live_since_.try_emplace(device->id(), now).first->second;
            if (!device->live()) live_since = now;
            for (const auto& [user, so] : so_) {
                if (now - std::max(so.since, live_since) > bound()) look_at(*device, user, so);
            }
        }
    }

    // Its sockets close in time, on whichever node.
    void check_ended(const Device& device) {
        const auto now = world_.timeline.now();
        const auto since = revoked_since_.try_emplace(device.id(), now).first->second;
        if (now - since <= in_time || !world_.has_session(device)) return;
        world_.witness.fail(promise,
                            "device " + to_string(device.id()) + " was signed out and goes on");
    }

    void look_at(const Device& device, UserId user, const So& so) {
        const auto seen = device.presences().find(user);
        const auto status = seen == device.presences().end() ? "nothing" : seen->second.status;
        const auto truth = world_.may_see(device.user(), user) ? so.status : "hidden";
        if (status != truth) {
            world_.witness.fail(promise, "device " + to_string(device.id()) + " sees user " +
                                             to_string(user) + " " + status + ", who is " + truth);
        } else if (status == "offline" && !world_.plan.clock_jumps) {
            check_last_seen(seen->second.last_seen, so.since);
        }
    }

    // Not later than he was there, and not earlier than what was last said of him.
    void check_last_seen(const std::optional<base::Timestamp>& last_seen, Micros left) {
        if (crashed_ && !world_.engines.presence) return;  // nobody was there to say it
        const auto ago = std::chrono::milliseconds((world_.timeline.now() - left) / millisecond);
        const auto truth = world_.true_clock.now() - ago;
        const auto margin = std::chrono::milliseconds(rounding / millisecond);
        const auto early = crashed_ ? world_.plan.node.presence.renewal + margin : margin;
        if (last_seen && *last_seen <= truth + margin && *last_seen >= truth - early) return;
        world_.witness.fail(promise, "user " + to_string(user_) + " left at " +
                                         base::format_rfc3339(truth) + " and was seen last " +
                                         (last_seen ? base::format_rfc3339(*last_seen) : "never"));
    }

    void saw(const Device& device, const client::Presence& presence) {
        const auto& so = so_[presence.user];
        const bool stays = so.status == "online" && world_.has_session(presence.user) &&
                           world_.timeline.now() - so.since >= in_time;
        if (presence.status != "offline" || !stays) return;
        world_.witness.fail(promise, "device " + to_string(device.id()) + " was told that user " +
                                         to_string(presence.user) + " went away, who did not");
    }

    World& world_;
    UserId user_;
    Micros lives_;
    Micros renewal_;
    bool crashed_ = false;
    std::map<UserId, So> so_;
    std::map<domain::DeviceId, Micros> live_since_;
    std::map<domain::DeviceId, Micros> revoked_since_;
};

}  // namespace

std::string unseen(World& world) {
    for (const auto& device : world.devices) {
        if (!device->live()) continue;
        for (const auto user : world.users) {
            const auto seen = device->presences().find(user);
            const auto status = seen == device->presences().end() ? "nothing" : seen->second.status;
            const auto truth =
                world.may_see(device->user(), user) ? what_is_so(world, user) : "hidden";
            if (status == truth) continue;
            return "device " + to_string(device->id()) + " sees user " + to_string(user) + " " +
                   status + ", who is " + truth;
        }
    }
    return {};
}

bool judge_absence(World& world) {
    return Absence(world).watch();
}

}  // namespace banter::simulation
