#include "adapters/memory/memory_user_directory.hpp"

#include <algorithm>
#include <tuple>

namespace banter::adapters::memory {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using base::Timestamp;
using domain::DeviceId;
using domain::User;
using domain::UserId;
using ports::NewTokens;
using ports::Rotation;
using ports::TokenHash;
using ports::TokenHolder;
using ports::TokenKind;

std::string lower_case(std::string text) {
    for (char& character : text) {
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character + 32);
    }
    return text;
}

std::unexpected<base::Problem> no_such_user() {
    return base::fail(ErrorCode::not_found, "There is no such user.");
}

std::unexpected<base::Problem> no_such_device() {
    return base::fail(ErrorCode::not_found, "There is no such device.");
}

}  // namespace

Task<Result<User>> MemoryUserDirectory::create_user(ports::NewUser created, Timestamp now) {
    const std::lock_guard lock(mutex_);
    User& user = created.user;
    user.role = domain::ServerRole::user;
    if (created.claim) {
        if (claim_ != created.claim) {
            co_return base::fail(ErrorCode::forbidden, "This claim link is not valid any more.");
        }
        user.role = domain::ServerRole::operator_;
    }
    if (created.invite) {
        const auto invite = invites_.find(*created.invite);
        if (invite == invites_.end() || invite->second.expires_at <= now) {
            co_return base::fail(ErrorCode::forbidden, "This invitation is not valid any more.");
        }
    }
    const auto [place, is_new] = by_username_.try_emplace(lower_case(user.username), user.id);
    if (!is_new) co_return base::fail(ErrorCode::conflict, "This username is taken.");
    if (created.claim) claim_.reset();
    if (created.invite) invites_.erase(*created.invite);
    users_[user.id] = {user, created.display_name_key, created.password_hash, {}};
    co_return user;
}

Task<Result<std::optional<User>>> MemoryUserDirectory::find_user(UserId user) {
    const std::lock_guard lock(mutex_);
    const auto found = users_.find(user);
    if (found == users_.end()) co_return std::nullopt;
    co_return found->second.user;
}

Task<Result<std::vector<User>>> MemoryUserDirectory::find_users(std::vector<UserId> users) {
    const std::lock_guard lock(mutex_);
    const std::set<UserId> wanted(users.begin(), users.end());
    std::vector<User> result;
    for (const auto user : wanted) {
        if (const auto found = users_.find(user); found != users_.end()) {
            result.push_back(found->second.user);
        }
    }
    co_return result;
}

Task<Result<std::optional<ports::Credentials>>> MemoryUserDirectory::credentials(
    std::string username) {
    const std::lock_guard lock(mutex_);
    const auto found = by_username_.find(lower_case(std::move(username)));
    if (found == by_username_.end()) co_return std::nullopt;
    const auto& stored = users_.at(found->second);
    co_return ports::Credentials{stored.user, stored.password_hash};
}

// Walks the users in the order of `places` from the page's cursor on.
template <class Matches>
ports::Page<User> MemoryUserDirectory::page_of(const std::map<std::string, UserId>& places,
                                               const ports::PageRequest& page,
                                               Matches matches) const {
    std::vector<ports::Placed<User>> found;
    const auto take = [&](const auto& place) {
        const auto& stored = users_.at(place.second);
        if (matches(stored)) found.push_back({stored.user, place.first});
        return found.size() <= page.limit;
    };
    if (page.before) {
        for (auto it = places.lower_bound(*page.before); it != places.begin();) {
            if (!take(*--it)) break;
        }
    } else {
        for (auto it = places.upper_bound(page.after.value_or("")); it != places.end(); ++it) {
            if (!take(*it)) break;
        }
    }
    return ports::make_page(std::move(found), page);
}

Task<Result<ports::Page<User>>> MemoryUserDirectory::search_users(std::string prefix,
                                                                  ports::PageRequest page) {
    const std::lock_guard lock(mutex_);
    std::map<std::string, UserId> matches;  // by the key that matched, then the username
    for (const auto& [username, id] : by_username_) {
        const auto& key = users_.at(id).display_name_key;
        if (username.starts_with(prefix)) {
            matches.emplace(username + '\0' + username, id);
        } else if (key.starts_with(prefix)) {
            matches.emplace(key + '\0' + username, id);
        }
    }
    co_return page_of(matches, page, [](const StoredUser&) { return true; });
}

