#include "load/content.hpp"

#include <cstring>

namespace banter::load {

std::uint64_t combine(std::uint64_t one, std::uint64_t other) {
    const std::uint64_t mixed = (one ^ other) * 0x9E3779B97F4A7C15ULL;
    return mixed ^ (mixed >> 29);
}

std::uint64_t digest(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325ULL ^ text.size();
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, 8);
        hash = combine(hash, word);
    }
    for (; at < text.size(); ++at) hash = combine(hash, static_cast<unsigned char>(text[at]));
    return hash;
}

// Chained, not paired: swapping two parts changes the result.
std::uint64_t content_digest(std::string_view message_id, std::string_view sender,
                             std::string_view kind, std::string_view text) {
    std::uint64_t hash = digest(message_id);
    for (const auto part : {sender, kind, text}) hash = combine(hash + 1, digest(part));
    return hash;
}

}  // namespace banter::load
