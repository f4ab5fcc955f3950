#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "protocol/json_writer.hpp"

namespace banter::protocol {

// What a base::ErrorCode is called and means on the wire.
struct ProblemKind {
    std::string_view code;
    int status;  // HTTP
    std::string_view title;
};

std::span<const ProblemKind> problem_kinds();
const ProblemKind& kind_of(base::ErrorCode code);
std::optional<base::ErrorCode> parse_error_code(std::string_view code);

// Adds code, title, status, detail and, when set, retry_after_ms.
void write_problem(JsonObject& object, const base::Problem& problem);

// An RFC 9457 problem document (`application/problem+json`).
std::string problem_document(const base::Problem& problem);

}  // namespace banter::protocol
