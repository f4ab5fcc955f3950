#pragma once

#include <functional>
#include <string>
#include <vector>

#include "load/net/http_client.hpp"
#include "load/progress.hpp"

namespace banter::load {

// A signed-in user of the server under test.
struct Account {
    std::string username;
    std::string display_name;
    std::string user;    // id
    std::string device;  // id
    std::string access_token;
    std::string refresh_token;
    Time refreshed_at;
};

// The password of every account that is made here; 8 characters at least (protocol.md).
inline constexpr std::string_view load_password = "banter-load-password";

// Makes accounts and keeps their tokens fresh.
class Accounts {
public:
    Accounts(EventLoop& loop, HttpClient& http) : loop_(loop), http_(http) {}

    // Registers and signs in every account; one that exists already is signed in only. Password
    // hashing makes this slow (about 40 ms of server CPU each). Throws std::runtime_error when
    // the server refuses.
    void sign_in(std::vector<Account*> accounts, Progress& progress);

    // Calls `use` with an access token that lives for some minutes more.
    void with_token(Account& account, std::function<void(const std::string& token)> use);

private:
    void register_user(Account& account, std::function<void()> done);
    void open_session(Account& account, std::function<void()> done);
    void fail(const Account& account, const HttpResponse& response);

    EventLoop& loop_;
    HttpClient& http_;
    std::string failure_;
};

// A username of the allowed characters, at most 32 of them, for the person `index` of a run.
std::string username_of(const std::string& prefix, std::size_t index);
// Without what a display name must not have, and never empty.
std::string display_name_of(std::string_view nickname);

}  // namespace banter::load
