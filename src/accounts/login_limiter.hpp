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

    // Counts a failure in advance, so that tries at once do not get past the limit together. When
    // the try was none, call one of the two below.
    base::Result<void> begin(std::string_view username, std::string_view address);
    // The password was right: forgets the failures of the account, and this try of the address.
    void succeeded(std::string_view username, std::string_view address);
    // Nobody found out whether it was.
    void withdraw(std::string_view username, std::string_view address);

private:
    class Table {
    public:
        // How long `key` has to wait for its next try; zero: not at all.
        std::chrono::milliseconds wait(const std::string& key, std::size_t limit, base::Steady now,
                                       std::chrono::milliseconds window);
        void count(const std::string& key, base::Steady now, std::size_t max_keys);
        void withdraw(const std::string& key);
        void forget(const std::string& key);

    private:
        struct Failures {
            std::deque<base::Steady> times;
            std::list<std::string>::iterator place;
        };

        std::unordered_map<std::string, Failures> keys_;
        std::list<std::string> by_use_;  // the idlest first
    };

    const ports::Clock& clock_;
    const Options options_;
    std::mutex mutex_;
    Table accounts_;
    Table addresses_;
};

}  // namespace banter::accounts
