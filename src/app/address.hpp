#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace banter::app {

// "127.0.0.1:8080" or "[::1]:8080".
struct Address {
    std::string host;  // an IP address, without brackets
    std::uint16_t port = 0;

    static std::optional<Address> parse(const std::string& text);
    // Throws StartupError (usage); `field` names the setting.
    static Address parse(const std::string& text, const std::string& field);
    // With brackets where IPv6 needs them.
    std::string text() const;
    bool is_loopback() const;
};

}  // namespace banter::app
