#include "client/client_frame.hpp"

#include "protocol/json_writer.hpp"
#include "protocol/names.hpp"

namespace banter::client {
namespace {

using protocol::JsonObject;

template <class Write>
std::string encode(std::string_view type, Write write) {
    std::string out;
    {
        JsonObject object(out);
        object.text("type", type);
        write(object);
    }
    return out;
}

std::string encode_mark(std::string_view type, const domain::ChatId& chat, domain::Seq seq) {
    return encode(type, [&](JsonObject& object) {
        object.text("chat", to_string(chat));
        object.number("seq", static_cast<std::int64_t>(seq.value));
        object.text("ref", type);
    });
}

std::string encode_users(std::string_view type, std::span<const domain::UserId> users) {
    return encode(type, [&](JsonObject& object) {
        protocol::append_json_array(object.open("users"), users,
                                    [](std::string& out, domain::UserId user) {
                                        protocol::append_json_string(out, to_string(user));
                                    });
        object.text("ref", type);
    });
}

}  // namespace

std::string encode_hello(const Hello& hello) {
    return encode("hello", [&](JsonObject& object) {
        object.text("token", hello.token);
        object.text("client", hello.client).text("platform", hello.platform);
        object.text("since", hello.since == Since::start ? "start" : "undelivered");
    });
}

std::string encode_send(const domain::ClientId& client_id, const domain::ChatId& chat,
                        const domain::Content& content) {
    return encode("send", [&](JsonObject& object) {
        object.text("client_id", to_string(client_id)).text("chat", to_string(chat));
        object.text("kind", protocol::name_of(content.kind));
        if (!content.text.empty()) object.text("text", content.text);
        if (content.media) object.text("media", to_string(*content.media));
        if (content.reply_to) {
            object.number("reply_to", static_cast<std::int64_t>(content.reply_to->value));
        }
    });
}

std::string encode_received(const domain::ChatId& chat, domain::Seq seq) {
    return encode_mark("received", chat, seq);
}

std::string encode_read(const domain::ChatId& chat, domain::Seq seq) {
    return encode_mark("read", chat, seq);
}

std::string encode_typing(const domain::ChatId& chat, bool on) {
    return encode("typing", [&](JsonObject& object) {
        object.text("chat", to_string(chat)).flag("on", on).text("ref", "typing");
    });
}

std::string encode_draft(const domain::ChatId& chat, std::string_view draft, std::string_view ref) {
    return encode("state", [&](JsonObject& object) {
        object.text("chat", to_string(chat)).text("draft", draft).text("ref", ref);
    });
}

std::string encode_watch(std::span<const domain::UserId> users) {
    return encode_users("watch", users);
}

std::string encode_unwatch(std::span<const domain::UserId> users) {
    return encode_users("unwatch", users);
}

std::string encode_ping(std::int64_t n) {
    return encode("ping", [&](JsonObject& object) { object.number("n", n); });
}

}  // namespace banter::client
