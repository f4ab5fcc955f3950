#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/conversation.hpp"
#include "cli/input_line.hpp"
#include "cli/keys.hpp"
#include "cli/scroll.hpp"

namespace banter::cli {

// The terminal in full-screen mode, by ncurses. One at a time; gives the terminal back as it was
// when destroyed.
class Screen {
public:
    Screen();  // throws std::runtime_error for a terminal that cannot do it
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    struct View {
        const Model& model;
        const InputLine& input;
        const std::vector<std::string>& notices;
        base::Timestamp now;
        base::Steady steady_now;
    };

    void draw(const View& view);
    // The next key already typed, or Key::none.
    Press read_key();
    // Negative: towards older messages. True when older ones have to be loaded.
    bool scroll_pages(const View& view, int pages);
    void scroll_to_newest() { scroll_.to_newest(); }
    // The newest message of the open chat is in view.
    bool shows_newest() const { return scroll_.follows_newest(); }
    void redraw_all();

private:
    struct Layout {
        int rows = 0;
        int columns = 0;
        int list_columns = 0;              // 0: no room for the list of chats
        int left = 0;                      // first column of the conversation
        int width = 0;                     // of the conversation
        std::vector<std::string> notices;  // wrapped
        int notice_rows = 0;
        int body_rows = 0;  // of the conversation
    };

    Layout layout(const View& view) const;
    const std::vector<Row>& rows_of(const View& view, const Layout& layout);
    void draw_list(const View& view, const Layout& layout);
    void draw_entry(const View& view, const Layout& layout, const Chat& chat, int row);
    void draw_header(const View& view, const Layout& layout);
    void draw_body(const View& view, const Layout& layout);
    void draw_welcome(const Layout& layout);
    void draw_notices(const Layout& layout);
    void draw_status(const View& view, const Layout& layout);
    void draw_input(const View& view, const Layout& layout);
    void draw_span(const Span& span);
    Press read_escaped();
    Press read_paste();

    Scroll scroll_;
    std::size_t list_first_ = 0;  // the first chat in view
    std::optional<ChatId> shown_chat_;

    // The rows as last computed, and what for.
    std::vector<Row> rows_;
    std::optional<ChatId> rows_chat_;
    std::uint64_t rows_version_ = 0;
    int rows_width_ = 0;
    long rows_day_ = 0;
};

}  // namespace banter::cli
