#pragma once

#include "adapters/embedded/sqlite_database.hpp"
#include "ports/clock.hpp"
#include "ports/personal_states.hpp"

namespace banter::adapters::embedded {

// ports::PersonalStates in SQLite, beside the chats. Database and clock outlive it.
class SqlitePersonalStates : public ports::PersonalStates {
public:
    template <class T>
    using Answer = base::Task<base::Result<T>>;

    SqlitePersonalStates(SqliteDatabase& database, const ports::Clock& clock)
        : database_(database), clock_(clock) {}

    Answer<Applied> apply(domain::UserId user, domain::ChatId chat,
                          domain::PersonalStateChange change) override;
    Answer<std::vector<ports::PersonalStateRow>> find(domain::UserId user,
                                                      std::vector<domain::ChatId> chats) override;
    Answer<std::vector<ports::PersonalStateRow>> changed_since(domain::UserId user,
                                                               base::Timestamp since) override;

private:
    SqliteDatabase& database_;
    const ports::Clock& clock_;
};

}  // namespace banter::adapters::embedded
