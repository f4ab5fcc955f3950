#pragma once

#include <optional>
#include <vector>

#include "cli/conversation.hpp"

namespace banter::cli {

// Which rows of a conversation are in view. Follows the newest, until someone scrolls up; then it
// holds on to the row at the bottom of the view, whatever is added above or below.
class Scroll {
public:
    struct Window {
        std::size_t first = 0;
        std::size_t end = 0;  // one past the last
    };

    Window window(const std::vector<Row>& rows, std::size_t height) const;
    // Negative: towards older rows. True when there are no older rows to go to.
    bool move(const std::vector<Row>& rows, std::size_t height, long count);
    void to_newest() { held_.reset(); }
    bool follows_newest() const { return !held_; }

private:
    struct Place {
        Seq seq;
        int line = 0;
    };
    std::size_t end_of(const std::vector<Row>& rows) const;

    std::optional<Place> held_;
};

}  // namespace banter::cli
