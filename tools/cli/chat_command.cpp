#include "cli/chat_command.hpp"

#include <clocale>
#include <cstdio>
#include <exception>
#include <langinfo.h>
#include <string_view>
#include <unistd.h>

#include "cli/front_end.hpp"
#include "cli/text.hpp"

namespace banter::cli {
namespace {

constexpr int failed = 1;
constexpr int wrong_usage = 2;

void complain(const std::string& sentence) {
    std::fprintf(stderr, "banter chat: %s\n", harmless(sentence).c_str());
}

// Messages are UTF-8 whatever the locale is called.
void use_utf8() {
    std::setlocale(LC_ALL, "");
    if (std::string_view(::nl_langinfo(CODESET)) != "UTF-8") std::setlocale(LC_CTYPE, "C.UTF-8");
}

void forget_tokens(const Profile& profile, StoredSession session) {
    session.tokens = {};
    if (const auto saved = profile.save(session); !saved) complain(saved.error().detail);
}

// Asks the server whether the stored session still holds, and for the password if not.
client::Result<SignedIn> sign_in_for_sure(const ChatOptions& options, const Profile& profile) {
    FileOrTerminal passwords(options.password_file);
    auto account = sign_in(options, profile, passwords);
    if (!account) return account;
    ProfileTokenStore tokens(profile, account->session);
    client::TokenKeeper keeper(account->server, tokens);
    client::HttpClient http(account->server, keeper);
    const auto self = http.me();
    if (self || !self.error().is(base::ErrorCode::unauthorized)) return account;
    forget_tokens(profile, account->session);
    auto again = options;
    again.sign_up = false;
    again.server = account->server.url();
    again.user = account->session.username;
    return sign_in(again, profile, passwords);
}

int exit_code_of(const client::Error& error) {
    const bool usage =
        error.kind == client::Error::Kind::unintelligible || error.is(base::ErrorCode::invalid);
    return usage ? wrong_usage : failed;
}

Ending run_front_end(const ChatOptions& options, const SignedIn& account,
                     client::TokenStore& tokens) {
    if (!options.send.empty()) return run_send(options, account, tokens);
    if (options.plain) return run_plain(options, account, tokens);
    return run_full_screen(options, account, tokens);
}

}  // namespace

Ending ending_of(const client::Ended& ended) {
    switch (ended.reason) {
        case client::EndReason::stopped:
            return {};
        case client::EndReason::signed_out:
            return {.failed = true, .signed_out = true, .message = "This device is signed out."};
        case client::EndReason::revoked:
            return {.failed = true, .signed_out = true, .message = "This device was revoked."};
        case client::EndReason::protocol_error:
            break;
    }
    return {.failed = true, .message = "The server ended the session: " + ended.detail};
}

int run_chat(const ChatOptions& options) {
    use_utf8();
    const bool full_screen = !options.plain && options.send.empty();
    if (full_screen && (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0)) {
        complain("The full screen needs a terminal; use --plain for pipes.");
        return wrong_usage;
    }
    try {
        const Profile profile(options.profile.empty() ? Profile::default_folder()
                                                      : options.profile);
        const auto account = sign_in_for_sure(options, profile);
        if (!account) {
            complain(account.error().detail);
            return exit_code_of(account.error());
        }
        ProfileTokenStore tokens(profile, account->session);
        const auto ending = run_front_end(options, *account, tokens);
        if (ending.signed_out) forget_tokens(profile, account->session);
        if (!ending.message.empty()) complain(ending.message);
        return ending.failed ? failed : 0;
    } catch (const std::exception& problem) {
        complain(problem.what());
        return failed;
    }
}

}  // namespace banter::cli
