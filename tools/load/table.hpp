#pragma once

#include <string>
#include <utility>
#include <vector>

#include "load/histogram.hpp"

namespace banter::load {

std::string with_separators(std::uint64_t number);   // 1,234,567
std::string format_duration(nanoseconds duration);   // three digits: 812 µs, 1.23 ms, 4.50 s
std::string format_quantiles(const Histogram& histogram);  // p50 · p99 · p999 · max

// Rows of a name and a value, in sections; printed aligned, or as Markdown.
class Table {
public:
    void section(std::string title);
    void row(std::string name, std::string value);
    void row(std::string name, std::uint64_t value) {
        row(std::move(name), with_separators(value));
    }

    std::string text() const;
    std::string markdown() const;

private:
    struct Section {
        std::string title;
        std::vector<std::pair<std::string, std::string>> rows;
    };
    std::vector<Section> sections_;
};

}  // namespace banter::load
