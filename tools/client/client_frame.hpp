#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/ids.hpp"
#include "domain/message.hpp"

// What a client says over the WebSocket: each function returns one JSON object as text.
namespace banter::client {

enum class Since {
    start,        // everything visible that this device has not acknowledged
    undelivered,  // a new device begins where the user's delivered mark stands
};

struct Hello {
    std::string token;
    std::string client;    // the program's name and version
    std::string platform;  // where it runs
    Since since = Since::start;
};

std::string encode_hello(const Hello& hello);
std::string encode_send(const domain::ClientId& client_id, const domain::ChatId& chat,
                        const domain::Content& content);
// An error about one of these comes back with the frame's type as its `ref`.
std::string encode_received(const domain::ChatId& chat, domain::Seq seq);
std::string encode_read(const domain::ChatId& chat, domain::Seq seq);
std::string encode_typing(const domain::ChatId& chat, bool on);
// `ref` comes back in the answer.
std::string encode_draft(const domain::ChatId& chat, std::string_view draft, std::string_view ref);
std::string encode_watch(std::span<const domain::UserId> users);
std::string encode_unwatch(std::span<const domain::UserId> users);
std::string encode_ping(std::int64_t n);

}  // namespace banter::client
