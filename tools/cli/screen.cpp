#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include "cli/screen.hpp"

#include <algorithm>
#include <climits>
#include <cstdio>
#include <curses.h>
#include <iterator>
#include <stdexcept>

#include "cli/local_time.hpp"
#include "cli/text.hpp"

namespace banter::cli {
namespace {

constexpr int narrowest_with_list = 64;
constexpr int least_width = 20;
constexpr int rows_around_body = 3;  // header, status, input
constexpr int rows_per_chat = 2;

constexpr short first_name_pair = 1;
constexpr short name_colours[] = {COLOR_CYAN,    COLOR_GREEN, COLOR_YELLOW,
                                  COLOR_MAGENTA, COLOR_BLUE,  COLOR_RED};
constexpr short names = sizeof name_colours / sizeof name_colours[0];
constexpr short pair_online = first_name_pair + names;
constexpr short pair_read = pair_online + 1;
constexpr short pair_failure = pair_read + 1;
constexpr short pair_unread = pair_failure + 1;

// Key codes of our own, above those of ncurses.
constexpr int key_paste_begin = KEY_MAX + 1;
constexpr int key_paste_end = KEY_MAX + 2;
constexpr int key_word_left = KEY_MAX + 3;
constexpr int key_word_right = KEY_MAX + 4;

void start_colours() {
    if (!has_colors()) return;
    start_color();
    use_default_colors();
    const short bright = COLORS >= 16 ? 8 : 0;
    for (short i = 0; i < names; ++i) {
        init_pair(static_cast<short>(first_name_pair + i),
                  static_cast<short>(name_colours[i] + bright), -1);
    }
    init_pair(pair_online, static_cast<short>(COLOR_GREEN + bright), -1);
    init_pair(pair_read, static_cast<short>(COLOR_CYAN + bright), -1);
    init_pair(pair_failure, static_cast<short>(COLOR_RED + bright), -1);
    init_pair(pair_unread, static_cast<short>(COLOR_YELLOW + bright), -1);
}

// Control sequences of xterm that ncurses 6.4 has no call for: bracketed paste.
void set_bracketed_paste(bool on) {
    std::fputs(on ? "\033[?2004h" : "\033[?2004l", stdout);
    std::fflush(stdout);
}

attr_t attributes_of(const Span& span) {
    const auto pair = [](short number) { return static_cast<attr_t>(COLOR_PAIR(number)); };
    switch (span.ink) {
        case Ink::plain:
            return A_NORMAL;
        case Ink::faint:
        case Ink::tick:
            return A_DIM;
        case Ink::name:
            return A_BOLD | pair(static_cast<short>(first_name_pair + span.hue % names));
        case Ink::own_name:
            return A_BOLD;
        case Ink::failure:
            return pair(pair_failure);
        case Ink::unread_line:
            return pair(pair_unread);
        case Ink::tick_read:
            return A_BOLD | pair(pair_read);
    }
    return A_NORMAL;
}

void put(int row, int column, attr_t attributes, const std::string& text) {
    attrset(static_cast<int>(attributes));
    mvaddstr(row, column, text.c_str());
    attrset(A_NORMAL);
}

std::size_t size_of(int columns_or_rows) {
    return static_cast<std::size_t>(std::max(0, columns_or_rows));
}

// The lines of the notices; none is cut, as an address may have to be copied.
std::vector<std::string> wrapped(const std::vector<std::string>& notices, std::size_t width) {
    std::vector<std::string> lines;
    for (const auto& notice : notices)
        std::ranges::move(wrap(harmless(notice), width), std::back_inserter(lines));
    return lines;
}

std::string to_utf8(wint_t character) {
    char bytes[MB_LEN_MAX];
    mbstate_t state{};
    const auto length = wcrtomb(bytes, static_cast<wchar_t>(character), &state);
    return length == static_cast<std::size_t>(-1) ? std::string() : std::string(bytes, length);
}

Key key_of_code(wint_t code) {
    switch (code) {
        case KEY_ENTER:
            return Key::enter;
        case KEY_BACKSPACE:
            return Key::backspace;
        case KEY_DC:
            return Key::erase;
        case KEY_LEFT:
            return Key::left;
        case KEY_RIGHT:
            return Key::right;
        case KEY_SLEFT:
        case key_word_left:
            return Key::word_left;
        case KEY_SRIGHT:
        case key_word_right:
            return Key::word_right;
        case KEY_HOME:
            return Key::home;
        case KEY_END:
            return Key::end;
        case KEY_UP:
            return Key::up;
        case KEY_DOWN:
            return Key::down;
        case KEY_PPAGE:
            return Key::page_up;
        case KEY_NPAGE:
            return Key::page_down;
        case KEY_BTAB:
            return Key::previous_chat;
        case KEY_RESIZE:
            return Key::resize;
        case key_paste_begin:
            return Key::paste;
        default:
            return Key::ignored;
    }
}

constexpr wint_t control(char letter) {
    return static_cast<wint_t>(letter - 'a' + 1);
}

Key key_of_control(wint_t character) {
    switch (character) {
        case '\r':
        case '\n':
            return Key::enter;
        case '\t':
        case control('n'):
            return Key::next_chat;
        case control('p'):
            return Key::previous_chat;
        case 0x7F:
        case control('h'):
            return Key::backspace;
        case control('d'):
            return Key::erase;
        case control('w'):
            return Key::erase_word;
        case control('u'):
            return Key::erase_to_start;
        case control('k'):
            return Key::erase_to_end;
        case control('b'):
            return Key::left;
        case control('f'):
            return Key::right;
        case control('a'):
            return Key::home;
        case control('e'):
            return Key::end;
        case control('l'):
            return Key::redraw;
        case 0x1B:
            return Key::escape;
        default:
            return Key::ignored;
    }
}

}  // namespace

Screen::Screen() {
    if (newterm(nullptr, stdout, stdin) == nullptr) {
        throw std::runtime_error("This terminal cannot show a full screen; try --plain.");
    }
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(25);
    define_key("\033[200~", key_paste_begin);
    define_key("\033[201~", key_paste_end);
    define_key("\033[1;5D", key_word_left);
    define_key("\033[1;5C", key_word_right);
    start_colours();
    set_bracketed_paste(true);
}

Screen::~Screen() {
    set_bracketed_paste(false);
    endwin();
}

void Screen::redraw_all() {
    clearok(stdscr, TRUE);
}

// ---- drawing

Screen::Layout Screen::layout(const View& view) const {
    Layout layout;
    getmaxyx(stdscr, layout.rows, layout.columns);
    if (layout.columns >= narrowest_with_list) {
        layout.list_columns = std::clamp(layout.columns / 3, 22, 34);
        layout.left = layout.list_columns + 2;
    }
    layout.width = std::max(least_width, layout.columns - layout.left - 1);
    const auto room = std::max(1, layout.rows - rows_around_body);
    layout.notices = wrapped(view.notices, size_of(layout.width));
    layout.notice_rows = std::min(static_cast<int>(layout.notices.size()), room * 2 / 3);
    layout.body_rows = std::max(1, room - layout.notice_rows);
    return layout;
}

const std::vector<Row>& Screen::rows_of(const View& view, const Layout& layout) {
    const auto* chat = view.model.open_chat();
    if (chat == nullptr) {
        rows_.clear();
        rows_chat_.reset();
        return rows_;
    }
    const auto day = local_day(view.now);
    const bool current = rows_chat_ == chat->id && rows_version_ == view.model.version() &&
                         rows_width_ == layout.width && rows_day_ == day;
    if (current) return rows_;
    rows_ = conversation_rows(view.model, *chat, size_of(layout.width), view.now);
    rows_chat_ = chat->id;
    rows_version_ = view.model.version();
    rows_width_ = layout.width;
    rows_day_ = day;
    return rows_;
}

void Screen::draw(const View& view) {
    const auto* chat = view.model.open_chat();
    const auto open = chat == nullptr ? std::nullopt : std::optional(chat->id);
    if (open != shown_chat_) {
        shown_chat_ = open;
        scroll_.to_newest();
    }
    const auto shape = layout(view);
    erase();
    if (shape.list_columns > 0) draw_list(view, shape);
    draw_header(view, shape);
    draw_body(view, shape);
    draw_notices(shape);
    draw_status(view, shape);
    draw_input(view, shape);
    refresh();
}

void Screen::draw_list(const View& view, const Layout& layout) {
    const auto title = " Banter · " + harmless(view.model.self().username);
    put(0, 0, A_REVERSE | A_BOLD, pad(title, size_of(layout.list_columns + 1)));
    for (int row = 1; row < layout.rows - 2; ++row) {
        put(row, layout.list_columns, A_DIM, "│");
    }
    const auto chats = view.model.chats();
    const auto fitting = size_of((layout.rows - rows_around_body) / rows_per_chat);
    const auto open = std::ranges::find(chats, view.model.open_chat());
    if (open != chats.end() && fitting > 0) {
        const auto index = static_cast<std::size_t>(open - chats.begin());
        if (index < list_first_) list_first_ = index;
        if (index >= list_first_ + fitting) list_first_ = index + 1 - fitting;
    }
    list_first_ = std::min(list_first_, chats.size() > fitting ? chats.size() - fitting : 0);
    for (std::size_t i = 0; i < fitting && list_first_ + i < chats.size(); ++i) {
        draw_entry(view, layout, *chats[list_first_ + i], 1 + static_cast<int>(i) * rows_per_chat);
    }
}

void Screen::draw_entry(const View& view, const Layout& layout, const Chat& chat, int row) {
    const bool is_open = view.model.open_chat() == &chat;
    const auto* presence = chat.is_direct ? view.model.presence_of(chat.other) : nullptr;
    const bool online = presence != nullptr && presence->status == "online";
    const auto width = size_of(layout.list_columns);
    const bool muted = chat.is_muted(view.now);
    std::string count;
    if (chat.kept.pinned) count += " ▲";
    if (muted) count += " ⊘";
    if (!chat.requests.empty()) count += " +" + std::to_string(chat.requests.size());
    if (chat.unread > 0) count += " " + std::to_string(chat.unread);
    if (!count.empty()) count += " ";
    const auto mark = !chat.is_direct ? "#" : online ? "●" : "○";
    const attr_t ground = is_open ? A_REVERSE : A_NORMAL;
    const bool calls = chat.unread > 0 && !muted && !chat.kept.archived;
    const attr_t weight = calls || is_open ? A_BOLD : chat.kept.archived ? A_DIM : A_NORMAL;
    const attr_t emphasis = calls ? A_BOLD | static_cast<attr_t>(COLOR_PAIR(pair_unread)) : A_DIM;

    put(row, 0, ground, " ");
    put(row, 1, ground | (online ? static_cast<attr_t>(COLOR_PAIR(pair_online)) : A_DIM), mark);
    const auto room = width - 3 - columns(count);
    put(row, 2, ground | weight, " " + pad(view.model.title_of(chat), room));
    put(row, static_cast<int>(width - columns(count)), ground | emphasis, count);
    const bool unsent = !is_open && !chat.kept.draft.empty();
    const auto preview =
        "   " + (unsent ? "✎ " + harmless(chat.kept.draft) : view.model.preview_of(chat));
    put(row + 1, 0, A_DIM, pad(preview, width));
}

void Screen::draw_header(const View& view, const Layout& layout) {
    const auto width = size_of(layout.columns - (layout.left > 0 ? layout.left - 1 : 0));
    std::string text = " ";
    if (const auto* chat = view.model.open_chat()) {
        text += (chat->is_direct ? "" : "#") + view.model.title_of(*chat);
        const auto state = header_state(view.model, *chat, view.now);
        if (!state.empty()) text += " — " + state;
    } else {
        text += "Banter";
    }
    put(0, layout.left > 0 ? layout.left - 1 : 0, A_REVERSE | A_BOLD, pad(text, width));
}

void Screen::draw_span(const Span& span) {
    attrset(static_cast<int>(attributes_of(span)));
    addstr(span.text.c_str());
    attrset(A_NORMAL);
}

void Screen::draw_body(const View& view, const Layout& layout) {
    const auto& rows = rows_of(view, layout);
    if (view.model.open_chat() == nullptr) {
        draw_welcome(layout);
        return;
    }
    const auto height = size_of(layout.body_rows);
    const auto window = scroll_.window(rows, height);
    // Few messages stand at the bottom, next to the line being written.
    auto row = 1 + static_cast<int>(height - (window.end - window.first));
    for (auto i = window.first; i < window.end; ++i, ++row) {
        move(row, layout.left);
        for (const auto& span : rows[i].spans)
            draw_span(span);
    }
}

void Screen::draw_welcome(const Layout& layout) {
    constexpr const char* lines[] = {"No chat is open.", "/dm USER begins one; /help tells more."};
    int row = std::max(1, layout.body_rows / 2);
    for (const auto* line : lines)
        put(row++, layout.left, A_DIM, fit(line, size_of(layout.width)));
}

void Screen::draw_notices(const Layout& layout) {
    const auto first = layout.notices.size() - size_of(layout.notice_rows);
    for (int i = 0; i < layout.notice_rows; ++i) {
        const auto& notice = layout.notices[first + size_of(i)];
        put(1 + layout.body_rows + i, layout.left, static_cast<attr_t>(COLOR_PAIR(pair_unread)),
            pad(notice, size_of(layout.width)));
    }
}

void Screen::draw_status(const View& view, const Layout& layout) {
    const bool live = view.model.phase() == client::Phase::live;
    auto text = (live ? " ● " : " ○ ") + connection_state(view.model, view.steady_now);
    if (!scroll_.follows_newest()) {
        const auto* chat = view.model.open_chat();
        const auto unread = chat == nullptr ? 0 : chat->unread;
        text += unread > 0 ? "  ·  " + std::to_string(unread) + " new below" : "  ·  scrolled up";
        text += " (End)";
    }
    put(layout.rows - 2, 0, A_REVERSE, pad(text, size_of(layout.columns)));
}

void Screen::draw_input(const View& view, const Layout& layout) {
    const auto shown = view.input.view(size_of(layout.columns - 3));
    put(layout.rows - 1, 0, A_BOLD, "> ");
    put(layout.rows - 1, 2, A_NORMAL, shown.text);
    move(layout.rows - 1, 2 + static_cast<int>(shown.cursor_column));
}

bool Screen::scroll_pages(const View& view, int pages) {
    const auto shape = layout(view);
    const auto& rows = rows_of(view, shape);
    const long step = std::max(1, shape.body_rows - 1);
    const bool beyond = scroll_.move(rows, size_of(shape.body_rows), pages * step);
    return beyond && pages < 0;
}

// ---- keys

Press Screen::read_key() {
    wint_t character = 0;
    const auto kind = get_wch(&character);
    if (kind == ERR) return {};
    if (kind == KEY_CODE_YES) {
        const auto key = key_of_code(character);
        return key == Key::paste ? read_paste() : Press{.key = key, .text = {}, .number = 0};
    }
    if (character >= 0x20 && character != 0x7F) {
        return {.key = Key::text, .text = to_utf8(character), .number = 0};
    }
    const auto key = key_of_control(character);
    return key == Key::escape ? read_escaped() : Press{.key = key, .text = {}, .number = 0};
}

// What follows an ESC that belongs to no known sequence: Alt with a key, or the key Esc alone.
Press Screen::read_escaped() {
    wint_t character = 0;
    const auto kind = get_wch(&character);
    if (kind == ERR) return {.key = Key::escape, .text = {}, .number = 0};
    if (kind == KEY_CODE_YES) return {.key = Key::ignored, .text = {}, .number = 0};
    if (character == '\r' || character == '\n')
        return {.key = Key::new_line, .text = {}, .number = 0};
    if (character >= '1' && character <= '9') {
        return {.key = Key::chat_number, .text = {}, .number = static_cast<int>(character - '0')};
    }
    const auto key = character == 'b'    ? Key::word_left
                     : character == 'f'  ? Key::word_right
                     : character == 0x7F ? Key::erase_word
                                         : Key::ignored;
    return {.key = key, .text = {}, .number = 0};
}

Press Screen::read_paste() {
    Press press{.key = Key::paste, .text = {}, .number = 0};
    nodelay(stdscr, FALSE);
    timeout(200);
    while (true) {
        wint_t character = 0;
        const auto kind = get_wch(&character);
        if (kind == ERR || (kind == KEY_CODE_YES && character == key_paste_end)) break;
        if (kind == KEY_CODE_YES) continue;
        if (character == '\r' || character == '\n') {
            press.text += '\n';
        } else if (character == '\t' || character >= 0x20) {
            press.text += to_utf8(character);
        }
    }
    nodelay(stdscr, TRUE);
    return press;
}

}  // namespace banter::cli
