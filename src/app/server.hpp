#pragma once

#include "app/config/config.hpp"

namespace banter::app {

// Runs the server until SIGTERM or SIGINT; returns the exit code. Throws StartupError.
int serve(const Config& config);

}  // namespace banter::app
