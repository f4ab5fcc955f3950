#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/ids.hpp"

namespace banter::adapters::embedded {

// What is wrong with a chat on the disk, as a clause: "the message 7 is missing".
struct ChatDamage {
    domain::ChatId chat;  // zero: damage that no single chat can be blamed for
    std::string what;

    bool operator==(const ChatDamage&) const = default;
};

// What `banter doctor` found in the whole message store.
struct StoreReport {
    std::uint64_t chats = 0;
    std::uint64_t messages = 0;
    std::vector<ChatDamage> damages;
};

}  // namespace banter::adapters::embedded
