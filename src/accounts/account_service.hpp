#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "accounts/hooks.hpp"
#include "accounts/login_limiter.hpp"
#include "accounts/password_hasher.hpp"
#include "accounts/token_cache.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "domain/user.hpp"
#include "ports/clock.hpp"
#include "ports/random.hpp"
#include "ports/user_directory.hpp"

namespace banter::accounts {

enum class Registration { open, invite, closed };

struct AccountOptions {
    Registration registration = Registration::open;
    std::chrono::seconds access_ttl = std::chrono::minutes(15);
    std::chrono::seconds refresh_ttl = std::chrono::days(60);
    std::chrono::seconds invite_ttl = std::chrono::days(7);
    LoginLimiter::Options login;
};

struct SignUp {
    std::string username;
    std::string password;
    std::string display_name;
    std::optional<std::string> claim;
    std::optional<std::string> invite;
};

struct SignIn {
    std::string username;
    std::string password;
    std::string device_name;
    std::optional<domain::DeviceId> device;  // sign in again as this one
    std::string address;                     // of the peer, without a port
    bool cookie = false;                     // a browser: give a cookie too
};

// Tokens in clear: they go to the client and nowhere else.
struct Session {
    domain::UserId user;
    domain::DeviceId device;
    std::string access_token;
    std::string refresh_token;
    base::Timestamp expires_at;          // of the access token
    std::optional<std::string> cookie;   // when asked for; lives as long as the refresh token
    std::chrono::seconds cookie_ttl{0};  // for Max-Age
};

// Who makes a request.
struct Identity {
    domain::UserId user;
    domain::DeviceId device;
    ports::TokenKind kind = ports::TokenKind::access;

    bool operator==(const Identity&) const = default;
};

struct NewInvite {
    std::string token;
    base::Timestamp expires_at;
};

struct ProfileChange {
    std::optional<std::string> display_name;
    std::optional<domain::Audience> last_seen;
    std::optional<domain::Audience> read_receipts;
};

// Users, how they come in, and who a token belongs to.
//
// Threads: one instance for all shards; every method is called on a shard and answers there.
// Errors: `invalid` with a sentence that says what to do, and as said; `overloaded` when the
//   directory or the hasher is.
class AccountService {
public:
    AccountService(ports::UserDirectory& directory, PasswordHasher& hasher,
                   const ports::Clock& clock, ports::Random& random, Hooks& hooks,
                   AccountOptions options);

    // `conflict`: the username is taken. `forbidden`: a wrong or spent claim or invite, or
    // registration is closed. A right claim makes the operator, whatever the registration mode.
    base::Task<base::Result<domain::User>> sign_up(SignUp request);
    // For the command line: as `sign_up`, whatever the registration mode.
    base::Task<base::Result<domain::User>> add_user(SignUp request);

    // `unauthorized`: wrong username or password, which of them is not told. `rate_limited`: too
    // many failures. `not_found`: the password is right but the user has no such device.
    base::Task<base::Result<Session>> sign_in(SignIn request);
    // `unauthorized`: not a refresh token that is good now. A spent one also revokes its device.
    base::Task<base::Result<Session>> refresh(std::string refresh_token);
    // Whose an access or a cookie token is; `unauthorized`: nobody's. Cheap when asked again.
    base::Task<base::Result<Identity>> authenticate(std::string token);
    // Ends all tokens of the device and closes its sockets; signing in again as it is possible.
    base::Task<base::Result<void>> sign_out(Identity identity);

    // `not_found`: there is no such user.
    base::Task<base::Result<domain::User>> find(domain::UserId user);
    base::Task<base::Result<std::vector<domain::User>>> find(std::vector<domain::UserId> users);
    base::Task<base::Result<domain::User>> update_profile(domain::UserId user,
                                                          ProfileChange change);
    // By a prefix of username or display name, letter case aside; empty: everyone.
    base::Task<base::Result<ports::Page<domain::User>>> search(std::string query,
                                                               ports::PageRequest page);

    // For the command line. Revokes every device of the user. `not_found`: no such user.
    base::Task<base::Result<domain::User>> set_password(std::string username, std::string password);

    // `forbidden` unless `user` is an operator.
    base::Task<base::Result<void>> require_operator(domain::UserId user);
    base::Task<base::Result<NewInvite>> create_invite(domain::UserId user);
    // The token of a new claim link, which ends any earlier one. nullopt: the server has an
    // operator. Call it once at every start.
    base::Task<base::Result<std::optional<std::string>>> new_claim();

    // The directory has ended the device's tokens: nobody uses them any more. DeviceService calls
    // it.
    void revoked(domain::UserId user, domain::DeviceId device);
    // The same was said on another node.
    void forget_tokens(domain::DeviceId device) { cache_.forget(device); }

    // Deletes expired tokens and invites. Call it every hour or so.
    base::Task<base::Result<std::size_t>> purge_expired();

private:
    struct IssuedTokens;

    base::Task<base::Result<domain::User>> create(SignUp request);
    base::Task<base::Result<Session>> open_session(SignIn request, domain::UserId user);
    IssuedTokens issue(std::string refresh_token, bool cookie);
    std::uint64_t new_number_id();

    ports::UserDirectory& directory_;
    PasswordHasher& hasher_;
    const ports::Clock& clock_;
    ports::Random& random_;
    Hooks& hooks_;
    const AccountOptions options_;
    LoginLimiter limiter_;
    TokenCache cache_;
};

}  // namespace banter::accounts
