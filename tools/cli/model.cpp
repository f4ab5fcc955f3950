#include "cli/model.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "cli/text.hpp"

namespace banter::cli {
namespace {

// The text of a message in one line of the chat list.
std::string summary_of(const Message& message) {
    if (message.kind == "text" || !message.text.empty()) return message.text;
    if (message.kind == "event") return "";
    return "[" + message.kind + "]";
}

bool counts_as_unread(const Message& message, UserId self) {
    return message.sender != self && message.kind != "event";
}

}  // namespace

// ---- what comes in

Chat& Model::chat(const ChatId& id) {
    auto& found = chats_[id];
    found.id = id;
    if (!found.is_known && chats_asked_.insert(id).second) unknown_chats_.push_back(id);
    ++version_;
    return found;
}

void Model::want_user(UserId user) {
    if (!user || users_.contains(user)) return;
    if (users_asked_.insert(user).second) unknown_users_.push_back(user);
}

void Model::want_names_of(const Message& message) {
    want_user(message.sender);
    if (!message.event) return;
    for (const auto user : message.event->users)
        want_user(user);
}

void Model::set_self(client::User user) {
    self_ = user;
    put_user(std::move(user));
}

void Model::put_user(client::User user) {
    users_[user.id] = std::move(user);
    ++version_;
}

void Model::put_chat(const client::ChatSummary& summary) {
    chats_asked_.insert(summary.id);
    auto& known = chat(summary.id);
    known.is_known = true;
    known.is_left = false;
    known.is_direct = summary.type == "direct";
    known.title = summary.title;
    known.other = summary.other;
    known.role = summary.role;
    known.member_count = summary.members;
    known.first_seq = summary.first_seq;
    known.read = std::max(known.read, summary.read);
    if (summary.head >= known.head) {
        known.head = summary.head;
        known.unread = summary.unread;
        known.preview = summary.preview;
        known.active_at = std::max(known.active_at, summary.at);
    }
    if (!known.other) return;
    want_user(known.other);
    if (users_watched_.insert(known.other).second) unwatched_users_.push_back(known.other);
}

void Model::put_left_chat(const ChatId& id) {
    auto& known = chat(id);
    known.is_known = true;
    known.is_left = true;
    if (known.title.empty()) known.title = "a group you left";
}

void Model::put_members(const ChatId& id, const std::vector<client::Member>& members) {
    auto& known = chat(id);
    auto before = std::exchange(known.members, {});
    for (const auto& member : members) {
        auto& state = known.members[member.user];
        state = before[member.user];
        state.role = member.role;
        state.delivered = std::max(state.delivered, member.delivered);
        state.read = std::max(state.read, member.read);
        want_user(member.user);
    }
    known.members_loaded = true;
    known.member_count = members.size();
}

void Model::put_presence(const client::Presence& presence) {
    presences_[presence.user] = presence;
    ++version_;
}

void Model::put_history(const ChatId& id, const std::vector<Message>& messages, bool older) {
    auto& known = chat(id);
    for (const auto& message : messages) {
        place(known, message);
        raise_head(known, message);
    }
    if (older && messages.empty()) known.history_complete = true;
    const auto newest = newest_messages(known);
    if (!newest.empty() && newest.front()->seq <= known.first_seq) known.history_complete = true;
    if (newest.empty() && messages.empty()) known.history_complete = true;
}

void Model::place(Chat& chat, const Message& message) {
    chat.messages.emplace(message.seq, message);
    if (message.client_id) {
        std::erase_if(chat.outgoing, [&](const Outgoing& outgoing) {
            return outgoing.client_id == *message.client_id;
        });
    }
    want_names_of(message);
}

void Model::raise_head(Chat& chat, const Message& message) {
    if (message.seq < chat.head) return;
    chat.head = message.seq;
    chat.active_at = std::max(chat.active_at, message.at);
    if (message.kind == "event" && message.text.empty()) return;
    chat.preview = summary_of(message);
}

bool Model::on_message(const Message& message) {
    auto& known = chat(message.chat);
    if (known.messages.contains(message.seq)) return false;
    const bool is_newest = message.seq > known.head;
    place(known, message);
    if (is_newest) count_unread(known, message);
    raise_head(known, message);
    known.typing.erase(message.sender);
    if (is_newest && message.event) apply_event(known, message);
    return true;
}

void Model::count_unread(Chat& chat, const Message& message) {
    if (message.seq <= chat.read || !counts_as_unread(message, self_.id)) return;
    ++chat.unread;
}

void Model::apply_event(Chat& chat, const Message& message) {
    const auto& event = *message.event;
    for (const auto user : event.users) {
        if (event.change == "member_added" || event.change == "created") {
            chat.members.try_emplace(user,
                                     MemberState{.role = "member", .delivered = {}, .read = {}});
            if (user == self_.id && chat.is_left) {
                // A new membership: what it may see, the server tells.
                chat.is_left = false;
                chat.is_known = false;
                unknown_chats_.push_back(chat.id);
            }
        } else if (event.change == "member_removed") {
            chat.members.erase(user);
            if (user == self_.id) chat.is_left = true;
        } else if (event.change == "role") {
            chat.members[user].role = event.role;
            if (user == self_.id) chat.role = event.role;
        }
    }
    if (event.change == "title") chat.title = event.title;
    if (chat.members_loaded) chat.member_count = chat.members.size();
}

void Model::on_gap(const client::Gap& gap) {
    auto& known = chat(gap.chat);
    // What is above the hole stays; what is below is read again from the history.
    known.messages.erase(known.messages.begin(), known.messages.lower_bound(gap.before));
    known.history_complete = false;
}

void Model::on_receipt(const client::Receipt& receipt) {
    auto& known = chat(receipt.chat);
    if (receipt.user == self_.id) {
        if (receipt.read && *receipt.read > known.read) {
            known.read = *receipt.read;
            const auto newer = known.messages.upper_bound(known.read);
            known.unread = static_cast<std::uint64_t>(std::count_if(
                newer, known.messages.end(),
                [&](const auto& one) { return counts_as_unread(one.second, self_.id); }));
        }
        return;
    }
    auto& member = known.members[receipt.user];
    if (receipt.delivered) member.delivered = std::max(member.delivered, *receipt.delivered);
    if (receipt.read) {
        member.read = std::max(member.read, *receipt.read);
        member.delivered = std::max(member.delivered, *receipt.read);
    }
}

void Model::on_typing(const client::Typing& typing) {
    auto& known = chat(typing.chat);
    if (typing.on) {
        known.typing.insert(typing.user);
        want_user(typing.user);
    } else {
        known.typing.erase(typing.user);
    }
}

void Model::on_chat_change(const client::ChatChange& change) {
    chat(change.chat);
}

void Model::on_sent(const client::Sent& sent) {
    auto& known = chat(sent.chat);
    const auto text = known.sent_texts.find(sent.client_id);
    if (text == known.sent_texts.end()) return;
    Message message;
    message.chat = sent.chat;
    message.seq = sent.seq;
    message.id = sent.message_id;
    message.sender = self_.id;
    message.kind = "text";
    message.text = std::move(text->second);
    message.client_id = sent.client_id;
    message.at = sent.at;
    known.sent_texts.erase(text);
    place(known, message);
    raise_head(known, message);
}

void Model::on_failed(const client::SendFailed& failed) {
    auto& known = chat(failed.chat);
    known.sent_texts.erase(failed.client_id);
    for (auto& outgoing : known.outgoing) {
        if (outgoing.client_id == failed.client_id) outgoing.failure = failed.error.detail;
    }
}

void Model::on_phase(const client::PhaseChanged& change, base::Steady now) {
    phase_ = change.phase;
    if (!change.reason.empty()) phase_reason_ = change.reason;
    retry_at_.reset();
    if (phase_ == client::Phase::waiting) retry_at_ = now + change.retry_in;
    if (phase_ != client::Phase::live) {
        for (auto& [id, known] : chats_)
            known.typing.clear();
        presences_.clear();
    }
    if (phase_ == client::Phase::live) {
        for (const auto user : std::exchange(postponed_users_, {}))
            want_user(user);
        for (const auto& chat : std::exchange(postponed_chats_, {}))
            unknown_chats_.push_back(chat);
    }
    ++version_;
}

// ---- what the user does

void Model::add_outgoing(const ChatId& id, ClientId client_id, std::string text,
                         base::Timestamp now) {
    auto& known = chat(id);
    known.sent_texts[client_id] = text;
    known.outgoing.push_back(
        {.client_id = client_id, .text = std::move(text), .at = now, .failure = {}});
    known.new_from.reset();
}

void Model::open(const ChatId& id) {
    if (open_ == id) return;
    if (open_) chats_[*open_].new_from.reset();
    open_ = id;
    auto& known = chat(id);
    if (known.unread > 0) known.new_from = known.read.next();
}

std::optional<ChatId> Model::neighbour(int steps) const {
    const auto list = chats();
    if (list.empty()) return std::nullopt;
    const auto size = static_cast<int>(list.size());
    const auto at = std::ranges::find_if(list, [&](const Chat* one) { return open_ == one->id; });
    int index = at == list.end() ? (steps > 0 ? -1 : 0) : static_cast<int>(at - list.begin());
    index = ((index + steps) % size + size) % size;
    return list[static_cast<std::size_t>(index)]->id;
}

std::optional<Seq> Model::see_open_chat() {
    if (!open_) return std::nullopt;
    auto& known = chats_[*open_];
    const auto newest = newest_messages(known);
    if (newest.empty() || newest.back()->seq <= known.read) return std::nullopt;
    const bool is_news = known.unread > 0;
    known.read = newest.back()->seq;
    known.unread = 0;
    ++version_;
    if (!is_news) return std::nullopt;
    return known.read;
}

// ---- what is to be seen

const Chat* Model::find(const ChatId& id) const {
    const auto found = chats_.find(id);
    return found == chats_.end() ? nullptr : &found->second;
}

std::vector<const Chat*> Model::chats() const {
    std::vector<const Chat*> list;
    for (const auto& [id, known] : chats_) {
        if (known.is_known) list.push_back(&known);
    }
    std::ranges::sort(list, [](const Chat* one, const Chat* other) {
        return std::tie(other->active_at, other->id) < std::tie(one->active_at, one->id);
    });
    return list;
}

const client::User* Model::user(UserId id) const {
    const auto found = users_.find(id);
    return found == users_.end() ? nullptr : &found->second;
}

std::string Model::name_of(UserId id) const {
    const auto* known = user(id);
    if (known == nullptr) return "user " + to_string(id);
    return harmless(known->display_name.empty() ? known->username : known->display_name);
}

std::string Model::title_of(const Chat& chat) const {
    if (chat.is_direct && user(chat.other) != nullptr) return name_of(chat.other);
    return harmless(chat.title);
}

const client::Presence* Model::presence_of(UserId id) const {
    const auto found = presences_.find(id);
    return found == presences_.end() ? nullptr : &found->second;
}

Tick Model::tick_of(const Chat& chat, Seq seq) const {
    if (!chat.is_direct && !chat.members_loaded) return Tick::sent;
    bool anyone = false;
    bool all_read = true;
    bool all_delivered = true;
    for (const auto& [member, state] : chat.members) {
        if (member == self_.id) continue;
        anyone = true;
        all_read = all_read && state.read >= seq;
        all_delivered = all_delivered && state.delivered >= seq;
    }
    if (!anyone || !all_delivered) return Tick::sent;
    return all_read ? Tick::read : Tick::delivered;
}

std::vector<const Message*> Model::newest_messages(const Chat& chat) const {
    std::vector<const Message*> newest;
    for (auto at = chat.messages.rbegin(); at != chat.messages.rend(); ++at) {
        if (!newest.empty() && at->first.next() != newest.back()->seq) break;
        newest.push_back(&at->second);
    }
    std::ranges::reverse(newest);
    return newest;
}

std::string Model::describe(const Message& message) const {
    const auto& event = *message.event;
    const auto actor = message.sender == self_.id ? "You" : name_of(message.sender);
    std::string users;
    for (const auto user : event.users) {
        if (event.change == "created" && user == message.sender) continue;
        if (!users.empty()) users += ", ";
        users += user == self_.id ? "you" : name_of(user);
    }
    const auto title = "\"" + harmless(event.title) + "\"";
    const bool alone = event.users.size() == 1 && event.users.front() == message.sender;
    if (event.change == "created") {
        auto text = actor + " created the group";
        if (!event.title.empty()) text += " " + title;
        return users.empty() ? text : text + " with " + users;
    }
    if (event.change == "member_added") return actor + " added " + users;
    if (event.change == "member_removed") return actor + (alone ? " left" : " removed " + users);
    if (event.change == "title") return actor + " renamed the group to " + title;
    if (event.change == "role") return actor + " made " + users + " " + harmless(event.role);
    return actor + " changed the group's " + harmless(event.change);
}

// ---- what is still to be asked for

std::vector<UserId> Model::take_unknown_users() {
    return std::exchange(unknown_users_, {});
}
void Model::ask_again_for(UserId user) {
    users_asked_.erase(user);
    postponed_users_.push_back(user);
}

void Model::ask_again_for(const ChatId& chat) {
    postponed_chats_.push_back(chat);
}

std::vector<ChatId> Model::take_unknown_chats() {
    return std::exchange(unknown_chats_, {});
}
std::vector<UserId> Model::take_unwatched_users() {
    return std::exchange(unwatched_users_, {});
}

}  // namespace banter::cli
