#pragma once

#include "cli/chat_options.hpp"
#include "cli/profile.hpp"

namespace banter::cli {

// Where the user's password comes from when it is needed.
class PasswordSource {
public:
    virtual ~PasswordSource() = default;
    // `again`: asks twice, for a new password. The error says what to do instead.
    virtual client::Result<std::string> password(const std::string& username, bool again) = 0;
};

// A file, or the terminal without echo.
class FileOrTerminal : public PasswordSource {
public:
    explicit FileOrTerminal(std::string file) : file_(std::move(file)) {}
    client::Result<std::string> password(const std::string& username, bool again) override;

private:
    std::string file_;
};

struct SignedIn {
    client::ServerAddress server;
    StoredSession session;
};

// Takes up the stored session, or signs in (as the device known from before), or signs up first.
// What comes out is stored. Blocks.
client::Result<SignedIn> sign_in(const ChatOptions& options, const Profile& profile,
                                 PasswordSource& passwords);

}  // namespace banter::cli
