#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

namespace banter::base {

// The stable error codes of the client protocol. Wire name and HTTP status: protocol/problem.hpp.
enum class ErrorCode {
    invalid,
    unauthorized,
    forbidden,
    not_found,
    method_not_allowed,
    conflict,
    too_large,
    unsupported_media_type,
    too_many_members,
    rate_limited,
    overloaded,
};

// Why a request was refused: a code for programs and a sentence that tells a person what to do.
// `retry_after` is set (> 0) exactly for rate_limited and overloaded.
struct Problem {
    ErrorCode code = ErrorCode::invalid;
    std::string detail;
    std::chrono::milliseconds retry_after{0};

    bool operator==(const Problem&) const = default;
};

template <class T>
using Result = std::expected<T, Problem>;

inline std::unexpected<Problem> fail(ErrorCode code, std::string detail) {
    return std::unexpected(Problem{code, std::move(detail), {}});
}

inline std::unexpected<Problem> fail_retry(ErrorCode code, std::string detail,
                                           std::chrono::milliseconds retry_after) {
    return std::unexpected(Problem{code, std::move(detail), retry_after});
}

}  // namespace banter::base
