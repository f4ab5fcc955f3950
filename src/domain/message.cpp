#include "domain/message.hpp"

#include <sodium.h>

namespace banter::domain {
namespace {

constexpr std::size_t preview_characters = 100;

void absorb(crypto_generichash_state& state, const void* data, std::size_t size) {
    crypto_generichash_update(&state, static_cast<const unsigned char*>(data), size);
}

void absorb_number(crypto_generichash_state& state, std::uint64_t number) {
    absorb(state, &number, sizeof number);
}

}  // namespace

ContentDigest digest(const ChatId& chat, const Content& content) {
    crypto_generichash_state state;
    ContentDigest result{};
    crypto_generichash_init(&state, nullptr, 0, result.size());
    absorb(state, chat.value.bytes.data(), chat.value.bytes.size());
    absorb_number(state, static_cast<std::uint64_t>(content.kind));
    absorb_number(state, content.text.size());
    absorb(state, content.text.data(), content.text.size());
    absorb_number(state, content.reply_to ? content.reply_to->value : 0);
    if (content.media) absorb(state, content.media->value.bytes.data(), 16);
    crypto_generichash_final(&state, result.data(), result.size());
    return result;
}

std::string preview(const Content& content) {
    std::size_t end = 0;
    std::size_t characters = 0;
    while (end < content.text.size() && characters < preview_characters) {
        ++end;
        while (end < content.text.size() && (content.text[end] & 0xC0) == 0x80)
            ++end;
        ++characters;
    }
    return content.text.substr(0, end);
}

}  // namespace banter::domain
