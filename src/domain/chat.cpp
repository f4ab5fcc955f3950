#include "domain/chat.hpp"

#include <array>
#include <sodium.h>

namespace banter::domain {

std::optional<PictureType> picture_type(std::string_view bytes) {
    if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return PictureType::png;
    if (bytes.starts_with("\xFF\xD8\xFF")) return PictureType::jpeg;
    if (bytes.starts_with("RIFF") && bytes.size() > 12 && bytes.substr(8, 4) == "WEBP") {
        return PictureType::webp;
    }
    return std::nullopt;
}

std::uint64_t picture_version(std::string_view bytes) {
    std::array<std::uint8_t, crypto_generichash_BYTES_MIN> hash{};
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                       0);
    std::uint64_t version = 0;
    for (int i = 0; i < 6; ++i)
        version = version << 8 | hash[static_cast<std::size_t>(i)];
    return version != 0 ? version : 1;
}

}  // namespace banter::domain
