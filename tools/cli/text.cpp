#include "cli/text.hpp"

#include <algorithm>
#include <wchar.h>

namespace banter::cli {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view ellipsis = "\xE2\x80\xA6";     // U+2026
// More marks than this on one letter paint over the neighbouring lines.
constexpr int most_marks = 4;

struct Character {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

std::size_t sequence_length(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return 2;
    if (lead >= 0xE0 && lead <= 0xEF) return 3;
    if (lead >= 0xF0 && lead <= 0xF4) return 4;
    return 0;
}

// Unicode 15, table 3-7.
bool is_well_formed(char32_t code, std::size_t bytes) {
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return code >= least[bytes] && code <= 0x10FFFF && !surrogate;
}

Character decode(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const auto length = sequence_length(lead);
    if (length == 0 || at + length > text.size()) return {};
    if (length == 1) return {lead, 1, true};
    char32_t code = lead & (0x7F >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[at + i]);
        if ((next & 0xC0) != 0x80) return {};
        code = code << 6 | (next & 0x3F);
    }
    if (!is_well_formed(code, length)) return {};
    return {code, length, true};
}

int width_of(char32_t code) {
    return ::wcwidth(static_cast<wchar_t>(code));
}

bool is_mark(char32_t code) {
    return code >= 0x80 && width_of(code) == 0;
}

// Reorders what follows it (Unicode Bidirectional Algorithm, UAX #9 §2): a name could look like
// another one.
bool is_bidirectional_override(char32_t code) {
    return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

void append_control(std::string& out, char32_t code) {
    if (code < 0x20) {
        // U+2400…: SYMBOL FOR …
        out += "\xE2\x90";
        out += static_cast<char>(0x80 + code);
    } else if (code == 0x7F) {
        out += "\xE2\x90\xA1";
    } else {
        out += replacement;
    }
}

bool is_line_break(char32_t code) {
    return code == '\n' || code == 0x0B || code == 0x0C || code == 0x85 || code == 0x2028 ||
           code == 0x2029;
}

// Appends `word`, cut into pieces where it does not fit into one line.
void append_word(std::vector<std::string>& lines, std::size_t& used, std::string_view word,
                 std::size_t width) {
    for (std::size_t at = 0; at < word.size();) {
        const auto end = next_character(word, at);
        const auto character = word.substr(at, end - at);
        const auto wide = columns(character);
        if (used + wide > width && used > 0) {
            lines.emplace_back();
            used = 0;
        }
        lines.back() += character;
        used += wide;
        at = end;
    }
}

void wrap_line(std::vector<std::string>& lines, std::string_view line, std::size_t width) {
    lines.emplace_back();
    std::size_t used = 0;
    for (std::size_t at = 0; at < line.size();) {
        const auto word_at = std::min(line.find_first_not_of(' ', at), line.size());
        const auto end = std::min(line.find(' ', word_at), line.size());
        const auto gap = word_at - at;
        const auto word = line.substr(word_at, end - word_at);
        const bool fits = used + gap + columns(word) <= width;
        if (!fits && used > 0) {
            // The spaces at the break are not shown.
            lines.emplace_back();
            used = 0;
        } else {
            lines.back().append(std::min(gap, width - used), ' ');
            used += std::min(gap, width - used);
        }
        append_word(lines, used, word, width);
        at = end;
    }
}

}  // namespace

std::string harmless(std::string_view text, LineBreaks breaks) {
    std::string out;
    int marks = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto character = decode(text, at);
        const auto bytes = text.substr(at, character.bytes);
        const bool carriage_return =
            character.code == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
        at += character.bytes;
        if (carriage_return) continue;
        if (!character.valid || is_bidirectional_override(character.code)) {
            out += replacement;
        } else if (is_line_break(character.code)) {
            out += breaks == LineBreaks::keep ? '\n' : ' ';
        } else if (character.code == '\t') {
            out += "    ";
        } else if (character.code < 0x20 || (character.code >= 0x7F && character.code < 0xA0)) {
            append_control(out, character.code);
        } else if (width_of(character.code) < 0) {
            out += replacement;
        } else if (is_mark(character.code)) {
            if (++marks <= most_marks) out += bytes;
            continue;
        } else {
            out += bytes;
        }
        marks = 0;
    }
    return out;
}

std::size_t columns(std::string_view text) {
    std::size_t total = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto character = decode(text, at);
        total += static_cast<std::size_t>(std::max(0, width_of(character.code)));
        at += character.bytes;
    }
    return total;
}

std::size_t next_character(std::string_view text, std::size_t at) {
    if (at >= text.size()) return text.size();
    at += decode(text, at).bytes;
    while (at < text.size()) {
        const auto following = decode(text, at);
        if (!following.valid || !is_mark(following.code)) break;
        at += following.bytes;
    }
    return at;
}

std::size_t previous_character(std::string_view text, std::size_t at) {
    while (at > 0) {
        --at;
        const bool inside = (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
        if (!inside && !is_mark(decode(text, at).code)) break;
    }
    return at;
}

std::string fit(std::string_view text, std::size_t width) {
    if (columns(text) <= width) return std::string(text);
    if (width == 0) return {};
    std::string out;
    std::size_t used = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = next_character(text, at);
        const auto character = text.substr(at, end - at);
        used += columns(character);
        if (used > width - 1) break;
        out += character;
        at = end;
    }
    out += ellipsis;
    return out;
}

std::string pad(std::string_view text, std::size_t width) {
    auto out = fit(text, width);
    out.append(width - columns(out), ' ');
    return out;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        wrap_line(lines, text.substr(at, end - at), width);
        at = end + 1;
    }
    return lines;
}

}  // namespace banter::cli
