#include "accounts/contact_service.hpp"

#include "accounts/rules.hpp"

namespace banter::accounts {

using base::Result;
using base::Task;
using domain::UserId;

Task<Result<ports::Page<domain::User>>> ContactService::contacts(UserId owner,
                                                                 ports::PageRequest page) {
    if (auto problem = check_page(page)) co_return std::unexpected(*problem);
    co_return co_await directory_.contacts(owner, std::move(page));
}

Task<Result<ports::Page<domain::User>>> ContactService::blocks(UserId owner,
                                                               ports::PageRequest page) {
    if (auto problem = check_page(page)) co_return std::unexpected(*problem);
    co_return co_await directory_.blocks(owner, std::move(page));
}

Task<Result<std::vector<UserId>>> ContactService::contact_ids(UserId owner) {
    return directory_.contact_ids(owner);
}

Task<Result<void>> ContactService::add(UserId owner, UserId other) {
    if (owner == other) {
        co_return base::fail(base::ErrorCode::invalid, "You cannot be your own contact.");
    }
    const auto added = co_await directory_.add_contact(owner, other);
    if (added) hooks_.contact_changed(owner, other);
    co_return added;
}

Task<Result<void>> ContactService::remove(UserId owner, UserId other) {
    const auto removed = co_await directory_.remove_contact(owner, other);
    if (removed) hooks_.contact_changed(owner, other);
    co_return removed;
}

Task<Result<void>> ContactService::block(UserId owner, UserId other) {
    if (owner == other) {
        co_return base::fail(base::ErrorCode::invalid, "You cannot block yourself.");
    }
    const auto added = co_await directory_.add_block(owner, other);
    if (added) hooks_.block_changed(owner, other);
    co_return added;
}

Task<Result<void>> ContactService::unblock(UserId owner, UserId other) {
    const auto removed = co_await directory_.remove_block(owner, other);
    if (removed) hooks_.block_changed(owner, other);
    co_return removed;
}

Task<Result<ports::Relation>> ContactService::relation(UserId owner, UserId other) {
    return directory_.relation(owner, other);
}

Task<Result<std::vector<UserId>>> ContactService::blocked_among(UserId user,
                                                                std::vector<UserId> others) {
    return directory_.blocked_among(user, std::move(others));
}

}  // namespace banter::accounts
