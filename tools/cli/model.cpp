#include "cli/model.hpp"

#include <algorithm>
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
    known.description = summary.description;
    known.has_picture = summary.has_picture;
    known.send_scope = summary.send_scope;
    known.edit_scope = summary.edit_scope;
    known.join_approval = summary.join_approval;
    known.history = summary.history;
    known.kept = summary.kept;
    known.first_seq = summary.first_seq;
    known.read = std::max(known.read, summary.read);
    if (summary.head >= known.head) {
        if (summary.head > known.head) known.preview_sender = {};
        known.head = summary.head;
        known.unread = known.read >= summary.head ? 0 : summary.unread;
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
        state.joined_at = member.joined_at;
        state.delivered = std::max(state.delivered, member.delivered);
        state.read = std::max(state.read, member.read);
        if (member.user == self_.id) known.role = member.role;
        want_user(member.user);
    }
    known.members_loaded = true;
    known.member_count = members.size();
}

void Model::put_newest(const ChatId& id, const Message& message) {
    auto& known = chat(id);
    if (message.seq != known.head) return;
    want_names_of(message);
    preview(known, message);
}

void Model::put_requests(const ChatId& id, const std::vector<client::JoinRequest>& requests) {
    auto& known = chat(id);
    known.requests.clear();
    for (const auto& request : requests)
        known.requests.insert(request.user);
}

void Model::forget_request(const ChatId& id, UserId user) {
    chat(id).requests.erase(user);
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
    preview(chat, message);
}

void Model::preview(Chat& chat, const Message& message) {
    chat.preview = message.event ? describe(message) : summary_of(message);
    chat.preview_sender = message.event ? UserId{} : message.sender;
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
            chat.requests.erase(user);
            chat.members.try_emplace(
                user, MemberState{
                          .role = "member", .delivered = {}, .read = {}, .joined_at = message.at});
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
    if (event.change == "role" && event.role == "owner") {
        // Who hands a group over stays in it as an admin.
        if (chat.members.contains(message.sender)) chat.members[message.sender].role = "admin";
        if (message.sender == self_.id) chat.role = "admin";
    }
    if (event.change == "title") chat.title = event.title;
    if (event.change == "description") chat.description = event.description;
    if (event.change == "picture") chat.has_picture = event.has_picture;
    if (event.change == "permissions") {
        if (!event.send_scope.empty()) chat.send_scope = event.send_scope;
        if (!event.edit_scope.empty()) chat.edit_scope = event.edit_scope;
        chat.join_approval = event.join_approval.value_or(chat.join_approval);
    }
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
        known.typing[typing.user] = typing.kind;
        want_user(typing.user);
    } else {
        known.typing.erase(typing.user);
    }
}

void Model::on_chat_change(const client::ChatChange& change) {
    chat(change.chat);
}

void Model::on_state(const client::StateChanged& state) {
    chat(state.chat).kept = state.kept;
}

void Model::on_request(const client::RequestChange& request) {
    if (request.user == self_.id) return;
    auto& known = chat(request.chat);
    if (request.status == "open") {
        known.requests.insert(request.user);
        want_user(request.user);
    } else {
        known.requests.erase(request.user);
    }
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

void Model::set_draft(const ChatId& id, std::string draft) {
    chat(id).kept.draft = std::move(draft);
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
