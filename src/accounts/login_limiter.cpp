#include "accounts/login_limiter.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace banter::accounts {
namespace {

constexpr std::size_t max_key_bytes = 64;  // longer than any username

std::string account_key(std::string_view username) {
    std::string key(username.substr(0, max_key_bytes));
    for (char& character : key) {
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character + 32);
    }
    return key;
}

// One subscriber usually holds a whole /64 (RFC 6177 §2), so that is what counts as one address.
std::string address_key(std::string_view address) {
    const std::string text(address.substr(0, max_key_bytes));
    std::array<unsigned char, 16> bytes{};
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
    constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    const bool is_mapped = std::equal(mapped.begin(), mapped.end(), bytes.begin());
    const auto* const from = reinterpret_cast<const char*>(bytes.data());
    return is_mapped ? text : std::string(from, 8);
}

}  // namespace

std::chrono::milliseconds LoginLimiter::Table::wait(const std::string& key, std::size_t limit,
                                                    base::Steady now,
                                                    std::chrono::milliseconds window) {
    const auto found = keys_.find(key);
    if (found == keys_.end()) return {};
    auto& times = found->second.times;
    while (!times.empty() && times.front() + window <= now)
        times.pop_front();
    if (times.size() < limit) return {};
    return std::chrono::ceil<std::chrono::milliseconds>(times.front() + window - now);
}

void LoginLimiter::Table::count(const std::string& key, base::Steady now, std::size_t max_keys) {
    const auto [found, is_new] = keys_.try_emplace(key);
    if (is_new) {
        found->second.place = by_use_.insert(by_use_.end(), key);
    } else {
        by_use_.splice(by_use_.end(), by_use_, found->second.place);
    }
    found->second.times.push_back(now);
    if (keys_.size() > max_keys) forget(std::string(by_use_.front()));
}

void LoginLimiter::Table::withdraw(const std::string& key) {
    const auto found = keys_.find(key);
    if (found == keys_.end()) return;
    if (!found->second.times.empty()) found->second.times.pop_back();
    if (found->second.times.empty()) forget(key);
}

void LoginLimiter::Table::forget(const std::string& key) {
    const auto found = keys_.find(key);
    if (found == keys_.end()) return;
    by_use_.erase(found->second.place);
    keys_.erase(found);
}

base::Result<void> LoginLimiter::begin(std::string_view username, std::string_view address) {
    if (!options_.enabled) return {};
    const auto account = account_key(username);
    const auto network = address_key(address);
    const std::lock_guard lock(mutex_);
    const auto now = clock_.steady();
    const auto wait =
        std::max(accounts_.wait(account, options_.failures_per_account, now, options_.window),
                 addresses_.wait(network, options_.failures_per_address, now, options_.window));
    if (wait.count() > 0) {
        return base::fail_retry(base::ErrorCode::rate_limited,
                                "Too many sign-ins have failed: wait a few minutes, then try "
                                "again.",
                                wait);
    }
    accounts_.count(account, now, options_.max_keys);
    addresses_.count(network, now, options_.max_keys);
    return {};
}

void LoginLimiter::succeeded(std::string_view username, std::string_view address) {
    const std::lock_guard lock(mutex_);
    accounts_.forget(account_key(username));
    addresses_.withdraw(address_key(address));
}

void LoginLimiter::withdraw(std::string_view username, std::string_view address) {
    const std::lock_guard lock(mutex_);
    accounts_.withdraw(account_key(username));
    addresses_.withdraw(address_key(address));
}

}  // namespace banter::accounts
