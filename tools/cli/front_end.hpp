#pragma once

#include "cli/chat_options.hpp"
#include "cli/sign_in.hpp"
#include "client/protocol_machine.hpp"

namespace banter::cli {

// How a front end ended, for the exit code and the last words on the terminal.
struct Ending {
    bool failed = false;
    bool signed_out = false;  // the stored tokens are worth nothing any more
    std::string message;      // empty: nothing to say
};

// The full screen. Returns when the user quits, a signal asks to, or the session ends.
Ending run_full_screen(const ChatOptions& options, const SignedIn& account,
                       client::TokenStore& tokens);

// Lines: prints what comes in, sends what is typed. Returns at the end of the input, once all that
// was missed is printed and everything is sent; else as the full screen.
Ending run_plain(const ChatOptions& options, const SignedIn& account, client::TokenStore& tokens);

// Sends options.send to options.chat and returns once it is durable, or after a minute of trying.
Ending run_send(const ChatOptions& options, const SignedIn& account, client::TokenStore& tokens);

// The ending that an event of the session asks for, if it does.
Ending ending_of(const client::Ended& ended);

}  // namespace banter::cli
