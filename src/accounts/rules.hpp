#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ports/page.hpp"

namespace banter::accounts {

// What names, passwords and pages must be like. nullopt: it is fine; otherwise `invalid` with a
// sentence that says what to do.
std::optional<base::Problem> check_username(std::string_view username);
std::optional<base::Problem> check_password(std::string_view password);
std::optional<base::Problem> check_display_name(std::string_view name);
std::optional<base::Problem> check_device_name(std::string_view name);
std::optional<base::Problem> check_search(std::string_view query);
std::optional<base::Problem> check_page(const ports::PageRequest& page);

inline constexpr std::size_t max_password_bytes = 1024;

// What names are compared by in searches: `text`, which is UTF-8, in lower case.
std::string search_key(std::string_view text);

}  // namespace banter::accounts
