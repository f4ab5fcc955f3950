#include "cli/input_line.hpp"

#include <utility>

#include "cli/text.hpp"

namespace banter::cli {
namespace {

constexpr std::size_t most_history = 200;
constexpr std::string_view return_symbol = "\xE2\x8F\x8E";  // U+23CE

std::string shown(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        out += harmless(text.substr(at, end - at));
        if (end < text.size()) out += return_symbol;
        at = end + 1;
    }
    return out;
}

}  // namespace

void InputLine::insert(std::string_view text) {
    text_.insert(cursor_, text);
    cursor_ += text.size();
}

void InputLine::erase_before() {
    const auto start = previous_character(text_, cursor_);
    text_.erase(start, cursor_ - start);
    cursor_ = start;
}

void InputLine::erase_at() {
    text_.erase(cursor_, next_character(text_, cursor_) - cursor_);
}

std::size_t InputLine::word_start() const {
    auto at = cursor_;
    while (at > 0 && text_[at - 1] == ' ')
        --at;
    while (at > 0 && text_[at - 1] != ' ')
        --at;
    return at;
}

std::size_t InputLine::word_end() const {
    auto at = cursor_;
    while (at < text_.size() && text_[at] == ' ')
        ++at;
    while (at < text_.size() && text_[at] != ' ')
        ++at;
    return at;
}

void InputLine::erase_word_before() {
    const auto start = word_start();
    text_.erase(start, cursor_ - start);
    cursor_ = start;
}

void InputLine::erase_to_start() {
    text_.erase(0, cursor_);
    cursor_ = 0;
}

void InputLine::erase_to_end() {
    text_.erase(cursor_);
}
void InputLine::move_left() {
    cursor_ = previous_character(text_, cursor_);
}
void InputLine::move_right() {
    cursor_ = next_character(text_, cursor_);
}
void InputLine::move_word_left() {
    cursor_ = word_start();
}
void InputLine::move_word_right() {
    cursor_ = word_end();
}
void InputLine::move_home() {
    cursor_ = 0;
}
void InputLine::move_end() {
    cursor_ = text_.size();
}

void InputLine::history_back() {
    if (shown_ == 0) return;
    if (shown_ == history_.size()) draft_ = text_;
    --shown_;
    set(history_[shown_]);
}

void InputLine::history_forward() {
    if (shown_ >= history_.size()) return;
    ++shown_;
    set(shown_ == history_.size() ? draft_ : history_[shown_]);
}

std::string InputLine::take() {
    auto line = std::exchange(text_, {});
    cursor_ = 0;
    draft_.clear();
    if (!line.empty() && (history_.empty() || history_.back() != line)) history_.push_back(line);
    if (history_.size() > most_history) history_.erase(history_.begin());
    shown_ = history_.size();
    return line;
}

void InputLine::set(std::string text) {
    text_ = std::move(text);
    cursor_ = text_.size();
}

InputLine::View InputLine::view(std::size_t width) const {
    const auto before = shown(std::string_view(text_).substr(0, cursor_));
    const auto all = shown(text_);
    // One column stays free for a cursor behind the text.
    const auto room = width > 1 ? width - 1 : 1;
    std::size_t start = 0;
    while (start < before.size() && columns(std::string_view(before).substr(start)) > room) {
        start = next_character(before, start);
    }
    View view;
    view.cursor_column = columns(std::string_view(before).substr(start));
    std::size_t end = start;
    std::size_t used = 0;
    while (end < all.size()) {
        const auto next = next_character(all, end);
        used += columns(std::string_view(all).substr(end, next - end));
        if (used > width) break;
        end = next;
    }
    view.text = all.substr(start, end - start);
    return view;
}

}  // namespace banter::cli
