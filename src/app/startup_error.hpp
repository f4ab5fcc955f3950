#pragma once

#include <stdexcept>
#include <string>

namespace banter::app {

// Exit codes of the program.
enum class Exit : int {
    ok = 0,
    failed = 1,          // while running
    usage = 2,           // command line or configuration
    data_directory = 3,  // in use, newer, damaged, unwritable
    address_in_use = 4,
};

// Why the program cannot start: one sentence that says what to do, and the exit code.
struct StartupError : std::runtime_error {
    StartupError(Exit code, const std::string& sentence)
        : std::runtime_error(sentence), exit_code(static_cast<int>(code)) {}

    int exit_code;
};

}  // namespace banter::app
