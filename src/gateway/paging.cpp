#include "gateway/paging.hpp"

#include <fmt/format.h>

namespace banter::gateway {
namespace {

constexpr std::size_t max_limit = 200;

void write_cursor(protocol::JsonObject& object, std::string_view name,
                  const std::optional<std::string>& cursor) {
    if (cursor) {
        object.text(name, *cursor);
    } else {
        object.null(name);
    }
}

}  // namespace

base::Result<PageQuery> page_query(const HttpRequest& request) {
    PageQuery query;
    if (const auto limit = request.query.find("limit"); limit != request.query.end()) {
        const auto& text = limit->second;
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), query.limit);
        const bool whole = error == std::errc{} && end == text.data() + text.size();
        if (!whole || query.limit < 1 || query.limit > max_limit) {
            return base::fail(base::ErrorCode::invalid,
                              "The parameter 'limit' must be a number from 1 to 200.");
        }
    }
    if (const auto after = request.query.find("after"); after != request.query.end()) {
        query.after = after->second;
    }
    if (const auto before = request.query.find("before"); before != request.query.end()) {
        query.before = before->second;
    }
    if (query.after && query.before) {
        return base::fail(base::ErrorCode::invalid,
                          "Give one of the parameters 'after' and 'before', not both.");
    }
    return query;
}

std::string sortable(std::uint64_t number) {
    return fmt::format("{:020}", number);
}

std::string page_json(const std::string& items, const std::optional<std::string>& next,
                      const std::optional<std::string>& previous) {
    std::string out;
    {
        protocol::JsonObject object(out);
        object.raw("items", items);
        write_cursor(object, "next", next);
        write_cursor(object, "previous", previous);
    }
    return out;
}

}  // namespace banter::gateway
