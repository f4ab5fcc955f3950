#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banter::cli {

// A line that begins with / and is not a message.
struct Command {
    std::string name;                    // without the slash, lower case
    std::vector<std::string> arguments;  // words; "several words" in quotes are one

    bool operator==(const Command&) const = default;
};

// True for a line that is a command. Two slashes at the start mean a message with one.
bool is_command(std::string_view line);
Command parse_command(std::string_view line);
// The message a line that is no command stands for.
std::string message_of(std::string_view line);

// The arguments as one text.
std::string words_of(const Command& command);

// "30m", "8h", "2d", "1w"; none for anything else.
std::optional<std::chrono::seconds> parse_span(std::string_view text);

// The keys of the full screen, one line each, for /help.
const std::vector<std::string>& key_help();

}  // namespace banter::cli
