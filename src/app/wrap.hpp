#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace banter::app {

// The words of `text` in lines of at most `columns` bytes; a longer word has a line of its own.
std::vector<std::string> wrap(std::string_view text, std::size_t columns);

}  // namespace banter::app
