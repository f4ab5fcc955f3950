#pragma once

#include <algorithm>

#include "domain/ids.hpp"

namespace banter::domain {

// How far a member has received and read a chat. Both only ever grow; read implies delivered.
struct Marks {
    Seq delivered;
    Seq read;

    bool operator==(const Marks&) const = default;
};

// The join of two marks: commutative, associative, idempotent, so any order of arrival gives the
// same result.
constexpr Marks merge(Marks one, Marks other) {
    const Seq read = std::max(one.read, other.read);
    return {std::max({one.delivered, other.delivered, read}), read};
}

}  // namespace banter::domain
