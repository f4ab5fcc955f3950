#pragma once

#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "directory_fixtures.hpp"

namespace banter::contract {

// A test of one engine's user directory, with users and sign-ins at hand.
template <class Engine>
class UserDirectoryTest : public testing::Test {
protected:
    template <class T>
    T run(base::Task<T> task) {
        return engine_.executor.run(std::move(task));
    }

    ports::NewUser new_user(std::string username, std::string display_name = "Somebody") {
        ports::NewUser created;
        created.user.id = domain::UserId{next_id_++};
        created.user.username = std::move(username);
        created.user.display_name = display_name;
        created.user.created_at = now();
        created.display_name_key = std::move(display_name);
        created.password_hash = "hash of " + created.user.username;
        return created;
    }
    domain::User add_user(std::string username, std::string display_name = "Somebody") {
        auto created = new_user(std::move(username), std::move(display_name));
        return run(directory().create_user(std::move(created), now())).value();
    }
    ports::TokenHash new_hash() {
        ports::TokenHash hash;
        engine_.random.fill(hash);
        return hash;
    }
    ports::NewTokens new_tokens(ports::TokenHash family) {
        ports::NewTokens tokens;
        tokens.access = new_hash();
        tokens.refresh = new_hash();
        tokens.family = family;
        tokens.access_expires_at = now() + std::chrono::minutes(15);
        tokens.refresh_expires_at = now() + std::chrono::days(60);
        return tokens;
    }
    struct SignedIn {
        domain::DeviceId device;
        ports::NewTokens tokens;
    };
    SignedIn sign_in(domain::UserId user) {
        SignedIn session{domain::DeviceId{next_id_++}, new_tokens(new_hash())};
        session.tokens.cookie = new_hash();
        domain::Device device{session.device, user, "phone", now(), now()};
        EXPECT_TRUE(run(directory().create_device(device, session.tokens)));
        return session;
    }
    // Gives the next pair of the family.
    ports::Rotation rotate(const ports::NewTokens& old, ports::NewTokens& next) {
        next = new_tokens(old.family);
        return run(directory().rotate(old.refresh, old.family, next, now())).value();
    }
    bool is_good(const ports::TokenHash& hash) {
        return run(directory().use_token(hash, now())).value().has_value();
    }
    bool has_device(domain::UserId user, domain::DeviceId device) {
        return run(directory().find_device(user, device)).value().has_value();
    }
    std::vector<std::string> names(const ports::Page<domain::User>& page) {
        std::vector<std::string> result;
        for (const auto& user : page.items)
            result.push_back(user.username);
        return result;
    }
    std::vector<std::string> search(std::string prefix) {
        return names(run(directory().search_users(std::move(prefix), {})).value());
    }

    ports::UserDirectory& directory() { return engine_.users; }
    base::Timestamp now() { return engine_.clock.now(); }

    Engine engine_;
    std::uint64_t next_id_ = (1ULL << 63) - 1000;  // ids are 63 bits wide
};

using Names = std::vector<std::string>;
using Engines = testing::Types<MemoryEngine, SqliteEngine>;

}  // namespace banter::contract
