#pragma once

#include "domain/ids.hpp"

namespace banter::domain {

// What happened to an account, as others have to know of it. It says that something changed, not
// what it is now: that is in the directory.
struct AccountChange {
    enum class Kind {
        profile,   // the display name or the privacy
        contacts,  // whom the user knows
        blocks,    // between the user and `other`
        revoked,   // `device` of the user may not be used any more
    };

    Kind kind = Kind::profile;
    UserId user;
    UserId other;
    DeviceId device;
};

}  // namespace banter::domain
