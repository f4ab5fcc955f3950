#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "client/http_client.hpp"
#include "client/tokens.hpp"

namespace banter::cli {

// What is remembered between runs about one user at one server.
struct StoredSession {
    std::string server;  // URL
    std::string username;
    domain::UserId user;
    domain::DeviceId device;
    client::Tokens tokens;  // empty once signed out: the device stays known
};

// A folder (mode 0700) with one file (mode 0600) for each user and server, and the name of the
// session used last. Files are replaced as a whole, so a crash leaves the old one or the new one.
class Profile {
public:
    // $XDG_STATE_HOME/banter, or ~/.local/state/banter (XDG Base Directory Specification).
    static std::filesystem::path default_folder();

    explicit Profile(std::filesystem::path folder) : folder_(std::move(folder)) {}

    std::optional<StoredSession> find(const client::ServerAddress& server,
                                      const std::string& username) const;
    std::optional<StoredSession> last() const;
    client::Result<void> save(const StoredSession& session) const;
    client::Result<void> remember_as_last(const StoredSession& session) const;

    std::filesystem::path file_of(const client::ServerAddress& server,
                                  const std::string& username) const;

private:
    std::filesystem::path folder_;
};

// The tokens of one stored session. Programs that share the profile take turns by a lock file.
class ProfileTokenStore : public client::TokenStore {
public:
    // `session` has been saved.
    ProfileTokenStore(Profile profile, StoredSession session);

    std::unique_ptr<Lock> lock() override;
    client::Result<client::Tokens> load() override;
    client::Result<void> save(const client::Tokens& tokens) override;

private:
    std::mutex mutex_;
    Profile profile_;
    StoredSession session_;
};

}  // namespace banter::cli
