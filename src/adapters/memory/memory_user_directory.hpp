#pragma once

#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

#include "ports/user_directory.hpp"

namespace banter::adapters::memory {

// ports::UserDirectory in plain maps, for tests. Answers at once. Any thread.
class MemoryUserDirectory : public ports::UserDirectory {
public:
    template <class T>
    using Answer = base::Task<base::Result<T>>;

    Answer<domain::User> create_user(ports::NewUser user, base::Timestamp now) override;
    Answer<std::optional<domain::User>> find_user(domain::UserId user) override;
    Answer<std::vector<domain::User>> find_users(std::vector<domain::UserId> users) override;
    Answer<std::optional<ports::Credentials>> credentials(std::string username) override;
    Answer<ports::Page<domain::User>> search_users(std::string prefix,
                                                   ports::PageRequest page) override;
    Answer<domain::User> update_user(domain::UserId user, ports::UserUpdate update) override;
    Answer<std::vector<domain::DeviceId>> set_password(domain::UserId user,
                                                       std::string password_hash) override;

    Answer<void> create_device(domain::Device device, ports::NewTokens tokens) override;
    Answer<void> reopen_device(domain::UserId user, domain::DeviceId device, std::string name,
                               ports::NewTokens tokens) override;
    Answer<std::vector<domain::Device>> devices(domain::UserId user) override;
    Answer<std::optional<domain::Device>> find_device(domain::UserId user,
                                                      domain::DeviceId device) override;
    Answer<void> remove_device(domain::UserId user, domain::DeviceId device) override;
    Answer<void> touch_device(domain::UserId user, domain::DeviceId device,
                              base::Timestamp at) override;
    Answer<std::optional<base::Timestamp>> last_seen(domain::UserId user) override;

    Answer<std::optional<ports::TokenHolder>> use_token(ports::TokenHash hash,
                                                        base::Timestamp now) override;
    Answer<ports::Rotation> rotate(ports::TokenHash refresh, ports::TokenHash family,
                                   ports::NewTokens tokens, base::Timestamp now) override;
    Answer<void> remove_tokens(domain::DeviceId device) override;
    Answer<std::size_t> purge_expired(base::Timestamp now) override;

    Answer<void> add_contact(domain::UserId owner, domain::UserId other) override;
    Answer<void> remove_contact(domain::UserId owner, domain::UserId other) override;
    Answer<ports::Page<domain::User>> blocks(domain::UserId owner,
                                             ports::PageRequest page) override;
    Answer<ports::Page<domain::User>> contacts(domain::UserId owner,
                                               ports::PageRequest page) override;
    Answer<std::vector<domain::UserId>> contact_ids(domain::UserId owner) override;
    Answer<void> add_block(domain::UserId owner, domain::UserId other) override;
    Answer<void> remove_block(domain::UserId owner, domain::UserId other) override;
    Answer<ports::Relation> relation(domain::UserId owner, domain::UserId other) override;
    Answer<std::vector<domain::UserId>> blocked_among(domain::UserId user,
                                                      std::vector<domain::UserId> others) override;

    Answer<void> create_invite(ports::Invite invite) override;
    Answer<bool> set_claim(ports::TokenHash hash) override;

private:
    struct StoredUser {
        domain::User user;
        std::string display_name_key;
        std::string password_hash;
        std::optional<base::Timestamp> last_seen;
    };
    struct StoredDevice {
        domain::Device device;
        std::optional<ports::TokenHash> family;
        base::Timestamp family_expires_at;
    };
    // `pair`: the refresh token's hash of the pair; `replaces`: until the pair is first used.
    struct StoredToken {
        domain::DeviceId device;
        ports::TokenKind kind = ports::TokenKind::access;
        ports::TokenHash pair{};
        std::optional<ports::TokenHash> replaces;
        bool ended = false;
        base::Timestamp expires_at;
    };
    using Pairs = std::set<std::pair<domain::UserId, domain::UserId>>;

    StoredDevice* device_of(domain::UserId user, domain::DeviceId device);
    void erase_tokens(domain::DeviceId device, bool also_access);
    void erase_device(domain::DeviceId device);
    void insert_tokens(domain::DeviceId device, const ports::NewTokens& tokens,
                       std::optional<ports::TokenHash> replaces);
    StoredToken* find_live(const ports::TokenHash& hash, base::Timestamp now);
    void settle(const StoredToken& token);
    void end_oldest_unused(const ports::TokenHash& pair);
    base::Result<void> add_pair(Pairs& pairs, domain::UserId owner, domain::UserId other);
    template <class Matches>
    ports::Page<domain::User> page_of(const std::map<std::string, domain::UserId>& places,
                                      const ports::PageRequest& page, Matches matches) const;

    std::mutex mutex_;
    std::unordered_map<domain::UserId, StoredUser> users_;
    std::map<std::string, domain::UserId> by_username_;  // lower case
    std::map<domain::DeviceId, StoredDevice> devices_;
    std::map<ports::TokenHash, StoredToken> tokens_;
    Pairs contacts_;
    Pairs blocks_;
    std::map<ports::TokenHash, ports::Invite> invites_;
    std::optional<ports::TokenHash> claim_;
};

}  // namespace banter::adapters::memory
