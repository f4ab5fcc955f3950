#pragma once

#include "world.hpp"

namespace banter::simulation {

// What the log of a chat says about a user: from … to, both inclusive; no end: a member still.
struct Stay {
    domain::Seq joined;
    std::optional<domain::Seq> left;
};

// A chat as its log leads to it: the only truth there is.
struct Fold {
    explicit Fold(const ports::ChatWithMembers& made, const std::vector<domain::Message>& log);

    bool member_at(domain::UserId user, domain::Seq seq) const;
    bool may_see(domain::UserId user, domain::Seq seq) const;
    bool joins_at(domain::UserId user, domain::Seq seq) const;
    // Left and came back after `seq`, which he can't see any more.
    bool joins_after(domain::UserId user, domain::Seq seq) const;
    // What a device of the user must have in the end: the last stay.
    std::optional<Stay> last_stay(domain::UserId user) const;

    bool shared = false;
    std::map<domain::UserId, std::vector<Stay>> stays;
    std::map<domain::UserId, domain::Role> roles;  // of who is a member in the end
    std::string title;
    std::set<domain::Seq> out_of_turn;  // said by who may not send, by the permissions of the time

private:
    void apply(const domain::Message& message);

    domain::Permissions permissions_;
};

// Nothing is under way any more: every device has what it must have. The reason when not.
std::string unsettled(World& world);

// Holds the end of a run to the promises P1 to P8; what is broken goes to the witness.
void judge(World& world);

// What every live device sees of the users it watches is so. The reason when not.
std::string unseen(World& world);

// Somebody goes away, and comes back: whoever watches him is told so in time, and nobody is told
// that one went away who did not. False: a promise broke.
bool judge_absence(World& world);

// The duplicate keys after a restart and a day: the same answers, and no message more.
void judge_after_a_day(World& world);

}  // namespace banter::simulation
