#pragma once

#include <chrono>

namespace banter::presence {

// How long what takes.
struct PresenceTimes {
    // After the last session closed a user stays online for so long, so that reloading a page, or
    // moving to another node, does not flicker.
    std::chrono::milliseconds grace{2'000};
    // What a node says of its devices counts for so long,
    std::chrono::milliseconds lives{60'000};
    // is said again so often, and followed users are asked for as often.
    std::chrono::milliseconds renewal{30'000};
    // A user whose last entry on other nodes is gone stays online for so long, because a new one
    // may be on its way.
    std::chrono::milliseconds settling{1'500};
    // Between two tries while the registry fails.
    std::chrono::milliseconds retry{1'000};
};

}  // namespace banter::presence
