#pragma once

#include "adapters/embedded/sqlite_database.hpp"
#include "ports/user_directory.hpp"

namespace banter::adapters::embedded {

// ports::UserDirectory in SQLite. The database outlives it.
class SqliteUserDirectory : public ports::UserDirectory {
public:
    template <class T>
    using Answer = base::Task<base::Result<T>>;

    explicit SqliteUserDirectory(SqliteDatabase& database) : database_(database) {}

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
    // A page of `related` users, by the statement for either direction.
    struct RelatedSql {
        std::string_view forwards;
        std::string_view backwards;
    };
    Answer<ports::Page<domain::User>> related(RelatedSql sql, domain::UserId owner,
                                              ports::PageRequest page);
    Answer<void> write_relation(std::string_view sql, domain::UserId owner, domain::UserId other);
    Answer<void> add_relation(std::string_view sql, domain::UserId owner, domain::UserId other);

    SqliteDatabase& database_;
};

}  // namespace banter::adapters::embedded
