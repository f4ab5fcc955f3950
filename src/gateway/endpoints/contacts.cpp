// Contacts and blocks.
#include <array>

#include "gateway/endpoints/common.hpp"

namespace banter::gateway {
namespace {

using base::Task;
using domain::UserId;

Task<HttpResponse> get_contacts(Api& api, Call call) {
    auto page = page_query(call.request);
    if (!page) co_return HttpResponse::problem(page.error());
    const auto found =
        co_await api.services().contacts.contacts(call.identity.user, std::move(*page));
    co_return answer_or_problem(found, [](const auto& users) { return users_page(users); });
}

Task<HttpResponse> get_blocks(Api& api, Call call) {
    auto page = page_query(call.request);
    if (!page) co_return HttpResponse::problem(page.error());
    const auto found =
        co_await api.services().contacts.blocks(call.identity.user, std::move(*page));
    co_return answer_or_problem(found, [](const auto& users) { return users_page(users); });
}

Task<HttpResponse> put_contact(Api& api, Call call) {
    const auto other = call.id<UserId>(0);
    if (!other) co_return HttpResponse::problem(other.error());
    co_return no_content_or_problem(
        co_await api.services().contacts.add(call.identity.user, *other));
}

Task<HttpResponse> delete_contact(Api& api, Call call) {
    const auto other = call.id<UserId>(0);
    if (!other) co_return HttpResponse::problem(other.error());
    co_return no_content_or_problem(
        co_await api.services().contacts.remove(call.identity.user, *other));
}

// Answers when the direct chat of the two obeys, too.
Task<HttpResponse> after_block_change(Api& api, base::Result<void> changed, UserId one,
                                      UserId other) {
    if (!changed) co_return HttpResponse::problem(changed.error());
    co_return no_content_or_problem(co_await api.services().chats.blocks_changed(one, other));
}

Task<HttpResponse> put_block(Api& api, Call call) {
    const auto other = call.id<UserId>(0);
    if (!other) co_return HttpResponse::problem(other.error());
    const auto changed = co_await api.services().contacts.block(call.identity.user, *other);
    co_return co_await after_block_change(api, changed, call.identity.user, *other);
}

Task<HttpResponse> delete_block(Api& api, Call call) {
    const auto other = call.id<UserId>(0);
    if (!other) co_return HttpResponse::problem(other.error());
    const auto changed = co_await api.services().contacts.unblock(call.identity.user, *other);
    co_return co_await after_block_change(api, changed, call.identity.user, *other);
}

constexpr std::array<Endpoint, 6> endpoints = {{
    {Method::get, "/v1/contacts", Access::signed_in, get_contacts, "The user's contacts",
     "200:Page<User>", parameters("...Paging")},
    {Method::put, "/v1/contacts/{user}", Access::signed_in, put_contact, "Add a contact", "204"},
    {Method::delete_, "/v1/contacts/{user}", Access::signed_in, delete_contact, "Remove a contact",
     "204"},
    {Method::get, "/v1/blocks", Access::signed_in, get_blocks, "Whom the user has blocked",
     "200:Page<User>", parameters("...Paging")},
    {Method::put, "/v1/blocks/{user}", Access::signed_in, put_block, "Block a user", "204"},
    {Method::delete_, "/v1/blocks/{user}", Access::signed_in, delete_block, "Unblock a user",
     "204"},
}};

}  // namespace

std::span<const Endpoint> contact_endpoints() {
    return endpoints;
}

}  // namespace banter::gateway