Task<Result<User>> MemoryUserDirectory::update_user(UserId user, ports::UserUpdate update) {
    const std::lock_guard lock(mutex_);
    const auto found = users_.find(user);
    if (found == users_.end()) co_return no_such_user();
    auto& stored = found->second;
    if (update.display_name) {
        stored.user.display_name = update.display_name->name;
        stored.display_name_key = update.display_name->key;
    }
    auto& privacy = stored.user.privacy;
    privacy.last_seen = update.last_seen.value_or(privacy.last_seen);
    privacy.read_receipts = update.read_receipts.value_or(privacy.read_receipts);
    co_return stored.user;
}

Task<Result<std::vector<DeviceId>>> MemoryUserDirectory::set_password(UserId user,
                                                                      std::string password_hash) {
    const std::lock_guard lock(mutex_);
    const auto found = users_.find(user);
    if (found == users_.end()) co_return no_such_user();
    found->second.password_hash = std::move(password_hash);
    std::vector<DeviceId> removed;
    for (const auto& [id, stored] : devices_) {
        if (stored.device.user == user) removed.push_back(id);
    }
    for (const auto device : removed)
        erase_device(device);
    co_return removed;
}

MemoryUserDirectory::StoredDevice* MemoryUserDirectory::device_of(UserId user, DeviceId device) {
    const auto found = devices_.find(device);
    if (found == devices_.end() || found->second.device.user != user) return nullptr;
    return &found->second;
}

void MemoryUserDirectory::erase_tokens(DeviceId device, bool also_access) {
    std::erase_if(tokens_, [&](const auto& entry) {
        return entry.second.device == device &&
               (also_access || entry.second.kind != TokenKind::access);
    });
}

void MemoryUserDirectory::erase_device(DeviceId device) {
    erase_tokens(device, true);
    devices_.erase(device);
}

void MemoryUserDirectory::insert_tokens(DeviceId device, const NewTokens& tokens,
                                        std::optional<TokenHash> replaces) {
    const auto& pair = tokens.refresh;
    tokens_[tokens.access] = {device, TokenKind::access,       pair, replaces,
                              false,  tokens.access_expires_at};
    tokens_[tokens.refresh] = {device, TokenKind::refresh,       pair, replaces,
                               false,  tokens.refresh_expires_at};
    if (tokens.cookie) {
        tokens_[*tokens.cookie] = {device, TokenKind::cookie,        pair, std::nullopt,
                                   false,  tokens.refresh_expires_at};
    }
    devices_.at(device).family = tokens.family;
    devices_.at(device).family_expires_at = tokens.refresh_expires_at;
}

Task<Result<void>> MemoryUserDirectory::create_device(domain::Device device, NewTokens tokens) {
    const std::lock_guard lock(mutex_);
    if (!users_.contains(device.user)) co_return no_such_user();
    devices_[device.id].device = device;
    insert_tokens(device.id, tokens, std::nullopt);
    co_return Result<void>{};
}

Task<Result<void>> MemoryUserDirectory::reopen_device(UserId user, DeviceId device,
                                                      std::string name, NewTokens tokens) {
    const std::lock_guard lock(mutex_);
    auto* const stored = device_of(user, device);
    if (stored == nullptr) co_return no_such_device();
    stored->device.name = std::move(name);
    erase_tokens(device, false);
    insert_tokens(device, tokens, std::nullopt);
    co_return Result<void>{};
}

Task<Result<std::vector<domain::Device>>> MemoryUserDirectory::devices(UserId user) {
    const std::lock_guard lock(mutex_);
    std::vector<domain::Device> result;
    for (const auto& [id, stored] : devices_) {
        if (stored.device.user == user) result.push_back(stored.device);
    }
    std::ranges::sort(result, {}, [](const domain::Device& device) {
        return std::tuple(device.created_at, device.id);
    });
    co_return result;
}

