#include "world.hpp"

#include <algorithm>

namespace banter::simulation {
namespace {

using domain::ChatId;
using domain::Seq;
using domain::UserId;

constexpr Micros down_time_least = 100 * millisecond;
constexpr Micros down_time_most = 3 * second;
constexpr Micros housekeeping_interval = 10 * second;
const std::string password = "a long password";

std::string name_of(std::size_t number) {
    return "user" + std::to_string(number);
}

}  // namespace

World::World(std::uint64_t seed, bool printing)
    : dice(seed),
      plan(dice),
      trace(timeline, printing),
      engines(timeline, engine_faults, true_clock, [this](const domain::Message& message) {
          witness.fail("P2 ordered",
                       "a message was written over another one: " + to_string(message.chat) + " #" +
                           std::to_string(message.seq.value));
      }) {
    if (plan.shared_log) {
        engines.log = std::make_unique<SharedLog>(timeline, plan.partitions);
        engines.bus = std::make_unique<SharedBus>(timeline, dice, engines.bus_faults);
        engines.presence = std::make_unique<SharedPresence>(true_clock);
    }
    if (plan.repeats) witness.sends_are_repeated();
    for (std::size_t i = 0; i < plan.nodes; ++i)
        slots.push_back(std::make_unique<NodeSlot>(timeline, i, dice.next()));
    for (auto& slot : slots)
        start_node(*slot);
    housekeeping();
}

World::~World() {
    for (auto& device : devices)
        device->kill();
    for (auto& slot : slots)
        slot->node.reset();
}

// ---- nodes

void World::start_node(NodeSlot& slot) {
    slot.condition.alive = true;
    slot.condition.paused = false;
    slot.condition.store_failed = false;
    const auto life = ++slot.life;
    slot.node = std::make_unique<Node>(timeline, slot.condition, engines, slot.clock, plan.node,
                                       dice.next());
    trace.note("node.start", slot.condition.index);
    slot.node->start([this, &slot, life](bool ready) {
        if (ready || !slot.condition.alive) return;
        // The engines did not answer: as the program, it ends, and is started again.
        timeline.after(second, [this, &slot, life] {
            if (slot.life == life) crash(slot);
        });
    });
}

void World::crash(NodeSlot& slot) {
    if (!slot.node) return;
    trace.note("node.crash", slot.condition.index);
    for (const auto& served : slot.links) {
        if (const auto link = served.link.lock()) link->server_died();
    }
    slot.links.clear();
    slot.node.reset();
    const auto life = ++slot.life;
    timeline.after(dice.between(down_time_least, down_time_most), [this, &slot, life] {
        if (slot.life == life) start_node(slot);
    });
}

void World::pause(NodeSlot& slot, Micros time) {
    if (!slot.node || slot.condition.paused) return;
    trace.note("node.pause", slot.condition.index, static_cast<std::uint64_t>(time));
    slot.condition.paused = true;
    const auto life = slot.life;
    timeline.after(time, [&slot, life] {
        if (slot.life != life) return;
        slot.condition.paused = false;
        for (auto& [executor, work] : std::exchange(slot.condition.held, {}))
            executor->at(0, std::move(work));
    });
}

bool World::all_ready() const {
    return std::ranges::all_of(slots, [](const auto& slot) {
        return slot->node && slot->node->ready() && !slot->condition.paused;
    });
}

NodeSlot* World::any_ready() {
    std::vector<NodeSlot*> ready;
    for (auto& slot : slots) {
        if (slot->node && slot->node->ready()) ready.push_back(slot.get());
    }
    return ready.empty() ? nullptr : dice.pick(ready);
}

// What the program does every minute; and whoever watches over it starts it again when its disk
// has failed.
void World::housekeeping() {
    timeline.after(housekeeping_interval, [this] {
        for (auto& slot : slots) {
            if (!slot->node || !slot->node->ready()) continue;
            if (slot->condition.store_failed) {
                crash(*slot);
            } else {
                slot->node->chats().forget_idle();
            }
        }
        housekeeping();
    });
}

// ---- users, devices, chats

template <class T>
T World::run(Make<T> make) {
    std::optional<base::Result<T>> answer;
    ask<T>(std::move(make), [&](const std::optional<base::Result<T>>& result) { answer = result; });
    while (!answer)
        timeline.run_until(timeline.now() + millisecond);
    return std::move(answer->value());
}

void World::settle_in() {
    while (!all_ready())
        timeline.run_until(timeline.now() + millisecond);
    for (std::size_t i = 0; i < plan.users; ++i)
        add_user(i);
    make_chats();
    for (auto& device : devices) {
        device->watch(users);
        device->start();
    }
}

// As the client library does it: the time that is left, on a clock that nobody moves.
Credentials World::credentials_of(const accounts::Session& session) const {
    const auto left = session.expires_at - true_clock.now();
    return {session.access_token, session.refresh_token, steady_at(timeline.now()) + left};
}

void World::add_user(std::size_t number) {
    const auto user = run<domain::User>([number](Node& node, std::size_t) {
        accounts::SignUp request;
        request.username = name_of(number);
        request.password = password;
        request.display_name = name_of(number);
        return node.accounts().add_user(std::move(request));
    });
    users.push_back(user.id);
    const auto count = dice.between(1, 2);
    for (std::int64_t i = 0; i < count; ++i) {
        const auto session = run<accounts::Session>([number](Node& node, std::size_t) {
            accounts::SignIn request;
            request.username = name_of(number);
            request.password = password;
            request.device_name = "device";
            request.address = "192.0.2.1";
            return node.accounts().sign_in(std::move(request));
        });
        auto credentials = credentials_of(session);
        devices.push_back(std::make_unique<Device>(timeline, dice, witness, *this, user.id,
                                                   session.device, std::move(credentials)));
    }
}

void World::make_chats() {
    using Created = ports::ChatDirectory::Created;
    const auto direct = run<Created>(
        [this](Node& node, std::size_t) { return node.chats().open_direct(users[0], users[1]); });
    chats.push_back(direct.chat);
    for (std::size_t i = 0; i < plan.groups; ++i) {
        chat::NewGroup group;
        group.creator = users[i % users.size()];
        group.title = "group";
        for (const auto user : users) {
            if (dice.chance(3, 4)) group.members.push_back(user);
        }
        if (dice.chance(1, 3)) group.history = domain::HistoryMode::shared;
        const auto created = run<Created>(
            [group](Node& node, std::size_t) { return node.chats().create_group(group); });
        chats.push_back(created.chat);
    }
}

// ---- of the devices

std::shared_ptr<Link> World::connect(Device& device) {
    auto* slot = any_ready();
    if (slot == nullptr) return nullptr;
    auto* node = slot->node.get();
    const auto shard = any_shard(*node);
    auto link = std::make_shared<Link>(timeline, dice, weather, node->shard(shard),
                                       plan.node.sessions.connection, device, ++links_);
    std::erase_if(slot->links, [](const auto& served) { return served.link.expired(); });
    slot->links.push_back({link, device.user(), device.id()});
    trace.note("connect", device.id(), slot->condition.index, shard);
    timeline.after(latency(), [this, slot, life = slot->life, node, shard, link, &device] {
        if (slot->life != life) return;
        node->shard(shard).post([this, node, shard, link, &device] {
            node->accept(shard, link, [&](auto session) { link->attach(session); });
            timeline.after(latency(), [link, &device] {
                if (device.link() == link) device.opened();
            });
        });
    });
    return link;
}

void World::refresh(Device& device) {
    ask<accounts::Session>(
        [token = device.credentials().refresh](Node& node, std::size_t) {
            return node.accounts().refresh(token);
        },
        [this, &device](const std::optional<base::Result<accounts::Session>>& answer) {
            if (answer && *answer) {
                const auto& session = **answer;
                device.tokens_came(credentials_of(session));
            } else if (answer) {
                const auto& problem = answer->error();
                device.tokens_failed({client::Error::Kind::refused, problem.code, problem.detail,
                                      problem.retry_after});
            } else {
                device.tokens_failed({client::Error::Kind::unreachable, {}, "no answer", {}});
            }
        });
}

void World::arrived(Device& device, const client::Message& message) {
    if (!dice.chance(1, 6)) return;
    auto& furthest = reads[{device.user(), message.chat}];
    furthest = std::max(furthest, message.seq);
    timeline.after(dice.between(0, second),
                   [&device, chat = message.chat, seq = message.seq] { device.read(chat, seq); });
}

// Once `sent` is out, the history shows the message to every member.
void World::send_settled(Device& device, const client::Sent& sent) {
    if (!dice.chance(1, 2)) return;
    chat::HistoryQuery query;
    query.chat = sent.chat;
    query.after = Seq{sent.seq.value - 1};
    query.limit = 1;
    ask<chat::HistoryPage>(
        [user = device.user(), query](Node& node, std::size_t) {
            return node.chats().history(user, query);
        },
        [this, sent,
         user = device.user()](const std::optional<base::Result<chat::HistoryPage>>& answer) {
            if (!answer || !*answer) return;  // removed, or the server does not serve
            const auto& found = (**answer).messages;
            if (!found.empty() && found.front().id == sent.message_id) return;
            not_shown.push_back({user, sent.chat, sent.seq});
        });
}

bool World::has_session(UserId user) const {
    return std::ranges::any_of(slots, [&](const auto& slot) { return has_session(user, *slot); });
}

bool World::has_session(UserId user, const NodeSlot& slot) {
    return std::ranges::any_of(slot.links, [&](const auto& served) {
        const auto link = served.link.lock();
        return served.user == user && link && link->served();
    });
}

bool World::has_session(const Device& device) const {
    return std::ranges::any_of(slots, [&](const auto& slot) {
        return std::ranges::any_of(slot->links, [&](const auto& served) {
            const auto link = served.link.lock();
            return served.device == device.id() && link && link->served();
        });
    });
}

bool World::is_revoked(const Device& device) {
    return device.may_be_revoked() &&
           !at_once(engines.users.find_device(device.user(), device.id())).value();
}

// As app::AccountVisibility says it, at once.
bool World::may_see(UserId watcher, UserId target) {
    if (watcher == target) return true;
    const auto found = at_once(engines.users.find_user(target)).value();
    const auto relation = at_once(engines.users.relation(target, watcher)).value();
    if (relation.blocked_either_way()) return false;
    const auto audience = found->privacy.last_seen;
    return audience == domain::Audience::everyone ||
           (audience == domain::Audience::contacts && relation.is_contact);
}

std::vector<domain::Message> World::log_of(ChatId chat) {
    std::vector<domain::Message> log;
    while (true) {
        ports::MessageRange range;
        range.chat = chat;
        range.after = log.empty() ? Seq{} : log.back().seq;
        range.limit = 1000;
        const auto part = at_once(engines.store.SharedStore::Memory::read(range));
        if (!part) {
            witness.fail("P2 ordered", "the log has a hole: " + part.error().detail);
            return log;
        }
        if (part->empty()) return log;
        log.insert(log.end(), part->begin(), part->end());
    }
}

std::optional<ports::ChatWithMembers> World::directory_of(ChatId chat) {
    return at_once(engines.chats.SharedDirectory::Memory::find(chat)).value();
}

}  // namespace banter::simulation
