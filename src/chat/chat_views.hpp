#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/chat.hpp"
#include "domain/message.hpp"
#include "domain/watermark.hpp"
#include "ports/message_log.hpp"
#include "protocol/server_frame.hpp"

// What is asked of chats and what they answer, as plain values.
namespace banter::chat {

// A shard of a node that follows a chat.
struct Follower {
    ports::NodeId node;
    std::uint32_t shard = 0;

    auto operator<=>(const Follower&) const = default;
};

// Where a session's stream of a chat begins, and which marks moved since it was last there.
struct Attachment {
    domain::Seq first_seq;
    domain::Seq head;
    domain::Seq delivered;                // the user's own mark
    domain::Seq cursor;                   // what the device has acknowledged and is not durable yet
    std::optional<domain::Seq> last_seq;  // removed again already: nothing after this
    std::vector<protocol::Receipt> receipts;
};

// A chat as one member sees it.
struct ChatView {
    domain::Chat chat;
    domain::Role role = domain::Role::member;
    domain::Seq head;
    domain::Seq first_seq;
    domain::Marks marks;  // the member's own
    std::size_t members = 0;
    domain::UserId other;  // direct chats
    std::string preview;
    base::Timestamp at;  // of the last message; of the chat's making while there is none
};

struct MemberView {
    domain::UserId user;
    domain::Role role = domain::Role::member;
    base::Timestamp joined_at;
    domain::Seq joined_seq;
    domain::Seq delivered;
    std::optional<domain::Seq> read;  // withheld by the member's privacy: none
    bool shows_read = true;
};

struct NewGroup {
    domain::UserId creator;
    std::string title;
    std::vector<domain::UserId> members;  // with or without the creator
    domain::HistoryMode history = domain::HistoryMode::from_join;
    std::optional<domain::ClientId> client_id;
};

// What an edit sets; what is not given stays.
struct GroupEdit {
    std::optional<std::string> title = {};
    std::optional<std::string> description = {};
    std::optional<domain::Allowed> send = {};
    std::optional<domain::Allowed> edit = {};
    std::optional<bool> join_approval = {};
};

enum class Joined { joined, requested };

struct LinkTerms {
    std::chrono::seconds lasts{0};
    std::optional<std::uint32_t> max_uses;
};

// `token` is known here alone and never again: only its hash is kept.
struct NewLink {
    domain::InviteLink link;
    std::string token;
};

}  // namespace banter::chat
