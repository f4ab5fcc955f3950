#pragma once

#include "adapters/embedded/sqlite_database.hpp"
#include "ports/chat_directory.hpp"
#include "ports/clock.hpp"

namespace banter::adapters::embedded {

// ports::ChatDirectory in SQLite. Database and clock outlive it.
class SqliteChatDirectory : public ports::ChatDirectory {
public:
    template <class T>
    using Answer = base::Task<base::Result<T>>;

    SqliteChatDirectory(SqliteDatabase& database, const ports::Clock& clock)
        : database_(database), clock_(clock) {}

    Answer<Created> create(ports::NewChat chat) override;
    Answer<std::optional<ports::ChatWithMembers>> find(domain::ChatId chat) override;
    Answer<std::vector<ports::Membership>> memberships(domain::UserId user) override;
    Answer<std::vector<ports::EndedMembership>> ended_memberships(domain::UserId user) override;
    Answer<void> change(ports::MemberChange change) override;
    Answer<void> sequenced(ports::ControlMessage control, domain::Seq seq) override;
    Answer<std::vector<ports::ControlMessage>> outbox() override;
    Answer<void> create_link(domain::InviteLink link, ports::TokenHash hash) override;
    Answer<std::optional<domain::InviteLink>> find_link(ports::TokenHash hash) override;
    Answer<std::vector<domain::InviteLink>> links(domain::ChatId chat) override;
    Answer<void> remove_link(domain::ChatId chat, domain::LinkId link) override;
    Answer<bool> add_request(domain::JoinRequest request) override;
    Answer<std::vector<domain::JoinRequest>> requests(domain::ChatId chat) override;
    Answer<void> remove_request(domain::ChatId chat, domain::UserId user) override;
    Answer<std::optional<domain::Picture>> picture(domain::ChatId chat) override;

private:
    SqliteDatabase& database_;
    const ports::Clock& clock_;
};

}  // namespace banter::adapters::embedded
