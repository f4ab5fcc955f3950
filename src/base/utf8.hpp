#pragma once

#include <string_view>

namespace banter::base {

// True when `text` is well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates,
// nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// How many code points `text`, which is UTF-8, has.
std::size_t count_code_points(std::string_view text);

// True when `text`, which is UTF-8, has a character of the category Cc (U+0000–1F, U+7F–9F).
bool has_control_characters(std::string_view text);

}  // namespace banter::base
