#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "domain/ids.hpp"
#include "domain/user.hpp"
#include "ports/page.hpp"
#include "ports/token_hash.hpp"

namespace banter::ports {

enum class TokenKind { access, refresh, cookie };

// The tokens of one sign-in or refresh. `family` is the hash of the part that the refresh tokens
// of one sign-in have in common: it recognises a refresh token that has been spent.
struct NewTokens {
    TokenHash access{};
    TokenHash refresh{};
    TokenHash family{};
    std::optional<TokenHash> cookie;
    base::Timestamp access_expires_at;
    base::Timestamp refresh_expires_at;  // also the cookie's
};

struct TokenHolder {
    domain::UserId user;
    domain::DeviceId device;
    TokenKind kind = TokenKind::access;
    base::Timestamp expires_at;

    bool operator==(const TokenHolder&) const = default;
};

// How many unused pairs one refresh token has at most; with one more the oldest is gone.
inline constexpr std::size_t max_unused_pairs = 16;

// What became of a refresh. `reused`: the token was spent, so its device has been removed.
struct Rotation {
    enum class Outcome { rotated, unknown, reused };

    Outcome outcome = Outcome::unknown;
    domain::UserId user;      // unless unknown
    domain::DeviceId device;  // unless unknown
};

// `role` of the user is decided by `create_user`: operator when the claim is right.
struct NewUser {
    domain::User user;
    std::string display_name_key;  // what searches compare with
    std::string password_hash;
    std::optional<TokenHash> claim;   // of the server, spent with it
    std::optional<TokenHash> invite;  // spent with it
};

struct UserUpdate {
    struct DisplayName {
        std::string name;
        std::string key;
    };
    std::optional<DisplayName> display_name;
    std::optional<domain::Audience> last_seen;
    std::optional<domain::Audience> read_receipts;
};

struct Credentials {
    domain::User user;
    std::string password_hash;
};

// What two users are to each other, seen by `owner`.
struct Relation {
    bool is_contact = false;  // owner added the other
    bool blocks = false;      // owner blocked the other
    bool blocked_by = false;  // the other blocked owner

    bool blocked_either_way() const { return blocks || blocked_by; }
    bool operator==(const Relation&) const = default;
};

struct Invite {
    TokenHash hash{};
    domain::UserId created_by;
    base::Timestamp created_at;
    base::Timestamp expires_at;
};

// Users, their credentials, devices and tokens, and what they are to each other.
//
// Threads: called on a shard, answers on that shard.
// Atomicity: each call is one transaction, durable when it answers; a refused call changed
//   nothing.
// Ordering: a call that starts after another has answered sees what that one did.
// Time: `now` is the caller's; a token or an invite with `expires_at <= now` is not there.
// Errors: `not_found`, `conflict`, `forbidden` as said; `overloaded` when the engine's queue is
//   full or the engine failed.
class UserDirectory {
public:
    virtual ~UserDirectory() = default;

    // Users. `conflict`: the username is taken, letter case aside. `forbidden`: the claim is not
    // the server's (any more), or the invite is unknown, expired or used. Of several calls at once
    // with one claim, one invite or one username, one succeeds.
    virtual base::Task<base::Result<domain::User>> create_user(NewUser user,
                                                               base::Timestamp now) = 0;
    virtual base::Task<base::Result<std::optional<domain::User>>> find_user(
        domain::UserId user) = 0;
    // Those of `users` that there are, each once, in no order.
    virtual base::Task<base::Result<std::vector<domain::User>>> find_users(
        std::vector<domain::UserId> users) = 0;
    // By username, letter case aside.
    virtual base::Task<base::Result<std::optional<Credentials>>> credentials(
        std::string username) = 0;
    // Those whose username (letter case aside) or display_name_key begins with `prefix`, which is
    // a key itself; every character stands for itself. Empty: everyone. In the order of the key
    // that matched, the username where both do.
    virtual base::Task<base::Result<Page<domain::User>>> search_users(std::string prefix,
                                                                      PageRequest page) = 0;
    virtual base::Task<base::Result<domain::User>> update_user(domain::UserId user,
                                                               UserUpdate update) = 0;
    // Removes every device of the user with its tokens, and answers which.
    virtual base::Task<base::Result<std::vector<domain::DeviceId>>> set_password(
        domain::UserId user, std::string password_hash) = 0;

