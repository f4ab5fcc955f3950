#include "protocol/problem.hpp"

#include <array>

namespace banter::protocol {
namespace {

// In the order of base::ErrorCode.
constexpr std::array<ProblemKind, 11> kinds = {{
    {"invalid", 400, "The request is not valid"},
    {"unauthorized", 401, "Sign in first"},
    {"forbidden", 403, "You may not do this"},
    {"not_found", 404, "There is no such thing"},
    {"method_not_allowed", 405, "This address does not take that method"},
    {"conflict", 409, "This contradicts what is there"},
    {"too_large", 413, "This is too large"},
    {"unsupported_media_type", 415, "This media type is not understood"},
    {"too_many_members", 422, "The group would have too many members"},
    {"rate_limited", 429, "Too many requests"},
    {"overloaded", 503, "The server is busy"},
}};

}  // namespace

std::span<const ProblemKind> problem_kinds() {
    return kinds;
}

const ProblemKind& kind_of(base::ErrorCode code) {
    return kinds[static_cast<std::size_t>(code)];
}

std::optional<base::ErrorCode> parse_error_code(std::string_view code) {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        if (kinds[i].code == code) return static_cast<base::ErrorCode>(i);
    }
    return std::nullopt;
}

void write_problem(JsonObject& object, const base::Problem& problem) {
    const auto& kind = kind_of(problem.code);
    object.text("code", kind.code).text("title", kind.title).number("status", kind.status);
    object.text("detail", problem.detail);
    if (problem.retry_after.count() > 0) {
        object.number("retry_after_ms", problem.retry_after.count());
    }
}

std::string problem_document(const base::Problem& problem) {
    std::string out;
    {
        JsonObject object(out);
        object.text("type", "about:blank");
        write_problem(object, problem);
    }
    return out;
}

}  // namespace banter::protocol
