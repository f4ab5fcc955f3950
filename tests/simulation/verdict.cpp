#include "verdict.hpp"

#include <algorithm>

namespace banter::simulation {
namespace {

using domain::ChatId;
using domain::Seq;
using domain::UserId;
using Log = std::vector<domain::Message>;

std::string at(const ChatId& chat, Seq seq) {
    return to_string(chat) + " #" + std::to_string(seq.value);
}

std::string what_is(const domain::Message& message) {
    const auto& event = message.content.event;
    return event ? "(a change of kind " + std::to_string(static_cast<int>(event->change)) + ") "
                 : "";
}

// One chat with all that is needed to judge it.
struct Case {
    World& world;
    ChatId chat;
    Log log;
    ports::ChatWithMembers directory;
    Fold fold;

    void fail(std::string_view promise, std::string text) const {
        world.witness.fail(promise, std::move(text));
    }
    Seq head() const { return log.empty() ? Seq{} : log.back().seq; }
};

std::optional<Case> open_case(World& world, ChatId chat) {
    auto log = world.log_of(chat);
    auto directory = world.directory_of(chat);
    if (!directory) {
        world.witness.fail("P1 durable", "the chat " + to_string(chat) + " is gone");
        return std::nullopt;
    }
    Fold fold(*directory, log);
    return Case{world, chat, std::move(log), std::move(*directory), std::move(fold)};
}

std::string missing(World& world, const Case& one) {
    for (const auto& device : world.devices) {
        if (world.is_revoked(*device)) continue;
        const auto stay = one.fold.last_stay(device->user());
        if (!stay) continue;
        const auto& has = world.witness.has(device->id(), one.chat);
        const Seq end = stay->left.value_or(one.head());
        for (Seq seq = stay->joined; seq <= end; seq = seq.next()) {
            if (!has.contains(seq)) {
                return "device " + to_string(device->id()) + " of user " +
                       to_string(device->user()) + " never got " + at(one.chat, seq);
            }
        }
    }
    return {};
}

// P2: one dense sequence, ids that rise with it; and what anybody was told is what the log says.
void judge_order(const Case& one) {
    Seq expected{1};
    domain::UuidTicks last = 0;
    for (const auto& message : one.log) {
        const auto ticks = domain::ticks_of(message.id);
        if (message.seq != expected)
            one.fail("P2 ordered", "a hole before " + at(one.chat, message.seq));
        if (ticks <= last) {
            one.fail("P2 ordered", "the message_id does not rise at " + at(one.chat, message.seq));
        }
        expected = message.seq.next();
        last = ticks;
    }
    for (const auto& [place, told] : one.world.witness.told()) {
        if (place.first != one.chat) continue;
        const auto index = place.second.value - 1;
        if (index >= one.log.size() || one.log[index].id != told.id) {
            one.fail("P1 durable",
                     "the log does not have what was told as " + at(one.chat, place.second));
        }
    }
}

// P4, and that nothing is in the log that nobody said.
void judge_messages(const Case& one) {
    std::set<std::tuple<UserId, domain::DeviceId, domain::ClientId>> keys;
    std::map<domain::DeviceId, std::uint64_t> newest;
    for (const auto& message : one.log) {
        if (!keys.insert({message.sender, message.device, message.client_id}).second) {
            one.fail("P4 idempotent", at(one.chat, message.seq) + " is there a second time");
        }
        if (!one.fold.member_at(message.sender, message.seq)) {
            one.fail("P6 strong membership", "user " + to_string(message.sender) +
                                                 " is no member and said " + what_is(message) +
                                                 at(one.chat, message.seq));
        }
        if (one.fold.out_of_turn.contains(message.seq)) {
            one.fail("P6 strong membership",
                     at(one.chat, message.seq) + " is of one who may not send in this group");
        }
        if (message.content.event) continue;
        const auto& sends = one.world.witness.sends();
        const auto said = sends.find(message.client_id);
        // The first attempt may come from a node that stood still, after another node has refused
        // the second one and the sender has become a member.
        const bool late_attempt = one.world.plan.nodes > 1 && one.world.plan.churn;
        const bool once = !one.world.plan.repeats && !late_attempt;
        if (said != sends.end() && said->second.refused && once) {
            one.fail("P4 idempotent", at(one.chat, message.seq) +
                                          " was refused for good: " + said->second.refused->detail);
        }
        if (said == sends.end() || said->second.text != message.content.text ||
            said->second.user != message.sender || said->second.chat != one.chat) {
            one.fail("P4 idempotent", "nobody said " + at(one.chat, message.seq));
            continue;
        }
        const auto number = said->second.number;
        auto& before = newest.try_emplace(message.device, number).first->second;
        if (number < before && one.world.plan.refuses_nothing()) {
            one.fail("P2 ordered",
                     at(one.chat, message.seq) + " was said before the one it follows");
        }
        before = number;
    }
}

// P1: what was acknowledged was in the history at once, unless its sender left and came back.
void judge_history(const Case& one) {
    for (const auto& lack : one.world.not_shown) {
        if (lack.chat != one.chat || one.fold.joins_after(lack.user, lack.seq)) continue;
        one.fail("P1 durable",
                 "the history did not show what was acknowledged as " + at(one.chat, lack.seq));
    }
}

// P6: what devices were given, what the directory says, and that every change that was answered
// has its event.
void judge_membership(const Case& one) {
    for (const auto& device : one.world.devices) {
        for (const auto seq : one.world.witness.given(device->id(), one.chat)) {
            if (one.fold.may_see(device->user(), seq)) continue;
            one.fail("P6 strong membership", "user " + to_string(device->user()) + " was given " +
                                                 at(one.chat, seq) + ", which is not his to see");
        }
    }
    for (const auto& gap : one.world.witness.gaps()) {
        if (gap.chat != one.chat || one.fold.joins_at(gap.user, gap.before)) continue;
        one.fail("P3 at least once", "user " + to_string(gap.user) + " missed what is between #" +
                                         std::to_string(gap.after.value) + " and " +
                                         at(one.chat, gap.before));
    }
    std::map<UserId, domain::Role> known;
    for (const auto& member : one.directory.members)
        known[member.user] = member.role;
    if (known != one.fold.roles || one.directory.chat.title != one.fold.title) {
        one.fail("P6 strong membership",
                 "the directory and the log of " + to_string(one.chat) + " do not agree");
    }
    for (const auto& fact : one.world.changes) {
        if (fact.chat != one.chat || !fact.done.value_or(false)) continue;
        const bool there = std::ranges::any_of(one.log, [&](const auto& message) {
            const auto& event = message.content.event;
            return event && event->change == fact.change && event->users == fact.users &&
                   (fact.title.empty() || event->title == fact.title);
        });
        // Who was a member already, or had the role already, is left as he is: no event.
        const bool maybe_none =
            fact.change != domain::Change::member_removed && fact.change != domain::Change::title;
        if (!there && !maybe_none) {
            one.fail("P6 strong membership",
                     "a change that was answered has no event in " + to_string(one.chat));
        }
    }
}

Seq last_said(const Case& one, UserId user, Seq from, Seq through) {
    Seq last;
    for (const auto& message : one.log) {
        const bool counts = message.sender == user && !message.content.event;
        if (counts && message.seq >= from && message.seq <= through) last = message.seq;
    }
    return last;
}

// P5: every device of who said something was told how far the others are with it. What it missed is
// asked for by the servers' clocks, so where these jump it may never hear.
void judge_told_marks(const Case& one, const std::map<UserId, domain::Marks>& marks) {
    if (one.world.plan.clock_jumps) return;
    for (const auto& device : one.world.devices) {
        const auto self = device->user();
        if (one.world.is_revoked(*device) || !one.fold.roles.contains(self)) continue;
        for (const auto& [user, role] : one.fold.roles) {
            if (user == self) continue;
            const Seq from = std::max(one.fold.stays.at(self).back().joined,
                                      one.fold.stays.at(user).back().joined);
            const auto& mark = marks.at(user);
            const auto known = one.world.witness.marks_told().find({device->id(), one.chat, user});
            const bool any = known != one.world.witness.marks_told().end();
            const Seq delivered = any ? known->second.delivered : Seq{};
            const Seq read = any ? known->second.read : Seq{};
            if (delivered < last_said(one, self, from, mark.delivered) ||
                read < last_said(one, self, from, mark.read)) {
                one.fail("P5 monotonic status",
                         "device " + to_string(device->id()) + " was not told how far user " +
                             to_string(user) + " is in " + to_string(one.chat));
            }
        }
    }
}

// P5 in the end: everyone has everything, so every member's mark is the head; nobody was told of
// more than there is, and each mark has the times of its steps.
void judge_marks(const Case& one) {
    auto& store = one.world.engines.store;
    const auto rows = World::at_once(store.SharedStore::Memory::marks(one.chat)).value();
    std::map<UserId, domain::Marks> marks;
    for (const auto& row : rows)
        marks[row.user] = row.marks;
    for (const auto& [user, role] : one.fold.roles) {
        if (marks[user].delivered != one.head()) {
            one.fail("P5 monotonic status", "user " + to_string(user) + " has everything of " +
                                                to_string(one.chat) + " but delivered stands at #" +
                                                std::to_string(marks[user].delivered.value));
        }
        const auto asked = one.world.reads.find({user, one.chat});
        const Seq most = asked == one.world.reads.end() ? Seq{} : asked->second;
        if (marks[user].read > most) {
            one.fail("P5 monotonic status",
                     "user " + to_string(user) + " never read " + at(one.chat, marks[user].read));
        }
    }
    for (const auto& [key, told] : one.world.witness.marks_told()) {
        const auto& [device, chat, user] = key;
        if (chat != one.chat) continue;
        if (told.delivered > marks[user].delivered || told.read > marks[user].read) {
            one.fail("P5 monotonic status", "more was told of user " + to_string(user) +
                                                " than is stored in " + to_string(chat));
        }
    }
    judge_told_marks(one, marks);
    std::vector<UserId> members;
    for (const auto& [user, role] : one.fold.roles)
        members.push_back(user);
    if (one.head() == Seq{}) return;
    const auto passed =
        World::at_once(store.SharedStore::Memory::passed(one.chat, one.head(), members)).value();
    for (const auto& row : passed) {
        if (!row.delivered) {
            one.fail("P5 monotonic status", "no time says when user " + to_string(row.user) +
                                                " got " + at(one.chat, one.head()));
        }
    }
}

// P7: the chat list is what the log says, however often memory was lost.
void judge_inbox(const Case& one) {
    const auto below = one.world.plan.node.chat.sequencer.fanout_on_write_below;
    if (one.world.users.size() >= below || one.log.empty()) return;
    auto& store = one.world.engines.store;
    for (const auto& [user, role] : one.fold.roles) {
        const auto rows = World::at_once(store.SharedStore::Memory::entries(user)).value();
        const auto row = std::ranges::find(rows, one.chat, &ports::InboxRow::chat);
        if (row == rows.end() || row->seq != one.head() || row->message_id != one.log.back().id) {
            one.fail("P7 nothing precious in memory", "the inbox of user " + to_string(user) +
                                                          " is older than the head of " +
                                                          to_string(one.chat));
        }
    }
}

}  // namespace

std::string unsettled(World& world) {
    if (!world.all_ready()) return "a node is not ready";
    for (const auto& slot : world.slots) {
        if (!slot->node->idle()) return "a node is not idle";
    }
    if (world.engines.log && !world.engines.log->idle()) return "the log is not consumed";
    for (const auto& device : world.devices) {
        const auto who = "device " + to_string(device->id());
        if (world.is_revoked(*device)) {
            if (world.has_session(*device)) return who + " is revoked and has a session";
            continue;
        }
        if (!device->live()) return who + " is not live";
        if (device->unsettled()) return who + " waits for the answer to a send";
    }
    if (world.unanswered() > 0) return "requests wait for their answers";
    if (!World::at_once(world.engines.chats.SharedDirectory::Memory::outbox())->empty()) {
        return "the outbox holds changes that have no place";
    }
    if (auto wrong = unseen(world); !wrong.empty()) return wrong;
    for (const auto chat : world.chats) {
        const auto one = open_case(world, chat);
        if (!one) return "a chat is gone";
        auto lack = missing(world, *one);
        if (!lack.empty()) return lack;
    }
    return {};
}

void judge(World& world) {
    for (const auto chat : world.chats) {
        const auto one = open_case(world, chat);
        if (!one) return;
        judge_order(*one);
        judge_messages(*one);
        judge_history(*one);
        judge_membership(*one);
        judge_marks(*one);
        judge_inbox(*one);
    }
    for (const auto& [id, fact] : world.witness.sends()) {
        if (!fact.refused) continue;
        const auto code = fact.refused->code;
        const bool of_changes =
            code == base::ErrorCode::not_found || code == base::ErrorCode::forbidden;
        if (!of_changes || !world.plan.churn) {
            world.witness.fail("P8 honest overload",
                               "a send was refused for good: " + fact.refused->detail);
        }
    }
}

void judge_after_a_day(World& world) {
    std::vector<domain::ClientId> settled;
    for (const auto& [id, fact] : world.witness.sends()) {
        if (fact.sent) settled.push_back(id);
    }
    for (std::size_t i = 0; i < 8 && !settled.empty(); ++i) {
        const auto id = world.dice.pick(settled);
        world.repeat_send(id, false);
        world.repeat_send(id, true);
    }
}

}  // namespace banter::simulation
