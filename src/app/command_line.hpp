#pragma once

namespace banter::app {

// Runs the command that the arguments name and returns the exit code (Exit). What goes wrong is
// said on standard error, in one sentence.
int run_command_line(int argc, const char* const* argv);

}  // namespace banter::app
