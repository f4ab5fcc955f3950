#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/ids.hpp"

namespace banter::client {

// The unfinished texts that the server is to keep for the user's other devices. Only the newest
// of a chat counts; a new connection tells again what the old one got no answer to.
class Drafts {
public:
    struct Frame {
        domain::ChatId chat;
        std::string text;
        std::string ref;
    };

    // What to write now that the draft of `chat` is `text`.
    Frame set(const domain::ChatId& chat, std::string text);
    // Everything that has to be written on a new connection.
    std::vector<Frame> unanswered() const;
    // The server has answered this `ref`, whatever it said.
    void settle(std::string_view ref);
    // The draft of `chat` is still on its way: what arrives for it is older.
    bool awaits_answer(const domain::ChatId& chat) const { return waiting_.contains(chat); }

private:
    std::map<domain::ChatId, Frame> waiting_;
    std::uint64_t count_ = 0;
};

}  // namespace banter::client
