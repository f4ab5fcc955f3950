#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "domain/message.hpp"
#include "protocol/server_frame.hpp"

// What the shard of a chat hands to the shards of its sessions, once per commit.
namespace banter::delivery {

// One WebSocket frame with its header, encoded once and shared by every session that sends it.
using EncodedFrame = std::shared_ptr<const std::string>;

EncodedFrame encode_frame(std::string_view payload);

// A committed message on its way to the sessions.
struct LiveMessage {
    domain::Message message;
    EncodedFrame frame;
    EncodedFrame chat_frame;  // events: the `chat` frame that goes before; else null
};

// The outcome of one send, for whoever waits for it on this shard.
struct Answer {
    std::uint64_t number = 0;
    base::Result<protocol::Sent> result;
};

// Marks of one member moved.
struct ReceiptNotice {
    struct Target {
        domain::UserId user;
        bool delivered = false;  // may be told of it
        bool read = false;
    };
    protocol::Receipt receipt;
    std::vector<Target> targets;  // ascending by user
};

// These users may see the chat from now on.
struct Joined {
    domain::ChatId chat;
    std::vector<domain::UserId> users;
};

struct TypingNotice {
    domain::ChatId chat;
    domain::UserId user;
    bool on = false;
    domain::TypingKind kind = domain::TypingKind::text;
};

class Feed;

// What a user keeps of a chat has changed: for his sessions, whatever they follow.
struct StateNotice {
    domain::ChatId chat;
    domain::UserId user;
    base::Timestamp at;
    EncodedFrame frame;  // null: for nobody but the origin
    // The session that asked for the change, if any, and what it is told instead.
    std::weak_ptr<const Feed> origin;
    EncodedFrame answer;
};

// What happened in the chat may not have been told: whoever follows it asks where it stands.
struct Missed {
    domain::ChatId chat;
};

// A frame for every session of these users, whatever chats they follow.
struct UserNotice {
    std::vector<domain::UserId> users;
    EncodedFrame frame;
};

using MailItem = std::variant<Answer, Joined, std::shared_ptr<const LiveMessage>,
                              std::shared_ptr<const ReceiptNotice>, TypingNotice, StateNotice,
                              UserNotice, Missed>;

// In the order in which it has to be handled.
using Mail = std::vector<MailItem>;

}  // namespace banter::delivery
