#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/http_client.hpp"

// What people call users and chats, found at the server. All block.
namespace banter::cli {

// The user with exactly this username, in any case, with or without an @ before it.
client::Result<client::User> find_user(client::HttpClient& http, const std::string& name);
client::Result<std::vector<domain::UserId>> find_users(client::HttpClient& http,
                                                       const std::vector<std::string>& usernames);
// The direct chat with a username (opened if need be), the group with a #title, or a chat's id.
client::Result<client::ChatSummary> find_chat(client::HttpClient& http, const std::string& name);

}  // namespace banter::cli
