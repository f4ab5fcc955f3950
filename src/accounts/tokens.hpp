#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ports/random.hpp"
#include "ports/user_directory.hpp"

namespace banter::accounts {

// Tokens are 256 random bits in base64url behind a prefix that tells their kind: `bna_` access,
// `bnr_` refresh, `bnc_` cookie, `bni_` invite, `bns_` claim of the server. Of a refresh token the
// first 128 bits are its family: the same in every refresh token that descends from one sign-in.
std::string new_access_token(ports::Random& random);
std::string new_refresh_token(ports::Random& random);
std::string new_cookie_token(ports::Random& random);
std::string new_invite_token(ports::Random& random);
std::string new_claim_token(ports::Random& random);

// One more of the family of `refresh_token`, which has the form of one.
std::string next_refresh_token(std::string_view refresh_token, ports::Random& random);

// What the prefix and the form say; nullopt: not a token of a session.
std::optional<ports::TokenKind> token_kind(std::string_view token);

ports::TokenHash hash_token(std::string_view token);
// `refresh_token` has the form of one.
ports::TokenHash hash_family(std::string_view refresh_token);

}  // namespace banter::accounts
