#include "presence/lookout.hpp"

#include <algorithm>

#include "base/fault.hpp"
#include "base/log.hpp"

namespace banter::presence {

using base::Steady;
using base::Task;
using domain::UserId;

void Lookout::follow(UserId user) {
    const auto [found, added] = followed_.try_emplace(user);
    if (!added) return;
    found->second.number = ++last_number_;
    registry_.follow(user);
    ask_soon(user, found->second);
}

void Lookout::unfollow(UserId user) {
    auto gone = followed_.extract(user);
    if (!gone) return;
    agenda_.erase({gone.mapped().due, user});
    registry_.unfollow(user);
    answer(std::move(gone.mapped().waiting));
}

void Lookout::changed(UserId user) {
    const auto found = followed_.find(user);
    if (found != followed_.end()) ask_soon(user, found->second);
}

void Lookout::all_changed() {
    for (auto& [user, followed] : followed_)
        ask_soon(user, followed);
    not_before_ = clock_.steady();
}

bool Lookout::live(UserId user) const {
    const auto found = followed_.find(user);
    return found != followed_.end() && clock_.steady() < found->second.live_until;
}

bool Lookout::known(UserId user) const {
    const auto found = followed_.find(user);
    return found != followed_.end() && found->second.known;
}

Task<void> Lookout::ask(UserId user) {
    const auto found = followed_.find(user);
    if (found == followed_.end()) co_return;
    base::CallbackAwaiter<bool>::Start start = [&](base::Completion<bool> done) {
        found->second.waiting.push_back(done);
        ask_soon(user, found->second);
    };
    base::CallbackAwaiter<bool> answered(std::move(start));
    co_await answered;
}

void Lookout::schedule(UserId user, Followed& followed, Steady due) {
    agenda_.erase({followed.due, user});
    followed.due = due;
    agenda_.insert({due, user});
}

void Lookout::ask_soon(UserId user, Followed& followed) {
    followed.stale = true;
    followed.known = false;
    schedule(user, followed, clock_.steady());
    wake();
}

// Later, so that what comes in the same tick is one question.
void Lookout::wake() {
    if (std::exchange(working_, true)) return;
    timer_.cancel();
    shard_.post([this] { base::spawn(work()); });
}

void Lookout::wait_for_next() {
    if (agenda_.empty()) return;
    const auto left = std::max(agenda_.begin()->first, not_before_) - clock_.steady();
    const auto delay = std::chrono::ceil<std::chrono::milliseconds>(left);
    timer_ = shard_.after(std::max(delay, std::chrono::milliseconds(1)), [this] { wake(); });
}

std::vector<UserId> Lookout::take_due(std::vector<Question>& questions) {
    std::vector<UserId> users;
    const auto now = clock_.steady();
    if (now < not_before_) return users;
    while (!agenda_.empty() && agenda_.begin()->first <= now &&
           users.size() < ports::PresenceRegistry::max_batch) {
        const auto user = agenda_.begin()->second;
        auto& followed = followed_.at(user);
        users.push_back(user);
        questions.push_back({followed.number, std::exchange(followed.waiting, {})});
        followed.stale = false;
        schedule(user, followed, now + times_.renewal);
    }
    return users;
}

Task<void> Lookout::work() {
    while (true) {
        std::vector<Question> questions;
        const auto users = take_due(questions);
        if (users.empty()) break;
        const auto found = co_await registry_.find(users);
        if (!found) {
            base::log::warn("presence.not_found_out", {{"detail", found.error().detail}});
            not_before_ = clock_.steady() + times_.retry;
        }
        for (std::size_t i = 0; i < users.size(); ++i)
            take_in(users[i], questions[i], found ? &(*found)[i] : nullptr);
    }
    working_ = false;
    wait_for_next();
}

void Lookout::take_in(UserId user, Question& question, const Entries* entries) {
    answer(std::move(question.waiting));
    const auto found = followed_.find(user);
    if (found == followed_.end() || found->second.number != question.number) return;
    auto& followed = found->second;
    const auto now = clock_.steady();
    Entries elsewhere;
    if (entries == nullptr) {
        schedule(user, followed, now);
    } else {
        std::ranges::copy_if(*entries, std::back_inserter(elsewhere),
                             [&](const auto& entry) { return entry.node != registry_.node(); });
        followed.live_until = now;
        for (const auto& entry : elsewhere) {
            const auto lives = BANTER_FAULT(lapsed_presence_counts) ? times_.lives : entry.lives;
            followed.live_until = std::max(followed.live_until, now + lives);
        }
        followed.known = !followed.stale;
        if (BANTER_FAULT(followed_asked_once)) {
            if (!followed.stale) schedule(user, followed, now + std::chrono::hours(9000));
        } else if (now < followed.live_until && followed.live_until < followed.due) {
            schedule(user, followed, followed.live_until);
        }
    }
    learned_(user, elsewhere);
}

// Later: who waits may change what is followed.
void Lookout::answer(std::vector<base::Completion<bool>> waiting) {
    for (const auto& done : waiting)
        shard_.post([done] { done(true); });
}

}  // namespace banter::presence
