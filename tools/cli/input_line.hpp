#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace banter::cli {

// The line being written: UTF-8, a cursor between characters, and the lines entered before.
class InputLine {
public:
    const std::string& text() const { return text_; }
    std::size_t cursor() const { return cursor_; }  // byte offset, 0 … text().size()
    bool empty() const { return text_.empty(); }

    void insert(std::string_view text);
    void erase_before();       // Backspace
    void erase_at();           // Delete
    void erase_word_before();  // Ctrl-W
    void erase_to_start();     // Ctrl-U
    void erase_to_end();       // Ctrl-K
    void move_left();
    void move_right();
    void move_word_left();
    void move_word_right();
    void move_home();
    void move_end();

    // The line before, after the one shown, of those entered. What was being written comes back
    // behind the newest.
    void history_back();
    void history_forward();

    // The line, which joins the history and leaves an empty one.
    std::string take();
    void set(std::string text);

    // What fits into `width` columns around the cursor, line breaks shown as ⏎, and the column
    // of the cursor in it.
    struct View {
        std::string text;
        std::size_t cursor_column = 0;
    };
    View view(std::size_t width) const;

private:
    std::size_t word_start() const;
    std::size_t word_end() const;

    std::string text_;
    std::size_t cursor_ = 0;
    std::vector<std::string> history_;
    std::size_t shown_ = 0;  // history_.size(): the line being written
    std::string draft_;
};

}  // namespace banter::cli
