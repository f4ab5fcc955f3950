#include "cli/lookup.hpp"

#include <algorithm>
#include <cctype>

namespace banter::cli {
namespace {

bool same_name(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, [](unsigned char a, unsigned char b) {
        return std::tolower(a) == std::tolower(b);
    });
}

std::unexpected<client::Error> not_found(std::string detail) {
    client::Error error;
    error.code = base::ErrorCode::not_found;
    error.detail = std::move(detail);
    return std::unexpected(error);
}

client::Result<client::ChatSummary> find_group(client::HttpClient& http, std::string_view title) {
    std::string after;
    do {
        const auto page = http.chats(after);
        if (!page) return std::unexpected(page.error());
        for (const auto& chat : page->items) {
            if (chat.type == "group" && same_name(chat.title, title)) return chat;
        }
        after = page->items.empty() ? std::string() : page->next;
    } while (!after.empty());
    return not_found("You are in no group called " + std::string(title) + ".");
}

}  // namespace

client::Result<client::User> find_user(client::HttpClient& http, const std::string& name) {
    const auto username = name.starts_with('@') ? name.substr(1) : name;
    const auto found = http.users(username);
    if (!found) return std::unexpected(found.error());
    for (const auto& user : *found) {
        if (same_name(user.username, username)) return user;
    }
    return not_found("There is no user called " + username + ".");
}

client::Result<std::vector<domain::UserId>> find_users(client::HttpClient& http,
                                                       const std::vector<std::string>& usernames) {
    std::vector<domain::UserId> users;
    for (const auto& username : usernames) {
        const auto user = find_user(http, username);
        if (!user) return std::unexpected(user.error());
        users.push_back(user->id);
    }
    return users;
}

client::Result<client::ChatSummary> find_chat(client::HttpClient& http, const std::string& name) {
    if (const auto id = domain::parse_id<domain::ChatId>(name)) return http.chat(*id);
    if (name.starts_with('#')) return find_group(http, std::string_view(name).substr(1));
    const auto user = find_user(http, name);
    if (!user) return std::unexpected(user.error());
    return http.open_direct_chat(user->id);
}

}  // namespace banter::cli
