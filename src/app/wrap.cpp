#include "app/wrap.hpp"

#include <algorithm>

namespace banter::app {

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t space = std::min(text.find(' '), text.size());
        const auto word = text.substr(0, space);
        text.remove_prefix(std::min(space + 1, text.size()));
        if (word.empty()) continue;
        if (lines.empty() || lines.back().size() + 1 + word.size() > columns) {
            lines.emplace_back(word);
        } else {
            lines.back() += ' ';
            lines.back() += word;
        }
    }
    return lines;
}

}  // namespace banter::app
