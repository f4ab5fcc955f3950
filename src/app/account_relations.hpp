#pragma once

#include "accounts/account_service.hpp"
#include "accounts/contact_service.hpp"
#include "chat/relations.hpp"

namespace banter::app {

// Answers the chat rules' questions about users from the accounts.
class AccountRelations final : public chat::Relations {
public:
    AccountRelations(accounts::AccountService& accounts, accounts::ContactService& contacts)
        : accounts_(accounts), contacts_(contacts) {}

    base::Task<base::Result<bool>> blocked_either_way(domain::UserId one,
                                                      domain::UserId other) override;
    base::Task<base::Result<std::vector<domain::UserId>>> blocked_among(
        domain::UserId user, std::vector<domain::UserId> others) override;
    base::Task<base::Result<ReadPolicies>> read_policies(
        std::vector<domain::UserId> readers) override;
    base::Task<base::Result<std::vector<domain::User>>> users(
        std::vector<domain::UserId> users) override;

private:
    accounts::AccountService& accounts_;
    accounts::ContactService& contacts_;
};

}  // namespace banter::app
