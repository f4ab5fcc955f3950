#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/ids.hpp"
#include "gateway/http_message.hpp"
#include "ports/page.hpp"
#include "protocol/json_writer.hpp"

namespace banter::gateway {

// The parameters of every list: ?limit=1…200 and one of ?after=, ?before=.
using PageQuery = ports::PageRequest;

base::Result<PageQuery> page_query(const HttpRequest& request);

// `{items, next, previous}`; `items` is a JSON array.
std::string page_json(const std::string& items, const std::optional<std::string>& next,
                      const std::optional<std::string>& previous);

// A number as text of fixed width, so that texts are in the order of the numbers.
std::string sortable(std::uint64_t number);
inline std::string sortable_time(base::Timestamp time) {
    return sortable(static_cast<std::uint64_t>(time.time_since_epoch().count()));
}
inline std::string sortable(domain::UserId user) {
    return sortable(user.value);
}

// Cuts the page out of a whole list. `key_of` gives each item a text; the list must be in the
// ascending order of these texts.
template <class T, class KeyOf>
ports::Page<T> cut_page(const std::vector<T>& list, const PageQuery& query, KeyOf key_of) {
    auto first = list.begin();
    auto last = list.end();
    if (query.after) first = std::ranges::upper_bound(list, *query.after, {}, key_of);
    if (query.before) last = std::ranges::lower_bound(list, *query.before, {}, key_of);
    const auto limit = static_cast<std::ptrdiff_t>(query.limit);
    if (last - first > limit && query.before) {
        first = last - limit;
    } else if (last - first > limit) {
        last = first + limit;
    }
    ports::Page<T> page;
    page.items.assign(first, last);
    if (first != last && last != list.end()) page.next = key_of(*(last - 1));
    if (first != last && first != list.begin()) page.previous = key_of(*first);
    return page;
}

// The same, as JSON; `write(out, item)` appends one item.
template <class T, class KeyOf, class Write>
std::string page_of(const std::vector<T>& list, const PageQuery& query, KeyOf key_of, Write write) {
    const auto page = cut_page(list, query, key_of);
    std::string items;
    protocol::append_json_array(items, page.items, write);
    return page_json(items, page.next, page.previous);
}

}  // namespace banter::gateway
