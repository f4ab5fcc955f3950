#include "app/account_relations.hpp"

namespace banter::app {

using base::Result;
using base::Task;
using domain::UserId;

Task<Result<bool>> AccountRelations::blocked_either_way(UserId one, UserId other) {
    const auto relation = co_await contacts_.relation(one, other);
    if (!relation) co_return std::unexpected(relation.error());
    co_return relation->blocked_either_way();
}

Task<Result<std::vector<UserId>>> AccountRelations::blocked_among(UserId user,
                                                                  std::vector<UserId> others) {
    return contacts_.blocked_among(user, std::move(others));
}

Task<Result<chat::Relations::ReadPolicies>> AccountRelations::read_policies(
    std::vector<UserId> readers) {
    const auto users = co_await accounts_.find(std::move(readers));
    if (!users) co_return std::unexpected(users.error());
    ReadPolicies policies;
    for (const auto& user : *users) {
        auto& policy = policies[user.id];
        policy.audience = user.privacy.read_receipts;
        if (policy.audience != domain::Audience::contacts) continue;
        const auto contacts = co_await contacts_.contact_ids(user.id);
        if (!contacts) co_return std::unexpected(contacts.error());
        policy.contacts.insert(contacts->begin(), contacts->end());
    }
    co_return policies;
}

Task<Result<std::vector<domain::User>>> AccountRelations::users(std::vector<UserId> users) {
    co_return co_await accounts_.find(std::move(users));
}

}  // namespace banter::app
