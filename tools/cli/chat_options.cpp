#include "cli/chat_options.hpp"

#include <CLI/CLI.hpp>

namespace banter::cli {

void declare_chat_options(CLI::App& command, ChatOptions& options) {
    command.add_option("--server", options.server,
                       "Address of the server (the one used last, or http://127.0.0.1:8080)");
    command.add_option("--user", options.user, "Username (the one used last)");
    command.add_option("--password-file", options.password_file,
                       "File with the password; without it, the terminal is asked");
    auto* sign_up = command.add_flag("--sign-up", options.sign_up, "Make a new account");
    command.add_option("--name", options.display_name, "Name others see; with --sign-up")
        ->needs(sign_up);
    command.add_option("--invite", options.invite, "Invite token; with --sign-up")->needs(sign_up);
    command
        .add_option("--claim", options.claim,
                    "Token of the claim link that the server printed; with --sign-up")
        ->needs(sign_up);
    command.add_option("--profile", options.profile,
                       "Folder for stored sessions ($XDG_STATE_HOME/banter)");
    command.add_flag("--plain", options.plain,
                     "Lines instead of a full screen: prints messages, sends lines of the input");
    auto* chat = command.add_option("--chat", options.chat, "A username, a #group or a chat's id");
    command.add_option("--send", options.send, "Send this one message and exit once it is durable")
        ->needs(chat);
}

}  // namespace banter::cli
