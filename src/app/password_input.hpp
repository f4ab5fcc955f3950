#pragma once

#include <string>

#include "app/commands/commands.hpp"

namespace banter::app {

// The password that the options say: of a file, a new one, or asked for without echo.
// Throws StartupError (usage).
std::string obtain_password(const PasswordOptions& options, const std::string& username);

}  // namespace banter::app
