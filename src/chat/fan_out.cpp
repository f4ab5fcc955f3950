#include "chat/fan_out.hpp"

#include <algorithm>

namespace banter::chat {
namespace {

using delivery::ReceiptNotice;
using domain::Change;
using domain::UserId;

// Read policies to remember; a rarely read one is looked up again.
constexpr std::size_t most_policies = 65'536;

// Whom a mark concerns that moved from `before` to `after`: the senders of what it passed.
std::vector<UserId> passed_senders(const ChatState& chat, domain::Seq before, domain::Seq after) {
    if (auto known = chat.senders.between(before, after)) return std::move(*known);
    std::vector<UserId> everyone;
    for (const auto& [user, member] : chat.members)
        everyone.push_back(user);
    std::ranges::sort(everyone);
    return everyone;
}

ReceiptNotice::Target& target_for(std::vector<ReceiptNotice::Target>& targets, UserId user) {
    const auto at = std::ranges::lower_bound(targets, user, {}, &ReceiptNotice::Target::user);
    if (at != targets.end() && at->user == user) return *at;
    return *targets.insert(at, ReceiptNotice::Target{user, false, false});
}

}  // namespace

std::shared_ptr<delivery::LiveMessage> live_message(domain::Message message) {
    auto live = std::make_shared<delivery::LiveMessage>();
    live->message = std::move(message);
    live->frame = delivery::encode_frame(protocol::encode_message(live->message, false));
    if (live->message.content.event) {
        live->chat_frame = delivery::encode_frame(protocol::encode_chat_change(live->message));
    }
    return live;
}

protocol::Sent sent_for(const domain::Message& message) {
    return {message.client_id, message.chat, message.seq, message.id, message.at, false};
}

FanOut::FanOut(const runtime::Shards& shards, std::vector<delivery::Registry*> registries,
               Relations& relations, ports::NodeId self, NodeBus* bus)
    : shards_(shards),
      registries_(std::move(registries)),
      relations_(relations),
      self_(self),
      bus_(bus),
      mail_(shards.count()) {}

void FanOut::answer(const ports::Ticket& ticket, const base::Result<protocol::Sent>& result) {
    const bool gone = ticket.node != self_ && bus_ == nullptr;  // a process before this one
    if (ticket.number == 0 || gone) return;
    auto& mail =
        ticket.node == self_ ? mail_[ticket.shard] : mail_elsewhere_[{ticket.node, ticket.shard}];
    mail.emplace_back(delivery::Answer{ticket.number, result});
}

void FanOut::message(const Committed& committed) {
    const auto& event = committed.live->message.content.event;
    if (event && (event->change == Change::created || event->change == Change::member_added)) {
        joined(committed.chat->chat.id, event->users);
    }
    answer(committed.ticket, sent_for(committed.live->message));
    to_followers(*committed.chat, committed.live);
}

void FanOut::joined(domain::ChatId chat, const std::vector<UserId>& users) {
    to_everyone(delivery::Joined{chat, users});
}

void FanOut::to_everyone(const delivery::MailItem& item) {
    for (auto& mail : mail_)
        mail.push_back(item);
    if (bus_ == nullptr) return;
    for (const auto peer : bus_->peers())
        mail_elsewhere_[{peer, 0}].push_back(item);
}

void FanOut::to_followers(const ChatState& chat, const delivery::MailItem& item) {
    for (std::size_t shard = 0; shard < mail_.size(); ++shard) {
        if (chat.anchor->followers.here[shard]) mail_[shard].push_back(item);
    }
    for (const auto& follower : chat.anchor->followers.elsewhere)
        mail_elsewhere_[follower].push_back(item);
}

base::Task<base::Result<void>> FanOut::marks(const MovedMarks& moved) {
    auto notice = std::make_shared<ReceiptNotice>();
    notice->receipt = {moved.chat->chat.id, moved.user, {}, {}, moved.at};
    if (moved.after.delivered > moved.before.delivered) {
        notice->receipt.delivered = moved.after.delivered;
        for (const auto user :
             passed_senders(*moved.chat, moved.before.delivered, moved.after.delivered)) {
            if (user != moved.user) target_for(notice->targets, user).delivered = true;
        }
    }
    if (moved.after.read > moved.before.read) {
        notice->receipt.read = moved.after.read;
        const auto shown_to = co_await policy(moved.user);
        if (!shown_to) co_return std::unexpected(shown_to.error());
        for (const auto user : passed_senders(*moved.chat, moved.before.read, moved.after.read)) {
            if (user == moved.user || !shown_to->shows(user)) continue;
            target_for(notice->targets, user).read = true;
        }
        target_for(notice->targets, moved.user).read = true;  // his other devices
    }
    if (!notice->targets.empty()) {
        to_followers(*moved.chat, std::shared_ptr<const ReceiptNotice>(std::move(notice)));
    }
    co_return base::Result<void>{};
}

void FanOut::forget_policy(UserId user) {
    policies_.erase(user);
    ++policy_changes_;
}

void FanOut::forget_policies() {
    policies_.clear();
    ++policy_changes_;
}

base::Task<base::Result<FanOut::Policies>> FanOut::policies(std::vector<UserId> readers) {
    Policies found;
    for (const auto reader : readers) {
        if (const auto known = policies_.find(reader); known != policies_.end()) {
            found.insert(*known);
        }
    }
    std::erase_if(readers, [&](UserId reader) { return found.contains(reader); });
    if (readers.empty()) co_return found;
    const auto changes = policy_changes_;
    const auto read = co_await relations_.read_policies(std::move(readers));
    if (!read) co_return std::unexpected(read.error());
    found.insert(read->begin(), read->end());
    if (changes == policy_changes_) {  // else it may be out of date already
        if (policies_.size() + read->size() > most_policies) policies_.clear();
        policies_.insert(read->begin(), read->end());
    }
    co_return found;
}

base::Task<base::Result<ReadPolicy>> FanOut::policy(UserId reader) {
    if (const auto known = policies_.find(reader); known != policies_.end()) {
        co_return known->second;
    }
    auto found = co_await policies(std::vector<UserId>{reader});
    if (!found) co_return std::unexpected(found.error());
    co_return std::move((*found)[reader]);
}

base::Task<base::Result<std::unordered_set<UserId>>> FanOut::showing(std::vector<UserId> readers,
                                                                     UserId viewer) {
    const auto known = co_await policies(readers);
    if (!known) co_return std::unexpected(known.error());
    std::unordered_set<UserId> showing;
    for (const auto reader : readers) {
        const auto policy = known->find(reader);
        const bool shows = policy != known->end() && policy->second.shows(viewer);
        if (reader == viewer || shows) showing.insert(reader);
    }
    co_return showing;
}

void FanOut::typing(const ChatState& chat, UserId user, bool on, domain::TypingKind kind) {
    to_followers(chat, delivery::TypingNotice{chat.chat.id, user, on, kind});
}

void FanOut::notice(std::vector<UserId> users, std::string_view frame) {
    to_everyone(delivery::UserNotice{std::move(users), delivery::encode_frame(frame)});
}

void FanOut::send() {
    for (std::size_t shard = 0; shard < mail_.size(); ++shard) {
        if (mail_[shard].empty()) continue;
        shards_[shard].post(
            [registry = registries_[shard], mail = std::move(mail_[shard])]() mutable {
                registry->deliver(std::move(mail));
            });
        mail_[shard] = {};
    }
    for (auto& [follower, mail] : mail_elsewhere_)
        bus_->tell(follower.node, follower.shard, std::move(mail));
    mail_elsewhere_.clear();
}

}  // namespace banter::chat
