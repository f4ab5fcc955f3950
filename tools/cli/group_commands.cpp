#include <fstream>
#include <iterator>

#include "cli/commands.hpp"
#include "cli/lookup.hpp"
#include "cli/text.hpp"

namespace banter::cli {
namespace {

using client::HttpClient;
using client::Result;

// By the first bytes, whatever the file is called; empty for another kind.
std::string_view picture_type(std::string_view bytes) {
    if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return "image/png";
    if (bytes.starts_with("\xFF\xD8\xFF")) return "image/jpeg";
    if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP")) return "image/webp";
    return {};
}

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string_view allowed(std::string_view scope) {
    return scope == "admins" ? "only admins" : "all members";
}

}  // namespace

void Commands::group(const Command& command) {
    auto arguments = command.arguments;
    const bool shared = std::erase(arguments, "--shared") > 0;
    if (arguments.empty()) {
        if (const auto* chat = open_group()) show_group(*chat);
        return;
    }
    const auto title = arguments.front();
    arguments.erase(arguments.begin());
    const ClientId client_id{random_.uuid()};
    fetch(
        [title, names = std::move(arguments), client_id,
         shared](HttpClient& http) -> Result<client::ChatSummary> {
            const auto members = find_users(http, names);
            if (!members) return std::unexpected(members.error());
            return http.create_group(title, *members, client_id, shared);
        },
        [this](const client::ChatSummary& group) { enter(group); });
}

void Commands::enter(const client::ChatSummary& group) {
    host_.show(group);
    notice("You are in #" + harmless(group.title) + ".");
}

void Commands::show_group(const Chat& chat) {
    notice("#" + model_.title_of(chat) + ", " + std::to_string(chat.member_count) +
           (chat.member_count == 1 ? " member" : " members") + "; you are " +
           (chat.role == "member"  ? "a member"
            : chat.role == "owner" ? "its owner"
                                   : "an admin"));
    if (!chat.description.empty()) notice(harmless(chat.description));
    if (chat.has_picture) notice("It has a picture.");
    notice("Write messages: " + std::string(allowed(chat.send_scope)) +
           "; edit title, description and picture: " + std::string(allowed(chat.edit_scope)) + ".");
    notice(chat.join_approval ? "Admins let in who follows a link."
                              : "Who follows a link is in at once.");
    notice(chat.history == "shared" ? "Newcomers see what was said before them."
                                    : "Newcomers see nothing that was said before them.");
}

void Commands::add(const Command& given) {
    const auto* chat = open_group();
    if (chat == nullptr) return;
    call([id = chat->id, names = given.arguments](HttpClient& http) -> Result<void> {
        const auto users = find_users(http, names);
        if (!users) return std::unexpected(users.error());
        return http.add_members(id, *users);
    });
}

void Commands::remove(const Command& given) {
    const auto* chat = open_group();
    if (chat == nullptr) return;
    call([id = chat->id, names = given.arguments](HttpClient& http) -> Result<void> {
        const auto users = find_users(http, names);
        if (!users) return std::unexpected(users.error());
        for (const auto user : *users) {
            const auto removed = http.remove_member(id, user);
            if (!removed) return removed;
        }
        return {};
    });
}

void Commands::leave(const Command&) {
    const auto* chat = open_group();
    if (chat == nullptr) return;
    call([id = chat->id, self = model_.self().id](HttpClient& http) {
        return http.remove_member(id, self);
    });
}

void Commands::set_role(const Command& given, std::string role) {
    const auto* chat = open_group();
    if (chat == nullptr) return;
    call([id = chat->id, name = given.arguments[0],
          role = std::move(role)](HttpClient& http) -> Result<void> {
        const auto user = find_user(http, name);
        if (!user) return std::unexpected(user.error());
        return http.set_role(id, user->id, role);
    });
}

void Commands::promote(const Command& command) {
    set_role(command, "admin");
}
void Commands::demote(const Command& command) {
    set_role(command, "member");
}
void Commands::hand_over(const Command& command) {
    set_role(command, "owner");
}

void Commands::change_group(client::GroupChange change, std::string then) {
    const auto* chat = open_group();
    if (chat == nullptr) return;
    call([id = chat->id,
          change = std::move(change)](HttpClient& http) { return http.change_group(id, change); },
         std::move(then));
}

void Commands::title(const Command& command) {
    change_group({.title = words_of(command)}, "");
}

void Commands::description(const Command& command) {
    change_group({.description = words_of(command)}, "");
}

void Commands::permissions(const Command& command) {
    const auto& what = command.arguments[0];
    const auto& scope = command.arguments[1];
    client::GroupChange change;
    if (what == "write") change.send_scope = scope;
    if (what == "edit") change.edit_scope = scope;
    const bool known = what == "write" || what == "edit";
    if (!known || (scope != "members" && scope != "admins")) {
        notice("It is /permissions write|edit members|admins.");
        return;
    }
    change_group(std::move(change), "");
}

void Commands::approval(const Command& command) {
    const auto& wanted = command.arguments[0];
    if (wanted != "on" && wanted != "off") {
        notice("It is /approval on|off.");
        return;
    }
    change_group({.join_approval = wanted == "on"}, "");
}

void Commands::picture(const Command& command) {
    const auto* chat = open_group();
    if (chat == nullptr) return;
    const auto& path = command.arguments[0];
    if (path == "none") {
        call([id = chat->id](HttpClient& http) { return http.remove_picture(id); });
        return;
    }
    auto bytes = read_file(path);
    if (!bytes) {
        notice("The file " + harmless(path) + " cannot be read.");
        return;
    }
    const auto type = picture_type(*bytes);
    if (type.empty()) {
        notice("A picture is a PNG, JPEG or WebP file.");
        return;
    }
    call([id = chat->id, type, bytes = std::move(*bytes)](HttpClient& http) {
        return http.set_picture(id, bytes, type);
    });
}

}  // namespace banter::cli
