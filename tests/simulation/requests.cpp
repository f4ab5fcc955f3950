// What users do over HTTP, and what it must answer.
#include <algorithm>
#include <array>

#include "world.hpp"

namespace banter::simulation {
namespace {

using domain::Change;
using domain::ChatId;
using domain::Role;
using domain::Seq;
using domain::UserId;

base::Task<base::Result<protocol::Sent>> send_by_http(Node& node, std::size_t shard,
                                                      ports::SendCommand command) {
    using Answer = base::Result<protocol::Sent>;
    base::CallbackAwaiter<Answer>::Start start = [&](base::Completion<Answer> done) {
        node.chats().send(shard, std::move(command),
                          [done](const Answer& result) { done(result); });
    };
    base::CallbackAwaiter<Answer> answered(std::move(start));
    co_return co_await answered;
}

template <class T>
base::Task<base::Result<bool>> as_bool(base::Task<base::Result<T>> task) {
    const auto result = co_await std::move(task);
    if (!result) co_return std::unexpected(result.error());
    co_return true;
}

base::Task<base::Result<bool>> as_done(base::Task<base::Result<void>> task) {
    const auto result = co_await std::move(task);
    if (!result) co_return std::unexpected(result.error());
    co_return true;
}

}  // namespace

void World::repeat_send(const domain::ClientId& id, bool other_words) {
    const SendFact fact = witness.sends().at(id);
    if (other_words && !fact.sent) return;
    trace.note("repeat", id, other_words ? "other" : "same");
    ports::SendCommand command{fact.chat, {fact.user, fact.device, id}, {}};
    command.content.text = other_words ? fact.text + "!" : fact.text;
    ask<protocol::Sent>(
        [command](Node& node, std::size_t shard) { return send_by_http(node, shard, command); },
        [this, id, other_words](const std::optional<base::Result<protocol::Sent>>& answer) {
            if (!answer) return;
            trace.note("repeat.done", id, *answer ? std::string("sent") : answer->error().detail);
            if (*answer && other_words) {
                witness.fail("P4 idempotent", "a client_id was accepted for other words");
            } else if (*answer) {
                const auto& sent = **answer;
                witness.sent({sent.client_id, sent.chat, sent.seq, sent.message_id, sent.at});
            }
        });
}

// What a member is shown, and that who is out is shown nothing.
void World::probe_history(UserId user, ChatId chat) {
    const bool out = surely_out(user, chat);
    chat::HistoryQuery query;
    query.chat = chat;
    query.limit = static_cast<std::size_t>(dice.between(1, 20));
    ask<chat::HistoryPage>(
        [user, query](Node& node, std::size_t) { return node.chats().history(user, query); },
        [this, user, chat, out](const std::optional<base::Result<chat::HistoryPage>>& answer) {
            if (!answer || !*answer) return;
            if (out && surely_out(user, chat)) {
                witness.fail("P6 strong membership", "user " + to_string(user) +
                                                         " was removed and reads the history of " +
                                                         to_string(chat));
            }
            const auto& messages = (**answer).messages;
            for (std::size_t i = 1; i < messages.size(); ++i) {
                if (messages[i].seq.next() == messages[i - 1].seq) continue;
                witness.fail("P2 ordered", "a page of the history of " + to_string(chat) +
                                               " has a gap or turns back");
            }
        });
}

void World::ask_change(ChangeFact fact, Make<bool> make) {
    fact.begun = timeline.now();
    if (fact.change == Change::member_added) {
        for (const auto user : fact.users)
            out_.erase({user, fact.chat});
    }
    trace.note("change", static_cast<std::uint64_t>(fact.change), fact.chat, fact.actor,
               fact.users.empty() ? UserId{} : fact.users.front());
    const auto index = changes.size();
    changes.push_back(std::move(fact));
    ask<bool>(std::move(make), [this, index](const std::optional<base::Result<bool>>& result) {
        change_done(index, result);
    });
}

void World::change_done(std::size_t index, const std::optional<base::Result<bool>>& result) {
    auto& fact = changes[index];
    fact.ended = timeline.now();
    if (result) fact.done = result->has_value();
    trace.note("change.done", index, fact.done.value_or(false));
    if (!fact.done.value_or(false) || fact.change != Change::member_removed) return;
    // Added at the same time or since: nothing is certain.
    const auto user = fact.users.front();
    const bool added = std::ranges::any_of(changes, [&](const ChangeFact& other) {
        if (other.change != Change::member_added || other.chat != fact.chat) return false;
        const bool concerns = std::ranges::find(other.users, user) != other.users.end();
        return concerns && (!other.done || other.ended >= fact.begun);
    });
    if (!added) out_.insert({user, fact.chat});
}

void World::change_members(ChatId chat) {
    const auto known = directory_of(chat);
    if (!known || known->members.empty()) return;
    std::vector<UserId> leaders;
    for (const auto& member : known->members) {
        if (member.role != Role::member) leaders.push_back(member.user);
    }
    const UserId actor =
        leaders.empty() || dice.chance(1, 5) ? dice.pick(users) : dice.pick(leaders);
    const UserId target = dice.pick(users);
    ChangeFact fact{Change::member_added, chat, actor, {target}, {}, 0, 0, {}};
    const auto roll = dice.between(0, 9);
    if (roll < 4) {
        ask_change(fact, [=](Node& node, std::size_t) {
            return as_bool(node.chats().add(chat, actor, {target}));
        });
    } else if (roll < 7) {
        fact.change = Change::member_removed;
        const UserId by = dice.chance(1, 4) ? target : actor;
        fact.actor = by;
        ask_change(fact, [=](Node& node, std::size_t) {
            return as_bool(node.chats().remove(chat, by, target));
        });
    } else if (roll < 9) {
        fact.change = Change::role;
        const Role role =
            dice.chance(1, 4) ? Role::owner : (dice.chance(2, 3) ? Role::admin : Role::member);
        ask_change(fact, [=](Node& node, std::size_t) {
            return as_bool(node.chats().set_role(chat, actor, target, role));
        });
    } else {
        edit_group(chat, actor);
    }
}

void World::change_privacy(UserId user) {
    const auto ignored = [](const std::optional<base::Result<bool>>&) {};
    const UserId other = dice.pick(users);
    const auto roll = dice.between(0, 7);
    trace.note("privacy", user, other, static_cast<std::uint64_t>(roll));
    if (roll < 4) {
        constexpr std::array audiences{domain::Audience::everyone, domain::Audience::contacts,
                                       domain::Audience::nobody};
        accounts::ProfileChange change;
        change.last_seen = dice.pick(audiences);
        ask<bool>(
            [=](Node& node, std::size_t) {
                return as_bool(node.accounts().update_profile(user, change));
            },
            ignored);
        return;
    }
    // Who has a direct chat would be refused in it, which the verdict knows nothing of.
    const bool direct = std::min(user, other) == std::min(users[0], users[1]) &&
                        std::max(user, other) == std::max(users[0], users[1]);
    if (user == other || (direct && roll >= 6)) return;
    ask<bool>(
        [=](Node& node, std::size_t) {
            auto& contacts = node.contacts();
            if (roll == 4) return as_done(contacts.add(user, other));
            if (roll == 5) return as_done(contacts.remove(user, other));
            return as_done(roll == 6 ? contacts.block(user, other) : contacts.unblock(user, other));
        },
        ignored);
}

void World::revoke_spare(Device& device) {
    const auto others = std::ranges::count_if(devices, [&](const auto& other) {
        return other->user() == device.user() && other->id() != device.id() &&
               !other->may_be_revoked();
    });
    if (others > 0 && !device.may_be_revoked()) revoke(device);
}

void World::revoke(Device& device) {
    trace.note("revoke", device.id());
    device.expect_revoked();
    ask<bool>([user = device.user(), id = device.id()](
                  Node& node, std::size_t) { return as_done(node.devices().revoke(user, id)); },
              [](const std::optional<base::Result<bool>>&) {});
}

void World::edit_group(ChatId chat, UserId actor) {
    ChangeFact fact{Change::title, chat, actor, {}, {}, 0, 0, {}};
    chat::GroupEdit edit;
    if (dice.chance(1, 2)) {
        fact.title = "title " + std::to_string(++texts_);
        edit.title = fact.title;
    } else {
        fact.change = Change::permissions;
        edit.send = dice.chance(1, 2) ? domain::Allowed::admins : domain::Allowed::members;
    }
    ask_change(fact, [=](Node& node, std::size_t) {
        return as_bool(node.chats().edit(chat, actor, edit));
    });
}

}  // namespace banter::simulation
