#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/model.hpp"

// A conversation as the rows of a terminal, without any drawing.
namespace banter::cli {

enum class Ink {
    plain,
    faint,  // times, days, events
    name,   // coloured by `hue`
    own_name,
    failure,
    unread_line,
    tick,       // sent, delivered
    tick_read,  // coloured
};

struct Span {
    std::string text;
    Ink ink = Ink::plain;
    std::uint64_t hue = 0;  // of a name: the same user, the same colour
};

struct Row {
    std::vector<Span> spans;
    // Which line of which message this is: keeps the view in place when rows come and go.
    Seq seq;
    int line = 0;

    bool is_same_place(const Row& other) const { return seq == other.seq && line == other.line; }
};

// ◷ ✗ ✓ ✓✓
std::string_view tick_mark(Tick tick);

// All rows of what is loaded, oldest first. `width` ≥ 20 columns. Texts are made harmless.
std::vector<Row> conversation_rows(const Model& model, const Chat& chat, std::size_t width,
                                   base::Timestamp now);

// What the header says about the other one, or about the members.
std::string header_state(const Model& model, const Chat& chat, base::Timestamp now);

// What the status line says about the connection: "online", "reconnecting in 3 s: …".
std::string connection_state(const Model& model, base::Steady now);

}  // namespace banter::cli
