#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "domain/ids.hpp"

namespace banter::domain {

enum class ChatType { direct, group };
enum class Role { member, admin, owner };

// What a newcomer to a group sees: from his own join, or all of it.
enum class HistoryMode { from_join, shared };

struct Chat {
    ChatId id;
    ChatType type = ChatType::direct;
    std::string title;  // groups only
    HistoryMode history = HistoryMode::from_join;
    base::Timestamp created_at;

    bool operator==(const Chat&) const = default;
};

// A membership that holds now. `joined_seq` is the seq of the event that made it (0 while that
// event has none yet, and for the two members of a direct chat).
struct Member {
    UserId user;
    Role role = Role::member;
    Seq joined_seq;
    base::Timestamp joined_at;

    bool operator==(const Member&) const = default;
};

}  // namespace banter::domain
