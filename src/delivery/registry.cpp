#include "delivery/registry.hpp"

#include <algorithm>

namespace banter::delivery {
namespace {

template <class Key>
void erase_feed(std::unordered_map<Key, std::vector<std::shared_ptr<Feed>>>& index, const Key& key,
                const Feed& feed) {
    const auto found = index.find(key);
    if (found == index.end()) return;
    std::erase_if(found->second, [&](const auto& one) { return one.get() == &feed; });
    if (found->second.empty()) index.erase(found);
}

}  // namespace

void Registry::add(std::shared_ptr<Feed> feed) {
    ++sessions_;
    by_user_[feed->identity().user].push_back(std::move(feed));
}

void Registry::remove(const Feed& feed) {
    erase_feed(by_user_, feed.identity().user, feed);
    --sessions_;
}

void Registry::follow(domain::ChatId chat, const std::shared_ptr<Feed>& feed) {
    auto& feeds = by_chat_[chat];
    if (std::ranges::find(feeds, feed) == feeds.end()) feeds.push_back(feed);
}

void Registry::unfollow(domain::ChatId chat, const Feed& feed) {
    erase_feed(by_chat_, chat, feed);
}

void Registry::deliver(Mail mail) {
    for (const auto& item : mail) {
        std::visit([this](const auto& one) { handle(one); }, item);
    }
}

Registry::Feeds Registry::followers(domain::ChatId chat) const {
    const auto found = by_chat_.find(chat);
    return found == by_chat_.end() ? Feeds{} : found->second;
}

void Registry::handle(const Answer& answer) {
    if (const auto answered = answers_.take(answer.number)) (*answered)(answer.result);
}

void Registry::moved(const Concerned& concerned) {
    const auto users = by_user_;  // a copy, as of followers()
    for (const auto& [user, feeds] : users) {
        for (const auto& feed : feeds)
            feed->moved(concerned);
    }
}

void Registry::handle(const Joined& joined) {
    for (const auto user : joined.users) {
        const auto found = by_user_.find(user);
        if (found == by_user_.end()) continue;
        const Feeds feeds = found->second;
        for (const auto& feed : feeds)
            feed->joined(joined.chat);
    }
}

void Registry::handle(const std::shared_ptr<const LiveMessage>& message) {
    for (const auto& feed : followers(message->message.chat))
        feed->live(*message);
}

void Registry::handle(const std::shared_ptr<const ReceiptNotice>& notice) {
    const auto following = by_chat_.find(notice->receipt.chat);
    if (following == by_chat_.end()) return;
    if (following->second.size() <= notice->targets.size()) {
        for (const auto& feed : followers(notice->receipt.chat))
            feed->receipt(*notice);
        return;
    }
    // In a large group one mark concerns few.
    for (const auto& target : notice->targets) {
        const auto found = by_user_.find(target.user);
        if (found == by_user_.end()) continue;
        const Feeds feeds = found->second;
        for (const auto& feed : feeds)
            feed->receipt(*notice);
    }
}

void Registry::handle(const TypingNotice& notice) {
    const auto feeds = followers(notice.chat);
    EncodedFrame frame;
    for (const auto& feed : feeds) {
        if (feed->identity().user == notice.user) continue;
        if (!frame) {
            frame = encode_frame(
                protocol::encode_typing(notice.chat, notice.user, notice.on, notice.kind));
        }
        feed->write(frame);
    }
}

void Registry::handle(const StateNotice& notice) {
    const auto found = by_user_.find(notice.user);
    if (found == by_user_.end()) return;
    const auto origin = notice.origin.lock();
    const Feeds feeds = found->second;
    for (const auto& feed : feeds) {
        if (feed == origin) {
            feed->state_answer(notice.chat, notice.at, notice.answer);
        } else if (notice.frame) {
            feed->state(notice.chat, notice.at, notice.frame);
        }
    }
}

void Registry::handle(const Missed& missed) {
    for (const auto& feed : followers(missed.chat))
        feed->moved([chat = missed.chat](domain::ChatId one) { return one == chat; });
}

void Registry::handle(const UserNotice& notice) {
    for (const auto user : notice.users) {
        const auto found = by_user_.find(user);
        if (found == by_user_.end()) continue;
        const Feeds feeds = found->second;
        for (const auto& feed : feeds)
            feed->write(notice.frame);
    }
}

}  // namespace banter::delivery