    // Devices.
    virtual base::Task<base::Result<void>> create_device(domain::Device device,
                                                         NewTokens tokens) = 0;
    // A new sign-in of a device that is there: gives it the name and the tokens, and ends its
    // earlier refresh tokens and cookies. `not_found`: the user has no such device.
    virtual base::Task<base::Result<void>> reopen_device(domain::UserId user,
                                                         domain::DeviceId device, std::string name,
                                                         NewTokens tokens) = 0;
    // By creation.
    virtual base::Task<base::Result<std::vector<domain::Device>>> devices(domain::UserId user) = 0;
    virtual base::Task<base::Result<std::optional<domain::Device>>> find_device(
        domain::UserId user, domain::DeviceId device) = 0;
    // With all its tokens. `not_found`: the user has no such device.
    virtual base::Task<base::Result<void>> remove_device(domain::UserId user,
                                                         domain::DeviceId device) = 0;
    // The device's last session ended at `at`. Never goes back. A device that is gone is no error.
    virtual base::Task<base::Result<void>> touch_device(domain::UserId user,
                                                        domain::DeviceId device,
                                                        base::Timestamp at) = 0;
    // The end of the user's last session on any device, also of one removed since. nullopt: none.
    virtual base::Task<base::Result<std::optional<base::Timestamp>>> last_seen(
        domain::UserId user) = 0;

    // Tokens. Whose it is; nullopt: there is no such token. The first use of either token of a
    // rotated pair spends the refresh token that the pair was given for, and ends the other pairs
    // given for it.
    virtual base::Task<base::Result<std::optional<TokenHolder>>> use_token(TokenHash hash,
                                                                           base::Timestamp now) = 0;
    // Gives a new pair for a refresh token, which stays good until that pair is first used; asked
    // again before that, it gives another (max_unused_pairs). `reused`: a spent token of the
    // family; the device is gone. `unknown`: no such token, or of a pair that ended without being
    // used. `tokens.cookie` is not set.
    virtual base::Task<base::Result<Rotation>> rotate(TokenHash refresh, TokenHash family,
                                                      NewTokens tokens, base::Timestamp now) = 0;
    // Ends every token of the device, which stays.
    virtual base::Task<base::Result<void>> remove_tokens(domain::DeviceId device) = 0;
    // Deletes expired tokens and invites; answers how many. A refresh token stays known as expired
    // as long as its family lives, so that it is not taken for a spent one.
    virtual base::Task<base::Result<std::size_t>> purge_expired(base::Timestamp now) = 0;

    // Contacts and blocks. Adding what is there and removing what is not are no errors.
    // `not_found`: there is no such user to add.
    virtual base::Task<base::Result<void>> add_contact(domain::UserId owner,
                                                       domain::UserId other) = 0;
    virtual base::Task<base::Result<void>> remove_contact(domain::UserId owner,
                                                          domain::UserId other) = 0;
    // By username, lower case.
    virtual base::Task<base::Result<Page<domain::User>>> contacts(domain::UserId owner,
                                                                  PageRequest page) = 0;
    // Every contact, in no order.
    virtual base::Task<base::Result<std::vector<domain::UserId>>> contact_ids(
        domain::UserId owner) = 0;
    virtual base::Task<base::Result<void>> add_block(domain::UserId owner,
                                                     domain::UserId other) = 0;
    virtual base::Task<base::Result<void>> remove_block(domain::UserId owner,
                                                        domain::UserId other) = 0;
    // Whom the owner has blocked; by username, lower case.
    virtual base::Task<base::Result<Page<domain::User>>> blocks(domain::UserId owner,
                                                                PageRequest page) = 0;
    virtual base::Task<base::Result<Relation>> relation(domain::UserId owner,
                                                        domain::UserId other) = 0;
    // Those of `others` who have blocked `user` or whom he has blocked, in no order.
    virtual base::Task<base::Result<std::vector<domain::UserId>>> blocked_among(
        domain::UserId user, std::vector<domain::UserId> others) = 0;

    // The ways in.
    virtual base::Task<base::Result<void>> create_invite(Invite invite) = 0;
    // Makes `hash` the one claim of this server, unless it has an operator. Answers whether it
    // did.
    virtual base::Task<base::Result<bool>> set_claim(TokenHash hash) = 0;
};

}  // namespace banter::ports
