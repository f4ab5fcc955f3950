#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "delivery/feed.hpp"
#include "delivery/mail.hpp"
#include "delivery/pending_answers.hpp"

namespace banter::delivery {

// The sessions of one shard: who follows which chat, and whose they are. Belongs to its shard.
class Registry {
public:
    void add(std::shared_ptr<Feed> feed);
    // After every chat was unfollowed.
    void remove(const Feed& feed);

    // The feed wants what happens in the chat.
    void follow(domain::ChatId chat, const std::shared_ptr<Feed>& feed);
    void unfollow(domain::ChatId chat, const Feed& feed);

    void deliver(Mail mail);
    // Others tell of these chats now, or something of what was told is lost.
    void moved(const Concerned& concerned);

    PendingAnswers& answers() { return answers_; }

    std::size_t sessions() const { return sessions_; }

private:
    using Feeds = std::vector<std::shared_ptr<Feed>>;

    void handle(const Answer& answer);
    void handle(const Joined& joined);
    void handle(const std::shared_ptr<const LiveMessage>& message);
    void handle(const std::shared_ptr<const ReceiptNotice>& notice);
    void handle(const TypingNotice& notice);
    void handle(const StateNotice& notice);
    void handle(const Missed& missed);
    void handle(const UserNotice& notice);
    // A copy, because what a feed does may change who follows the chat.
    Feeds followers(domain::ChatId chat) const;

    std::unordered_map<domain::ChatId, Feeds> by_chat_;
    std::unordered_map<domain::UserId, Feeds> by_user_;
    PendingAnswers answers_;
    std::size_t sessions_ = 0;
};

}  // namespace banter::delivery
