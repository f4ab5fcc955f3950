#pragma once

#include <filesystem>
#include <string>

namespace CLI {
class App;
}

namespace banter::cli {

// What `banter chat` was asked for. Empty: not given.
struct ChatOptions {
    std::string server;  // URL; not given: the one used last, else http://127.0.0.1:8080
    std::string user;    // not given: the one used last at this server
    std::string password_file;
    bool sign_up = false;
    std::string display_name;  // with sign_up
    std::string invite;        // with sign_up
    std::string claim;         // with sign_up
    std::filesystem::path profile;
    bool plain = false;
    std::string chat;  // a username, a #group or a chat's id
    std::string send;  // one message, then exit
};

// Declares the options on the command `chat`.
void declare_chat_options(CLI::App& command, ChatOptions& options);

}  // namespace banter::cli
