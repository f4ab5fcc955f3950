#include "cli/sign_in.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <termios.h>
#include <unistd.h>

namespace banter::cli {
namespace {

using client::Error;
using client::Result;

constexpr auto default_server = "http://127.0.0.1:8080";

// The controlling terminal with echo off, whatever standard input is.
class SilentTerminal {
public:
    SilentTerminal() : descriptor_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
        if (descriptor_ < 0 || ::tcgetattr(descriptor_, &before_) != 0) return;
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent_ = ::tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
    }
    ~SilentTerminal() {
        if (silent_) ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;

    bool is_there() const { return silent_; }

    std::string ask(const std::string& question) {
        say(question);
        std::string line;
        char c = 0;
        while (::read(descriptor_, &c, 1) == 1 && c != '\n')
            line += c;
        say("\n");
        return line;
    }

private:
    void say(std::string_view text) {
        while (!text.empty()) {
            const auto written = ::write(descriptor_, text.data(), text.size());
            if (written <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    int descriptor_;
    termios before_{};
    bool silent_ = false;
};

std::unexpected<Error> refuse(std::string detail) {
    return client::fail(Error::Kind::refused, std::move(detail));
}

std::string device_name() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) return "terminal";
    return "terminal on " + std::string(host.data());
}

Result<std::string> username_of(const ChatOptions& options,
                                const std::optional<StoredSession>& last,
                                const client::ServerAddress& server) {
    if (!options.user.empty()) return options.user;
    if (last && last->server == server.url()) return last->username;
    return refuse("Who are you? Give --user NAME (and --sign-up for a new account).");
}

Result<client::SignIn> sign_in_anew(const ChatOptions& options, const std::string& username,
                                    client::HttpClient& http,
                                    const std::optional<StoredSession>& stored,
                                    PasswordSource& passwords) {
    const auto password = passwords.password(username, options.sign_up);
    if (!password) return std::unexpected(password.error());
    if (options.sign_up) {
        client::NewUser user;
        user.username = username;
        user.password = *password;
        user.display_name = options.display_name.empty() ? username : options.display_name;
        user.invite = options.invite;
        user.claim = options.claim;
        const auto made = http.sign_up(user);
        if (!made) return std::unexpected(made.error());
    }
    client::Credentials credentials;
    credentials.username = username;
    credentials.password = *password;
    credentials.device_name = device_name();
    if (stored) credentials.device = stored->device;
    auto signed_in = http.sign_in(credentials);
    const bool device_is_gone = !signed_in && credentials.device &&
                                !signed_in.error().is(base::ErrorCode::unauthorized) &&
                                signed_in.error().kind == Error::Kind::refused &&
                                signed_in.error().retry_after.count() == 0;
    if (!device_is_gone) return signed_in;
    credentials.device = {};
    return http.sign_in(credentials);
}

}  // namespace

Result<std::string> FileOrTerminal::password(const std::string& username, bool again) {
    if (!file_.empty()) {
        std::ifstream file(file_, std::ios::binary);
        std::string line;
        if (!file || !std::getline(file, line)) {
            return refuse("Cannot read a password from the file " + file_ + ".");
        }
        if (!line.empty() && line.back() == '\r') line.pop_back();
        return line;
    }
    SilentTerminal terminal;
    if (!terminal.is_there()) {
        return refuse("There is no terminal to ask for the password; give --password-file FILE.");
    }
    auto password = terminal.ask("Password for " + username + ": ");
    if (again && terminal.ask("The same again: ") != password) {
        return refuse("The two passwords differ.");
    }
    return password;
}

Result<SignedIn> sign_in(const ChatOptions& options, const Profile& profile,
                         PasswordSource& passwords) {
    const auto last = profile.last();
    auto url = options.server;
    if (url.empty()) url = last && options.user.empty() ? last->server : default_server;
    auto server = client::parse_server_address(url);
    if (!server) return std::unexpected(server.error());
    const auto username = username_of(options, last, *server);
    if (!username) return std::unexpected(username.error());

    const auto stored = profile.find(*server, *username);
    SignedIn result{.server = *server, .session = stored.value_or(StoredSession{})};
    const bool take_up = stored && !stored->tokens.access.empty() && !options.sign_up;
    if (!take_up) {
        client::HttpClient http(*server);
        const auto signed_in = sign_in_anew(options, *username, http, stored, passwords);
        if (!signed_in) return std::unexpected(signed_in.error());
        result.session = {.server = server->url(),
                          .username = *username,
                          .user = signed_in->user.id,
                          .device = signed_in->device,
                          .tokens = signed_in->tokens};
        if (const auto saved = profile.save(result.session); !saved) {
            return std::unexpected(saved.error());
        }
    }
    if (const auto noted = profile.remember_as_last(result.session); !noted) {
        return std::unexpected(noted.error());
    }
    return result;
}

}  // namespace banter::cli
