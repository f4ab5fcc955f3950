#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "domain/ids.hpp"

namespace banter::domain {

enum class ChatType { direct, group };
enum class Role { member, admin, owner };

// What a newcomer to a group sees: from his own join, or all of it.
enum class HistoryMode { from_join, shared };

// Who of a group may do something. `admins`: the owner, too.
enum class Allowed { members, admins };

struct Permissions {
    Allowed send = Allowed::members;
    Allowed edit = Allowed::members;  // title, description and picture

    bool operator==(const Permissions&) const = default;
};

struct Chat {
    ChatId id;
    ChatType type = ChatType::direct;
    std::string title;  // groups only
    HistoryMode history = HistoryMode::from_join;
    base::Timestamp created_at;
    std::string description = {};
    std::uint64_t picture = 0;  // picture_version() of the picture; 0: none
    Permissions permissions = {};
    bool join_approval = false;  // who comes by a link asks to be let in

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

// An invite to a group, good for whoever has its token.
struct InviteLink {
    LinkId id;
    ChatId chat;
    UserId created_by;
    base::Timestamp created_at;
    base::Timestamp expires_at;
    std::optional<std::uint32_t> max_uses;  // none: as many as the group takes
    std::uint32_t uses = 0;                 // how many have joined by it

    bool usable(base::Timestamp now) const {
        return now < expires_at && (!max_uses || uses < *max_uses);
    }
    bool operator==(const InviteLink&) const = default;
};

// A user who came by a link and waits to be let in.
struct JoinRequest {
    ChatId chat;
    UserId user;
    LinkId link;
    base::Timestamp at;

    bool operator==(const JoinRequest&) const = default;
};

enum class PictureType { png, jpeg, webp };

struct Picture {
    PictureType type = PictureType::png;
    std::string bytes;

    bool operator==(const Picture&) const = default;
};

// What the first bytes say the picture is (PNG §5.2, JPEG B.1.1.3, RFC 9649 §2.4); nullopt: none of
// these.
std::optional<PictureType> picture_type(std::string_view bytes);
// A number made of the content, never 0: pictures that differ have different ones, but for chance
// of 2^-48.
std::uint64_t picture_version(std::string_view bytes);

}  // namespace banter::domain
