#pragma once

#include <string>

#include "base/time.hpp"
#include "domain/ids.hpp"

namespace banter::domain {

enum class Audience { everyone, contacts, nobody };

// Who may see what of a user. `contacts` are those whom the user added.
struct Privacy {
    Audience last_seen = Audience::everyone;
    Audience read_receipts = Audience::everyone;

    bool operator==(const Privacy&) const = default;
};

enum class ServerRole {
    user,
    operator_
};  // `operator_` claimed the server; on the wire "operator"

struct User {
    UserId id;
    std::string username;  // 3–32 of [A-Za-z0-9_.-], unique ignoring case
    std::string display_name;
    Privacy privacy;
    ServerRole role = ServerRole::user;
    base::Timestamp created_at;

    bool operator==(const User&) const = default;
};

struct Device {
    DeviceId id;
    UserId user;
    std::string name;
    base::Timestamp created_at;
    base::Timestamp last_seen;  // end of its last session; created_at before the first

    bool operator==(const Device&) const = default;
};

}  // namespace banter::domain
