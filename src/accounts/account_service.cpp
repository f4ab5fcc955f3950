#include "accounts/account_service.hpp"

#include "accounts/rules.hpp"
#include "accounts/tokens.hpp"
#include "base/log.hpp"

namespace banter::accounts {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::User;
using domain::UserId;

std::unexpected<base::Problem> no_such_user() {
    return base::fail(ErrorCode::not_found, "There is no such user.");
}

std::unexpected<base::Problem> wrong_password() {
    return base::fail(ErrorCode::unauthorized, "The username or the password is wrong.");
}

std::unexpected<base::Problem> sign_in_again() {
    return base::fail(ErrorCode::unauthorized, "This session has ended: sign in again.");
}

std::optional<base::Problem> check_sign_up(const SignUp& request) {
    if (auto problem = check_username(request.username)) return problem;
    if (auto problem = check_password(request.password)) return problem;
    return check_display_name(request.display_name);
}

}  // namespace

struct AccountService::IssuedTokens {
    Session session;
    ports::NewTokens stored;
};

AccountService::AccountService(ports::UserDirectory& directory, PasswordHasher& hasher,
                               const ports::Clock& clock, ports::Random& random, Hooks& hooks,
                               AccountOptions options)
    : directory_(directory),
      hasher_(hasher),
      clock_(clock),
      random_(random),
      hooks_(hooks),
      options_(options),
      limiter_(clock, options.login),
      cache_(clock) {}

// 63 bits; that two are the same is less likely than a failing disk, and refused by the directory.
std::uint64_t AccountService::new_number_id() {
    std::uint64_t id = 0;
    while (id == 0) {
        std::array<std::uint8_t, 8> bytes;
        random_.fill(bytes);
        for (const auto byte : bytes)
            id = id << 8 | byte;
        id >>= 1;
    }
    return id;
}

Task<Result<User>> AccountService::sign_up(SignUp request) {
    if (request.claim) {
        request.invite.reset();
    } else if (options_.registration == Registration::open) {
        request.invite.reset();
    } else if (options_.registration == Registration::closed) {
        co_return base::fail(ErrorCode::forbidden,
                             "This server takes no new accounts: ask its operator for one.");
    } else if (!request.invite) {
        co_return base::fail(ErrorCode::forbidden,
                             "This server is by invitation: ask its operator for a link.");
    }
    co_return co_await create(std::move(request));
}

Task<Result<User>> AccountService::add_user(SignUp request) {
    request.claim.reset();
    request.invite.reset();
    return create(std::move(request));
}

Task<Result<User>> AccountService::create(SignUp request) {
    if (auto problem = check_sign_up(request)) co_return std::unexpected(*problem);
    auto hash = co_await hasher_.hash(std::move(request.password));
    if (!hash) co_return std::unexpected(hash.error());
    const auto now = clock_.now();
    ports::NewUser created;
    created.user.id = UserId{new_number_id()};
    created.user.username = std::move(request.username);
    created.user.display_name = std::move(request.display_name);
    created.user.created_at = now;
    created.display_name_key = search_key(created.user.display_name);
    created.password_hash = std::move(*hash);
    if (request.claim) created.claim = hash_token(*request.claim);
    if (request.invite) created.invite = hash_token(*request.invite);
    auto user = co_await directory_.create_user(std::move(created), now);
    if (user) base::log::info("user.created", {{"user", domain::to_string(user->id)}});
    co_return user;
}

Task<Result<Session>> AccountService::sign_in(SignIn request) {
    if (auto problem = check_device_name(request.device_name)) co_return std::unexpected(*problem);
    if (request.password.size() > max_password_bytes) co_return wrong_password();
    const auto admitted = limiter_.begin(request.username, request.address);
    if (!admitted) co_return std::unexpected(admitted.error());

    // An unknown user costs as much as a wrong password, and gets the same answer.
    const auto found = co_await directory_.credentials(request.username);
    Result<bool> right = false;
    if (found) {
        std::optional<std::string> hash;
        if (*found) hash = (*found)->password_hash;
        right = co_await hasher_.verify(std::move(request.password), std::move(hash));
    }
    if (!found || !right) {
        limiter_.withdraw(request.username, request.address);
        co_return std::unexpected(found ? right.error() : found.error());
    }
    if (!*right) co_return wrong_password();
    limiter_.succeeded(request.username, request.address);
    const auto user = (*found)->user.id;
    co_return co_await open_session(std::move(request), user);
}

Task<Result<Session>> AccountService::open_session(SignIn request, UserId user) {
    auto tokens = issue(new_refresh_token(random_), request.cookie);
    tokens.session.user = user;
    Result<void> stored;
    if (request.device) {
        tokens.session.device = *request.device;
        stored = co_await directory_.reopen_device(user, *request.device,
                                                   std::move(request.device_name), tokens.stored);
        if (stored) cache_.forget(*request.device);
    } else {
        const auto now = clock_.now();
        domain::Device device{domain::DeviceId{new_number_id()}, user,
                              std::move(request.device_name), now, now};
        tokens.session.device = device.id;
        stored = co_await directory_.create_device(std::move(device), tokens.stored);
    }
    if (!stored) co_return std::unexpected(stored.error());
    co_return std::move(tokens.session);
}

AccountService::IssuedTokens AccountService::issue(std::string refresh_token, bool cookie) {
    const auto now = clock_.now();
    IssuedTokens tokens;
    auto& session = tokens.session;
    auto& stored = tokens.stored;
    session.access_token = new_access_token(random_);
    session.refresh_token = std::move(refresh_token);
    session.expires_at = now + options_.access_ttl;
    stored.access = hash_token(session.access_token);
    stored.refresh = hash_token(session.refresh_token);
    stored.family = hash_family(session.refresh_token);
    stored.access_expires_at = session.expires_at;
    stored.refresh_expires_at = now + options_.refresh_ttl;
    if (cookie) {
        session.cookie = new_cookie_token(random_);
        session.cookie_ttl = options_.refresh_ttl;
        stored.cookie = hash_token(*session.cookie);
    }
    return tokens;
}

