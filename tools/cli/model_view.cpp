// Model: what is to be seen.
#include <algorithm>
#include <cctype>
#include <ranges>
#include <tuple>

#include "cli/model.hpp"
#include "cli/text.hpp"

namespace banter::cli {
namespace {

std::string rules_of(const client::ChatEvent& event) {
    const auto who = [](std::string_view scope) {
        return std::string(scope == "admins" ? "only admins" : "all members");
    };
    std::string rules = "the permissions";
    if (!event.send_scope.empty()) rules += ": " + who(event.send_scope) + " may write";
    if (!event.edit_scope.empty()) rules += ", " + who(event.edit_scope) + " may edit the group";
    if (event.join_approval) {
        rules +=
            *event.join_approval ? ", admins let in who follows a link" : ", links let in at once";
    }
    return rules;
}

}  // namespace

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
        const auto place = [](const Chat* chat) {
            return std::tuple(!chat->kept.archived, chat->kept.pinned, chat->active_at, chat->id);
        };
        return place(other) < place(one);
    });
    return list;
}

std::string Model::preview_of(const Chat& chat) const {
    const auto newest = chat.messages.find(chat.head);
    if (newest != chat.messages.end() && newest->second.event) return describe(newest->second);
    const auto text = harmless(chat.preview);
    const bool named = !chat.is_direct && chat.preview_sender && !text.empty();
    if (!named || user(chat.preview_sender) == nullptr) return text;
    if (chat.preview_sender == self_.id) return "You: " + text;
    const auto name = name_of(chat.preview_sender);
    return name.substr(0, name.find(' ')) + ": " + text;
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
    const auto message = chat.messages.find(seq);
    bool anyone = false;
    bool all_read = true;
    bool all_delivered = true;
    for (const auto& [member, state] : chat.members) {
        if (member == self_.id) continue;
        const bool came_later = !chat.is_direct && message != chat.messages.end() &&
                                state.joined_at > message->second.at;
        if (came_later) continue;
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

const Message* Model::own_message(const Chat& chat, std::size_t place) const {
    for (const auto* message : newest_messages(chat) | std::views::reverse) {
        const bool is_own = message->sender == self_.id && !message->event;
        if (is_own && --place == 0) return message;
    }
    return nullptr;
}

std::vector<const Message*> Model::messages_of_others(const Chat& chat, UserId sender,
                                                      std::size_t most) const {
    std::vector<const Message*> found;
    for (const auto* message : newest_messages(chat) | std::views::reverse) {
        if (found.size() == most) break;
        const bool wanted = sender ? message->sender == sender : message->sender != self_.id;
        if (wanted && !message->event) found.push_back(message);
    }
    std::ranges::reverse(found);
    return found;
}

std::optional<UserId> Model::member_called(const Chat& chat, std::string_view username) const {
    const auto same = [](unsigned char one, unsigned char other) {
        return std::tolower(one) == std::tolower(other);
    };
    for (const auto& [id, member] : chat.members) {
        const auto* known = user(id);
        if (known != nullptr && std::ranges::equal(known->username, username, same)) return id;
    }
    return std::nullopt;
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
    if (event.change == "member_added") {
        return actor + (alone ? " joined by a link" : " added " + users);
    }
    if (event.change == "member_removed") return actor + (alone ? " left" : " removed " + users);
    if (event.change == "title") return actor + " renamed the group to " + title;
    if (event.change == "role") return actor + " made " + users + " " + harmless(event.role);
    if (event.change == "picture" && !event.has_picture) return actor + " removed the picture";
    if (event.change == "permissions") return actor + " changed " + rules_of(event);
    return actor + " changed the group's " + harmless(event.change);
}

}  // namespace banter::cli
