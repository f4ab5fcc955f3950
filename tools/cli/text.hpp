#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Text as a terminal shows it: in columns, of which a character takes none, one or two. All of it
// follows the character set of the locale (LC_CTYPE), which has to be UTF-8.
namespace banter::cli {

enum class LineBreaks { keep, as_spaces };

// What others wrote, with everything that could steer the terminal or disguise the text made
// visible and harmless: control characters (escape sequences begin with one), bidirectional
// overrides, bytes that are not UTF-8, towers of combining marks.
std::string harmless(std::string_view text, LineBreaks breaks = LineBreaks::as_spaces);

// The columns `text`, which is harmless, takes.
std::size_t columns(std::string_view text);

// `text` cut to at most `width` columns, with … where something was cut off.
std::string fit(std::string_view text, std::size_t width);

// Exactly `width` columns: cut, or filled with spaces.
std::string pad(std::string_view text, std::size_t width);

// The lines of `text`, which is harmless, at most `width` (≥ 2) columns each; broken at spaces
// where possible. At least one line.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

// The byte offset of the character after, before the one at `at`, which is the start of one. A
// combining mark belongs to the character it follows.
std::size_t next_character(std::string_view text, std::size_t at);
std::size_t previous_character(std::string_view text, std::size_t at);

}  // namespace banter::cli
