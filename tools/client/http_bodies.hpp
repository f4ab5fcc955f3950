#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/http_client.hpp"

// The JSON of the HTTP API, apart from the transport.
namespace banter::client {

std::string encode(const NewUser& user);
std::string encode(const Credentials& credentials);
std::string encode_refresh(std::string_view refresh_token);
std::string encode_direct_chat(domain::UserId with);
std::string encode_group(std::string_view title, std::span<const domain::UserId> members,
                         const domain::ClientId& client_id, bool shares_history);
std::string encode_members(std::span<const domain::UserId> members);
std::string encode(const GroupChange& change);
std::string encode(const KeptChange& change);
std::string encode(const LinkOptions& options);
std::string encode(const Report& report);
std::string encode_privacy(std::string_view name, std::string_view audience);
std::string encode_role(std::string_view role);

Result<User> decode_user(std::string_view body);
Result<SignIn> decode_sign_in(std::string_view body);
Result<Tokens> decode_tokens(std::string_view body);
Result<Sent> decode_sent(std::string_view body);
Result<Presence> decode_presence(std::string_view body);
Result<ChatSummary> decode_chat(std::string_view body);
Result<Page<User>> decode_users(std::string_view body);
Result<Page<ChatSummary>> decode_chats(std::string_view body);
Result<Page<Member>> decode_members(std::string_view body);
Result<Page<Message>> decode_messages(std::string_view body);
Result<Page<MessageReceipt>> decode_receipts(std::string_view body);
Result<InviteLink> decode_link(std::string_view body);
Result<Page<InviteLink>> decode_links(std::string_view body);
Result<LinkPreview> decode_link_preview(std::string_view body);
Result<Followed> decode_followed(std::string_view body);
Result<Page<JoinRequest>> decode_requests(std::string_view body);

// What an answer with this status (400 or more) means.
Error decode_problem(int status, std::string_view body);

}  // namespace banter::client
