#include "chat/chat_state.hpp"

#include <algorithm>

#include "base/fault.hpp"

namespace banter::chat {
namespace {

using domain::Change;
using domain::Role;
using domain::Seq;

// Beyond this a mark that moves concerns every member: rare, and never wrong.
constexpr std::size_t max_recent_senders = 1024;

}  // namespace

void RecentSenders::push(Seq seq, domain::UserId sender) {
    if (senders_.empty()) first_ = seq;
    senders_.push_back(sender);
    if (senders_.size() > max_recent_senders) {
        senders_.pop_front();
        first_ = first_.next();
    }
}

std::optional<std::vector<domain::UserId>> RecentSenders::between(Seq after, Seq through) const {
    std::vector<domain::UserId> result;
    if (through <= after) return result;
    if (senders_.empty() || after.next() < first_) return std::nullopt;
    for (Seq seq = after.next(); seq <= through; seq = seq.next()) {
        const std::uint64_t at = seq.value - first_.value;
        if (at >= senders_.size()) break;
        result.push_back(senders_[at]);
    }
    std::ranges::sort(result);
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
}

base::Task<void> ChangeLock::acquire() {
    if (!held_) {
        held_ = true;
        co_return;
    }
    base::CallbackAwaiter<bool> turn(
        [this](base::Completion<bool> mine) { waiting_.push_back(mine); });
    co_await turn;
}

void ChangeLock::release() {
    if (waiting_.empty()) {
        held_ = false;
        return;
    }
    const auto next = waiting_.front();
    waiting_.pop_front();
    next(true);
}

bool Followers::any() const {
    return !elsewhere.empty() || std::ranges::find(here, true) != here.end();
}

void Followers::add(ports::NodeId self, Follower follower) {
    if (follower.node == self) {
        here[follower.shard] = true;
        return;
    }
    const auto at = std::ranges::lower_bound(elsewhere, follower);
    if (at == elsewhere.end() || *at != follower) elsewhere.insert(at, follower);
}

void Followers::remove(ports::NodeId self, Follower follower) {
    if (follower.node == self) {
        here[follower.shard] = false;
    } else {
        std::erase(elsewhere, follower);
    }
}

void Followers::remove_all_of(ports::NodeId other) {
    std::erase_if(elsewhere, [&](const Follower& follower) { return follower.node == other; });
}

const MemberState* ChatState::member(domain::UserId user) const {
    const auto found = members.find(user);
    return found == members.end() ? nullptr : &found->second;
}

MemberState* ChatState::member(domain::UserId user) {
    const auto found = members.find(user);
    return found == members.end() ? nullptr : &found->second;
}

Seq ChatState::first_seq(const MemberState& member) const {
    if (chat.history == domain::HistoryMode::shared) return Seq{1};
    if (BANTER_FAULT(newcomer_sees_all)) return Seq{1};
    return std::max(member.joined_seq, Seq{1});
}

void ChatState::apply(const domain::Event& event, domain::UserId actor, Seq seq,
                      base::Timestamp at) {
    switch (event.change) {
        case Change::created:
        case Change::member_added:
            for (const auto user : event.users) {
                const bool owner = event.change == Change::created && user == actor;
                MemberState added;
                added.role = owner ? Role::owner : Role::member;
                added.joined_seq = seq;
                const auto decided = joining.extract(user);
                added.joined_at = decided ? decided.mapped() : at;
                if (const auto before = former.find(user); before != former.end()) {
                    added.marks = added.durable = before->second;
                }
                members.try_emplace(user, added);
                left.erase(user);
            }
            break;
        case Change::member_removed:
            for (const auto user : event.users) {
                if (const auto* leaving = member(user)) {
                    former[user] = leaving->marks;
                    left[user] = {first_seq(*leaving), seq};
                }
                if (!BANTER_FAULT(removed_served_from_cache)) members.erase(user);
            }
            break;
        case Change::role:
            for (const auto user : event.users) {
                if (auto* changed = member(user))
                    changed->role = event.role.value_or(changed->role);
            }
            if (event.role == Role::owner) {
                if (auto* before = member(actor)) before->role = Role::admin;
            }
            break;
        case Change::title:
            chat.title = event.title;
            break;
        case Change::description:
            chat.description = event.description;
            break;
        case Change::picture:
            chat.picture = event.picture;
            break;
        case Change::permissions:
            chat.permissions = event.permissions;
            chat.join_approval = event.join_approval;
            break;
    }
}

base::Problem no_such_chat() {
    return {base::ErrorCode::not_found, "There is no such chat, or you are not in it.", {}};
}

}  // namespace banter::chat
