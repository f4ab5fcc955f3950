#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace banter::ports {

// Which part of a list is wanted. At most one of `after` and `before` is set; both are exclusive
// and come from an earlier page. `limit`: 1 … 200.
struct PageRequest {
    std::optional<std::string> after;
    std::optional<std::string> before;
    std::size_t limit = 50;
};

// A part of a list, in the list's order. `next` goes into `after`, `previous` into `before`; each
// is empty at its end of the list. Both are opaque to whoever asks.
template <class T>
struct Page {
    std::vector<T> items;
    std::optional<std::string> next;
    std::optional<std::string> previous;
};

// Makes the page out of what an engine found going from the request's cursor in the direction it
// says (`before`: backwards), one row more than the limit where there is one. `key_of` gives the
// cursor that stands at an item.
template <class T, class KeyOf>
Page<T> make_page(std::vector<T> found, const PageRequest& request, KeyOf key_of) {
    Page<T> page;
    const bool more = found.size() > request.limit;
    if (more) found.resize(request.limit);
    const bool backwards = request.before.has_value();
    if (backwards) std::ranges::reverse(found);
    page.items = std::move(found);
    if (page.items.empty()) return page;
    if (backwards || more) page.next = key_of(page.items.back());
    if (backwards ? more : request.after.has_value()) page.previous = key_of(page.items.front());
    return page;
}

// An item with the cursor that stands at it, for lists whose cursors say more than their items.
template <class T>
struct Placed {
    T item;
    std::string cursor;
};

template <class T>
Page<T> make_page(std::vector<Placed<T>> found, const PageRequest& request) {
    auto placed =
        make_page(std::move(found), request, [](const Placed<T>& one) { return one.cursor; });
    Page<T> page{{}, std::move(placed.next), std::move(placed.previous)};
    for (auto& one : placed.items)
        page.items.push_back(std::move(one.item));
    return page;
}

}  // namespace banter::ports
