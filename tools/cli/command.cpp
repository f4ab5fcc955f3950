#include "cli/command.hpp"

#include <cctype>

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

const std::vector<std::string>& command_help() {
    static const std::vector<std::string> help = {
        "/dm USER                 talk to one person",
        "/group TITLE USER…       make a group (\"several words\" in quotes)",
        "/add USER  /remove USER  change who is in this group",
        "/leave                   leave this group",
        "/who                     who is here, and who has read the newest message",
        "/help  /quit",
        "Tab, Ctrl-N, Ctrl-P      next and previous chat; Alt-1 … Alt-9: by place",
        "PgUp, PgDn               older and newer messages",
        "Alt-Enter                a new line in the message",
    };
    return help;
}

}  // namespace banter::cli