Task<Result<std::optional<domain::Device>>> MemoryUserDirectory::find_device(UserId user,
                                                                             DeviceId device) {
    const std::lock_guard lock(mutex_);
    const auto* const stored = device_of(user, device);
    if (stored == nullptr) co_return std::nullopt;
    co_return stored->device;
}

Task<Result<void>> MemoryUserDirectory::remove_device(UserId user, DeviceId device) {
    const std::lock_guard lock(mutex_);
    if (device_of(user, device) == nullptr) co_return no_such_device();
    erase_device(device);
    co_return Result<void>{};
}

Task<Result<void>> MemoryUserDirectory::touch_device(UserId user, DeviceId device, Timestamp at) {
    const std::lock_guard lock(mutex_);
    if (auto* const stored = device_of(user, device)) {
        stored->device.last_seen = std::max(stored->device.last_seen, at);
    }
    if (const auto found = users_.find(user); found != users_.end()) {
        found->second.last_seen = std::max(found->second.last_seen.value_or(at), at);
    }
    co_return Result<void>{};
}

Task<Result<std::optional<Timestamp>>> MemoryUserDirectory::last_seen(UserId user) {
    const std::lock_guard lock(mutex_);
    const auto found = users_.find(user);
    if (found == users_.end()) co_return std::nullopt;
    co_return found->second.last_seen;
}

MemoryUserDirectory::StoredToken* MemoryUserDirectory::find_live(const TokenHash& hash,
                                                                 Timestamp now) {
    const auto found = tokens_.find(hash);
    if (found == tokens_.end() || found->second.ended || found->second.expires_at <= now) {
        return nullptr;
    }
    return &found->second;
}

void MemoryUserDirectory::settle(const StoredToken& token) {
    if (!token.replaces) return;
    const auto replaced = *token.replaces;
    const auto pair = token.pair;
    tokens_.erase(replaced);
    for (auto& [hash, other] : tokens_) {
        if (other.replaces != replaced) continue;
        if (other.pair == pair) {
            other.replaces.reset();
        } else {
            other.ended = true;
        }
    }
}

// Keeps room for one more unused pair given for `pair`.
void MemoryUserDirectory::end_oldest_unused(const TokenHash& pair) {
    std::vector<std::pair<Timestamp, TokenHash>> unused;
    for (const auto& [hash, token] : tokens_) {
        if (token.replaces == pair && token.kind == TokenKind::refresh && !token.ended) {
            unused.emplace_back(token.expires_at, token.pair);
        }
    }
    if (unused.size() < ports::max_unused_pairs) return;
    const auto oldest = std::ranges::min(unused).second;
    std::erase_if(tokens_, [&](const auto& entry) { return entry.second.pair == oldest; });
}

Task<Result<std::optional<TokenHolder>>> MemoryUserDirectory::use_token(TokenHash hash,
                                                                        Timestamp now) {
    const std::lock_guard lock(mutex_);
    const auto* const token = find_live(hash, now);
    if (token == nullptr) co_return std::nullopt;
    settle(*token);
    co_return TokenHolder{devices_.at(token->device).device.user, token->device, token->kind,
                          token->expires_at};
}

Task<Result<Rotation>> MemoryUserDirectory::rotate(TokenHash refresh, TokenHash family,
                                                   NewTokens tokens, Timestamp now) {
    const std::lock_guard lock(mutex_);
    const auto* const token = find_live(refresh, now);
    if (token != nullptr) {
        if (token->kind != TokenKind::refresh) co_return Rotation{};
        const auto device = token->device;
        settle(*token);
        end_oldest_unused(refresh);
        insert_tokens(device, tokens, refresh);
        co_return Rotation{Rotation::Outcome::rotated, devices_.at(device).device.user, device};
    }
    if (tokens_.contains(refresh)) co_return Rotation{};
    for (const auto& [id, stored] : devices_) {
        if (stored.family != family || stored.family_expires_at <= now) continue;
        const Rotation reused{Rotation::Outcome::reused, stored.device.user, id};
        erase_device(reused.device);
        co_return reused;
    }
    co_return Rotation{};
}

Task<Result<void>> MemoryUserDirectory::remove_tokens(DeviceId device) {
    const std::lock_guard lock(mutex_);
    erase_tokens(device, true);
    if (const auto found = devices_.find(device); found != devices_.end()) {
        found->second.family.reset();
    }
    co_return Result<void>{};
}

