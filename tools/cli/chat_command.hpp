#pragma once

#include "cli/chat_options.hpp"

namespace banter::cli {

// `banter chat`: signs in and runs the front end asked for. Returns the exit code: 0, 1 when
// something failed, 2 when the options make no sense. Says on standard error what went wrong.
int run_chat(const ChatOptions& options);

}  // namespace banter::cli
