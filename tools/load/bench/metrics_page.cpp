#include "load/bench/metrics_page.hpp"

#include <cstdlib>
#include <string>

namespace banter::load {

double metric_sum(std::string_view page, std::string_view name) {
    double sum = 0;
    while (!page.empty()) {
        const std::size_t end = page.find('\n');
        const auto line = page.substr(0, end);
        page.remove_prefix(end == std::string_view::npos ? page.size() : end + 1);
        if (!line.starts_with(name)) continue;
        auto rest = line.substr(name.size());
        if (rest.starts_with('{')) {
            const std::size_t labels = rest.rfind('}');
            if (labels == std::string_view::npos) continue;
            rest.remove_prefix(labels + 1);
        }
        if (rest.starts_with(' ')) sum += std::strtod(std::string(rest).c_str(), nullptr);
    }
    return sum;
}

}  // namespace banter::load
