#include "cli/command.hpp"

#include <cctype>
#include <charconv>

namespace banter::cli {
namespace {

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool quoted = false;
    bool inside = false;
    for (const char c : text) {
        if (c == '"') {
            quoted = !quoted;
            inside = true;
        } else if (c == ' ' && !quoted) {
            if (inside) words.push_back(std::move(word));
            word.clear();
            inside = false;
        } else {
            word += c;
            inside = true;
        }
    }
    if (inside) words.push_back(std::move(word));
    return words;
}

}  // namespace

bool is_command(std::string_view line) {
    return line.size() > 1 && line[0] == '/' && line[1] != '/';
}

Command parse_command(std::string_view line) {
    Command command;
    command.arguments = words_of(line.substr(1));
    if (command.arguments.empty()) return command;
    for (const char c : command.arguments.front()) {
        command.name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    command.arguments.erase(command.arguments.begin());
    return command;
}

std::string message_of(std::string_view line) {
    return std::string(line.starts_with("//") ? line.substr(1) : line);
}

std::string words_of(const Command& command) {
    std::string joined;
    for (const auto& argument : command.arguments) {
        if (!joined.empty()) joined += ' ';
        joined += argument;
    }
    return joined;
}

std::optional<std::chrono::seconds> parse_span(std::string_view text) {
    using std::chrono::seconds;
    int count = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc() || stopped + 1 != end || count <= 0) return std::nullopt;
    switch (*stopped) {
        case 'm':
            return std::chrono::minutes(count);
        case 'h':
            return std::chrono::hours(count);
        case 'd':
            return std::chrono::days(count);
        case 'w':
            return std::chrono::weeks(count);
        default:
            return std::nullopt;
    }
}

const std::vector<std::string>& key_help() {
    static const std::vector<std::string> help = {
        "Tab, Ctrl-N, Ctrl-P      next and previous chat; Alt-1 … Alt-9: by place",
        "PgUp, PgDn, End          older, newer and the newest messages",
        "Alt-Enter                a new line in the message",
        "Esc                      away with these lines",
        "In the list: ▲ pinned, ⊘ muted, + somebody asks to be let in, ✎ unsent",
    };
    return help;
}

}  // namespace banter::cli
