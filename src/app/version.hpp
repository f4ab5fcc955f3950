#pragma once

#include <string_view>

namespace banter::app {

inline constexpr std::string_view version = BANTER_VERSION;

}  // namespace banter::app
