#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"

namespace banter::domain {

// What a user keeps of a chat for himself, the same on all his devices; nobody else is shown any
// of it. On the wire it is the `state` of a chat.
struct PersonalState {
    std::optional<base::Timestamp> muted_until;  // no notifications before this
    bool pinned = false;
    bool archived = false;
    std::string draft;  // a message not sent yet: UTF-8, 0 … max_draft_bytes

    bool operator==(const PersonalState&) const = default;
};

inline constexpr std::size_t max_draft_bytes = 4096;

// What of it is to change; what is not set stays.
struct PersonalStateChange {
    std::optional<std::optional<base::Timestamp>> muted_until;  // to nullopt: no longer muted
    std::optional<bool> pinned;
    std::optional<bool> archived;
    std::optional<std::string> draft;

    bool empty() const { return !muted_until && !pinned && !archived && !draft; }
    bool operator==(const PersonalStateChange&) const = default;
};

inline PersonalState apply(PersonalState state, const PersonalStateChange& change) {
    state.muted_until = change.muted_until.value_or(state.muted_until);
    state.pinned = change.pinned.value_or(state.pinned);
    state.archived = change.archived.value_or(state.archived);
    if (change.draft) state.draft = *change.draft;
    return state;
}

}  // namespace banter::domain
