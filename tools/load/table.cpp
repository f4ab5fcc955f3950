#include "load/table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace banter::load {
namespace {

// The columns a terminal needs: continuation bytes of UTF-8 take none.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string three_digits(double value, const char* unit) {
    const int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
    return fmt::format("{:.{}f} {}", value, decimals, unit);
}

}  // namespace

std::string with_separators(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
        digits.insert(static_cast<std::size_t>(at), ",");
    }
    return digits;
}

std::string format_duration(nanoseconds duration) {
    const auto ns = static_cast<double>(duration.count());
    if (ns < 999.5e3) return three_digits(ns / 1e3, "µs");
    if (ns < 999.5e6) return three_digits(ns / 1e6, "ms");
    return three_digits(ns / 1e9, "s");
}

std::string format_quantiles(const Histogram& histogram) {
    if (histogram.count() == 0) return "none measured";
    return fmt::format("{} · {} · {} · {}", format_duration(histogram.quantile(0.5)),
                       format_duration(histogram.quantile(0.99)),
                       format_duration(histogram.quantile(0.999)),
                       format_duration(histogram.max()));
}

void Table::section(std::string title) { sections_.push_back({std::move(title), {}}); }

void Table::row(std::string name, std::string value) {
    if (sections_.empty()) section("");
    sections_.back().rows.emplace_back(std::move(name), std::move(value));
}

std::string Table::text() const {
    std::size_t widest = 0;
    for (const auto& section : sections_) {
        for (const auto& [name, value] : section.rows) widest = std::max(widest, width_of(name));
    }
    std::string out;
    for (const auto& section : sections_) {
        if (!section.title.empty()) out += section.title + "\n";
        for (const auto& [name, value] : section.rows) {
            out += "  " + name + std::string(widest + 2 - width_of(name), ' ') + value + "\n";
        }
    }
    return out;
}

std::string Table::markdown() const {
    std::string out;
    for (const auto& section : sections_) {
        if (!out.empty()) out += "\n";
        out += fmt::format("| {} | |\n|---|---|\n", section.title);
        for (const auto& [name, value] : section.rows) {
            out += fmt::format("| {} | {} |\n", name, value);
        }
    }
    return out;
}

}  // namespace banter::load
