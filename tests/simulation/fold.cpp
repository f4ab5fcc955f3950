#include <algorithm>

#include "verdict.hpp"

namespace banter::simulation {

using domain::Change;
using domain::Role;
using domain::Seq;
using domain::UserId;

Fold::Fold(const ports::ChatWithMembers& made, const std::vector<domain::Message>& log)
    : shared(made.chat.history == domain::HistoryMode::shared) {
    if (made.chat.type == domain::ChatType::direct) {
        for (const auto& member : made.members) {
            stays[member.user].push_back({Seq{1}, {}});
            roles[member.user] = Role::member;
        }
    }
    for (const auto& message : log)
        apply(message);
}

void Fold::apply(const domain::Message& message) {
    const auto& event = message.content.event;
    if (!event) {
        const auto role = roles.find(message.sender);
        const bool plain = role != roles.end() && role->second == Role::member;
        if (plain && permissions_.send == domain::Allowed::admins) out_of_turn.insert(message.seq);
        return;
    }
    if (event->change == Change::permissions) permissions_ = event->permissions;
    for (const auto user : event->users) {
        auto& list = stays[user];
        const bool in = !list.empty() && !list.back().left;
        if (event->change == Change::created || event->change == Change::member_added) {
            if (in) continue;
            list.push_back({message.seq, {}});
            const bool owner = event->change == Change::created && user == message.sender;
            roles[user] = owner ? Role::owner : Role::member;
        } else if (event->change == Change::member_removed && in) {
            list.back().left = message.seq;
            roles.erase(user);
        } else if (event->change == Change::role && in) {
            if (event->role == Role::owner) roles[message.sender] = Role::admin;
            roles[user] = event->role.value_or(Role::member);
        }
    }
    if (event->change == Change::created || event->change == Change::title) title = event->title;
}

bool Fold::member_at(UserId user, Seq seq) const {
    const auto found = stays.find(user);
    return found != stays.end() && std::ranges::any_of(found->second, [&](const Stay& stay) {
               return stay.joined <= seq && (!stay.left || seq <= *stay.left);
           });
}

bool Fold::joins_at(UserId user, Seq seq) const {
    const auto found = stays.find(user);
    return found != stays.end() &&
           std::ranges::find(found->second, seq, &Stay::joined) != found->second.end();
}

bool Fold::joins_after(UserId user, Seq seq) const {
    const auto found = stays.find(user);
    return !shared && found != stays.end() && !found->second.empty() &&
           found->second.back().joined > seq;
}

bool Fold::may_see(UserId user, Seq seq) const {
    const auto found = stays.find(user);
    return found != stays.end() && std::ranges::any_of(found->second, [&](const Stay& stay) {
               return (shared || stay.joined <= seq) && (!stay.left || seq <= *stay.left);
           });
}

std::optional<Stay> Fold::last_stay(UserId user) const {
    const auto found = stays.find(user);
    if (found == stays.end() || found->second.empty()) return std::nullopt;
    Stay stay = found->second.back();
    if (shared) stay.joined = Seq{1};
    return stay;
}

}  // namespace banter::simulation
