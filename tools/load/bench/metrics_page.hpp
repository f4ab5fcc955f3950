#pragma once

#include <string_view>

namespace banter::load {

// The sum of all samples of a metric in a page of the Prometheus text format, whatever their
// labels; 0 when there is none.
double metric_sum(std::string_view page, std::string_view name);

}  // namespace banter::load
