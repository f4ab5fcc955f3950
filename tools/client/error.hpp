#pragma once

#include <chrono>
#include <expected>
#include <string>

#include "base/result.hpp"

namespace banter::client {

// Why something a client asked for did not happen.
struct Error {
    enum class Kind {
        refused,         // the server said no: `code` tells programs why
        unreachable,     // no connection, or it broke, or a deadline passed
        unintelligible,  // the answer is not what protocol version 1 promises
        cancelled,       // this program gave up waiting
    };

    Kind kind = Kind::refused;
    base::ErrorCode code = base::ErrorCode::invalid;  // of `refused`
    std::string detail;                               // a sentence for a person
    std::chrono::milliseconds retry_after{0};         // > 0: worth trying again after this

    bool operator==(const Error&) const = default;

    bool is(base::ErrorCode wanted) const { return kind == Kind::refused && code == wanted; }
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Error::Kind kind, std::string detail) {
    return std::unexpected(Error{.kind = kind, .detail = std::move(detail)});
}

}  // namespace banter::client
