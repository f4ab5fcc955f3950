#pragma once

#include <chrono>
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"
#include "ports/clock.hpp"

namespace banter::accounts {

// Slows the guessing of passwords: so many failures per account and per address within a window,
// then `rate_limited` until the oldest of them is out of the window. An account is a username,
// whether it exists or not; an address is an IPv4 address or an IPv6 /64. Any thread.
class LoginLimiter {
public:
    struct Options {
        bool enabled = true;
        std::size_t failures_per_account = 10;
        std::size_t failures_per_address = 100;
        std::chrono::milliseconds window = std::chrono::minutes(5);
        std::size_t max_keys = 50'000;  // accounts, and again addresses; the idlest is forgotten
    };

    LoginLimiter(const ports::Clock& clock, Options options) : clock_(clock), options_(options) {}

    // Counts a failure in advance, so that tries at once do not get past the limit together; call
    // `succeeded` when the try was none.
    base::Result<void> begin(std::string_view username, std::string_view address);
    // Forgets the failures of the account, and this try of the address.
    void succeeded(std::string_view username, std::string_view address);

private:
    struct Failures {
        std::deque<base::Steady> times;
        std::list<std::string>::iterator place;
    };
    struct Table {
        std::unordered_map<std::string, Failures> keys;
        std::list<std::string> by_use;  // the idlest first
    };

    // How long `key` has to wait for its next try; zero: not at all.
    std::chrono::milliseconds wait(Table& table, const std::string& key, std::size_t limit) const;
    void count(Table& table, const std::string& key) const;
    static void forget(Table& table, const std::string& key);

    const ports::Clock& clock_;
    const Options options_;
    std::mutex mutex_;
    Table accounts_;
    Table addresses_;
};

}  // namespace banter::accounts
