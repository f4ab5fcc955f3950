#include "app/password_input.hpp"

#include <fmt/core.h>
#include <fstream>
#include <iostream>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

#include "app/startup_error.hpp"

namespace banter::app {
namespace {

// Turns the terminal's echo off, and on again when it goes.
class NoEcho {
public:
    NoEcho() {
        known_ = tcgetattr(STDIN_FILENO, &before_) == 0;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (known_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;
    ~NoEcho() {
        if (known_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }

private:
    termios before_{};
    bool known_ = false;
};

std::string first_line(std::istream& in) {
    std::string line;
    std::getline(in, line);
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

std::string ask(const std::string& prompt) {
    const bool person = isatty(STDIN_FILENO) != 0;
    if (person) fmt::print(stderr, "{}", prompt);
    std::string line;
    {
        const NoEcho quiet;
        line = first_line(std::cin);
    }
    if (person) fmt::print(stderr, "\n");
    return line;
}

// 96 bits that are easily copied.
std::string generate() {
    unsigned char bytes[12];
    randombytes_buf(bytes, sizeof bytes);
    char text[sodium_base64_ENCODED_LEN(sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    sodium_bin2base64(text, sizeof text, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return text;
}

}  // namespace

std::string obtain_password(const PasswordOptions& options, const std::string& username) {
    if (options.generate) return generate();
    if (!options.file.empty()) {
        std::ifstream file(options.file);
        if (!file) {
            throw StartupError(Exit::usage,
                               "The password file " + options.file + " cannot be read.");
        }
        return first_line(file);
    }
    auto password = ask("Password for " + username + ": ");
    if (isatty(STDIN_FILENO) != 0 && ask("The same again: ") != password) {
        throw StartupError(Exit::usage, "The two passwords differ; nothing was changed.");
    }
    return password;
}

}  // namespace banter::app