Task<Result<std::size_t>> MemoryUserDirectory::purge_expired(Timestamp now) {
    const std::lock_guard lock(mutex_);
    auto purged = std::erase_if(tokens_, [&](const auto& entry) {
        const auto& token = entry.second;
        const auto& device = devices_.at(token.device);
        const bool family_lives = device.family && device.family_expires_at > now;
        return token.expires_at <= now && !(token.kind == TokenKind::refresh && family_lives);
    });
    purged +=
        std::erase_if(invites_, [&](const auto& entry) { return entry.second.expires_at <= now; });
    co_return purged;
}

Result<void> MemoryUserDirectory::add_pair(Pairs& pairs, UserId owner, UserId other) {
    if (!users_.contains(owner) || !users_.contains(other)) return no_such_user();
    pairs.emplace(owner, other);
    return {};
}

Task<Result<void>> MemoryUserDirectory::add_contact(UserId owner, UserId other) {
    const std::lock_guard lock(mutex_);
    co_return add_pair(contacts_, owner, other);
}

Task<Result<void>> MemoryUserDirectory::remove_contact(UserId owner, UserId other) {
    const std::lock_guard lock(mutex_);
    contacts_.erase({owner, other});
    co_return Result<void>{};
}

Task<Result<ports::Page<User>>> MemoryUserDirectory::contacts(UserId owner,
                                                              ports::PageRequest page) {
    const std::lock_guard lock(mutex_);
    co_return page_of(by_username_, page, [&](const StoredUser& stored) {
        return contacts_.contains({owner, stored.user.id});
    });
}

Task<Result<std::vector<UserId>>> MemoryUserDirectory::contact_ids(UserId owner) {
    const std::lock_guard lock(mutex_);
    std::vector<UserId> ids;
    for (auto it = contacts_.lower_bound({owner, UserId{}});
         it != contacts_.end() && it->first == owner; ++it) {
        ids.push_back(it->second);
    }
    co_return ids;
}

Task<Result<void>> MemoryUserDirectory::add_block(UserId owner, UserId other) {
    const std::lock_guard lock(mutex_);
    co_return add_pair(blocks_, owner, other);
}

Task<Result<void>> MemoryUserDirectory::remove_block(UserId owner, UserId other) {
    const std::lock_guard lock(mutex_);
    blocks_.erase({owner, other});
    co_return Result<void>{};
}

Task<Result<ports::Page<User>>> MemoryUserDirectory::blocks(UserId owner, ports::PageRequest page) {
    const std::lock_guard lock(mutex_);
    co_return page_of(by_username_, page, [&](const StoredUser& stored) {
        return blocks_.contains({owner, stored.user.id});
    });
}

Task<Result<ports::Relation>> MemoryUserDirectory::relation(UserId owner, UserId other) {
    const std::lock_guard lock(mutex_);
    co_return ports::Relation{contacts_.contains({owner, other}), blocks_.contains({owner, other}),
                              blocks_.contains({other, owner})};
}

Task<Result<std::vector<UserId>>> MemoryUserDirectory::blocked_among(UserId user,
                                                                     std::vector<UserId> others) {
    const std::lock_guard lock(mutex_);
    std::erase_if(others, [&](UserId other) {
        return !blocks_.contains({user, other}) && !blocks_.contains({other, user});
    });
    co_return others;
}

Task<Result<void>> MemoryUserDirectory::create_invite(ports::Invite invite) {
    const std::lock_guard lock(mutex_);
    if (!users_.contains(invite.created_by)) co_return no_such_user();
    invites_[invite.hash] = invite;
    co_return Result<void>{};
}

Task<Result<bool>> MemoryUserDirectory::set_claim(TokenHash hash) {
    const std::lock_guard lock(mutex_);
    const bool claimed = std::ranges::any_of(users_, [](const auto& entry) {
        return entry.second.user.role == domain::ServerRole::operator_;
    });
    if (claimed) co_return false;
    claim_ = hash;
    co_return true;
}

}  // namespace banter::adapters::memory
