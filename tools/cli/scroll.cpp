#include "cli/scroll.hpp"

#include <algorithm>

namespace banter::cli {

std::size_t Scroll::end_of(const std::vector<Row>& rows) const {
    if (!held_) return rows.size();
    const auto held = std::ranges::find_if(
        rows, [&](const Row& row) { return row.seq == held_->seq && row.line == held_->line; });
    if (held != rows.end()) return static_cast<std::size_t>(held - rows.begin()) + 1;
    // Gone, as a day's line is when older messages come before it: the nearest one after.
    const auto after =
        std::ranges::find_if(rows, [&](const Row& row) { return row.seq >= held_->seq; });
    return after == rows.end() ? rows.size() : static_cast<std::size_t>(after - rows.begin()) + 1;
}

Scroll::Window Scroll::window(const std::vector<Row>& rows, std::size_t height) const {
    // A view that is not full at the top shows more at the bottom.
    const auto end = std::min(rows.size(), std::max(end_of(rows), height));
    return {.first = end > height ? end - height : 0, .end = end};
}

bool Scroll::move(const std::vector<Row>& rows, std::size_t height, long count) {
    const auto before = window(rows, height);
    const auto least = static_cast<long>(std::min(rows.size(), height));
    const auto wanted = static_cast<long>(before.end) + count;
    const auto end = std::clamp(wanted, least, static_cast<long>(rows.size()));
    if (end == static_cast<long>(rows.size())) {
        held_.reset();
    } else {
        const auto& row = rows[static_cast<std::size_t>(end - 1)];
        held_ = Place{row.seq, row.line};
    }
    return wanted < least;
}

}  // namespace banter::cli