Task<Result<Session>> AccountService::refresh(std::string refresh_token) {
    if (token_kind(refresh_token) != ports::TokenKind::refresh) co_return sign_in_again();
    auto tokens = issue(next_refresh_token(refresh_token, random_), false);
    const auto hash = hash_token(refresh_token);
    const auto family = hash_family(refresh_token);
    const auto rotation = co_await directory_.rotate(hash, family, tokens.stored, clock_.now());
    if (!rotation) co_return std::unexpected(rotation.error());
    tokens.session.user = rotation->user;
    tokens.session.device = rotation->device;
    switch (rotation->outcome) {
        case ports::Rotation::Outcome::rotated:
            co_return std::move(tokens.session);
        case ports::Rotation::Outcome::unknown:
            break;
        case ports::Rotation::Outcome::reused:
            base::log::warn("auth.refresh_token_reused",
                            {{"user", domain::to_string(rotation->user)},
                             {"device", domain::to_string(rotation->device)}});
            revoked(rotation->user, rotation->device);
            break;
    }
    co_return sign_in_again();
}

Task<Result<Identity>> AccountService::authenticate(std::string token) {
    const auto kind = token_kind(token);
    if (!kind || *kind == ports::TokenKind::refresh) co_return sign_in_again();
    const auto hash = hash_token(token);
    if (const auto holder = cache_.find(hash)) {
        co_return Identity{holder->user, holder->device, holder->kind};
    }
    const auto holder = co_await directory_.use_token(hash, clock_.now());
    if (!holder) co_return std::unexpected(holder.error());
    if (!*holder) co_return sign_in_again();
    cache_.put(hash, **holder);
    co_return Identity{(*holder)->user, (*holder)->device, (*holder)->kind};
}

Task<Result<void>> AccountService::sign_out(Identity identity) {
    const auto removed = co_await directory_.remove_tokens(identity.device);
    if (removed) revoked(identity.user, identity.device);
    co_return removed;
}

void AccountService::revoked(UserId user, domain::DeviceId device) {
    cache_.forget(device);
    hooks_.revoked(user, device);
}

Task<Result<User>> AccountService::find(UserId user) {
    auto found = co_await directory_.find_user(user);
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return no_such_user();
    co_return std::move(**found);
}

Task<Result<std::vector<User>>> AccountService::find(std::vector<UserId> users) {
    return directory_.find_users(std::move(users));
}

Task<Result<User>> AccountService::update_profile(UserId user, ProfileChange change) {
    ports::UserUpdate update;
    if (change.display_name) {
        if (auto problem = check_display_name(*change.display_name)) {
            co_return std::unexpected(*problem);
        }
        auto key = search_key(*change.display_name);
        update.display_name = {std::move(*change.display_name), std::move(key)};
    }
    update.last_seen = change.last_seen;
    update.read_receipts = change.read_receipts;
    auto updated = co_await directory_.update_user(user, std::move(update));
    if (updated) hooks_.profile_changed(user);
    co_return updated;
}

Task<Result<ports::Page<User>>> AccountService::search(std::string query, ports::PageRequest page) {
    if (auto problem = check_search(query)) co_return std::unexpected(*problem);
    if (auto problem = check_page(page)) co_return std::unexpected(*problem);
    co_return co_await directory_.search_users(search_key(query), std::move(page));
}

Task<Result<User>> AccountService::set_password(std::string username, std::string password) {
    if (auto problem = check_password(password)) co_return std::unexpected(*problem);
    const auto found = co_await directory_.credentials(std::move(username));
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return no_such_user();
    const User user = (*found)->user;
    auto hash = co_await hasher_.hash(std::move(password));
    if (!hash) co_return std::unexpected(hash.error());
    const auto devices = co_await directory_.set_password(user.id, std::move(*hash));
    if (!devices) co_return std::unexpected(devices.error());
    for (const auto device : *devices)
        revoked(user.id, device);
    base::log::info("user.password_set", {{"user", domain::to_string(user.id)}});
    co_return user;
}

Task<Result<void>> AccountService::require_operator(UserId user) {
    const auto found = co_await find(user);
    if (!found) co_return std::unexpected(found.error());
    if (found->role != domain::ServerRole::operator_) {
        co_return base::fail(ErrorCode::forbidden, "Only an operator of this server may do this.");
    }
    co_return Result<void>{};
}

Task<Result<NewInvite>> AccountService::create_invite(UserId user) {
    const auto allowed = co_await require_operator(user);
    if (!allowed) co_return std::unexpected(allowed.error());
    const auto now = clock_.now();
    NewInvite invite{new_invite_token(random_), now + options_.invite_ttl};
    ports::Invite stored{hash_token(invite.token), user, now, invite.expires_at};
    const auto created = co_await directory_.create_invite(stored);
    if (!created) co_return std::unexpected(created.error());
    co_return invite;
}

Task<Result<std::optional<std::string>>> AccountService::new_claim() {
    const auto token = new_claim_token(random_);
    const auto hash = hash_token(token);
    const auto set = co_await directory_.set_claim(hash);
    if (!set) co_return std::unexpected(set.error());
    if (!*set) co_return std::nullopt;
    co_return token;
}

Task<Result<std::size_t>> AccountService::purge_expired() {
    return directory_.purge_expired(clock_.now());
}

}  // namespace banter::accounts
