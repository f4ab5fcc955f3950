#pragma once

#include <string>

namespace banter::cli {

enum class Key {
    none,  // nothing was typed
    text,  // Press::text
    paste,
    enter,
    new_line,  // Alt-Enter
    backspace,
    erase,
    erase_word,
    erase_to_start,
    erase_to_end,
    left,
    right,
    word_left,
    word_right,
    home,
    end,
    up,
    down,
    page_up,
    page_down,
    next_chat,
    previous_chat,
    chat_number,  // Press::number, from 1
    escape,
    redraw,
    resize,
    end_of_input,
    ignored,
};

struct Press {
    Key key = Key::none;
    std::string text;
    int number = 0;
};

}  // namespace banter::cli
