#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "ports/chat_directory.hpp"
#include "ports/clock.hpp"

namespace banter::adapters::memory {

// ports::ChatDirectory in plain maps, for tests. Answers at once. Any thread.
class MemoryChatDirectory : public ports::ChatDirectory {
public:
    template <class T>
    using Answer = base::Task<base::Result<T>>;

    explicit MemoryChatDirectory(const ports::Clock& clock) : clock_(clock) {}

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

    bool is_member(domain::ChatId chat, domain::UserId user);

private:
    // A membership, also one that has ended. `joined_by` and `left_by`: the control messages that
    // bring the seqs.
    struct Row {
        domain::Member member;
        std::optional<domain::ClientId> joined_by;
        bool joined = false;  // joined_seq is known
        std::optional<base::Timestamp> left_at;
        std::optional<domain::ClientId> left_by;
        std::optional<domain::Seq> left_seq;
    };
    struct StoredChat {
        domain::Chat chat;
        domain::UserId creator;
        std::optional<domain::ClientId> client_id;
        std::vector<Row> rows;  // in order of joining
        std::optional<domain::Picture> picture;
        std::uint64_t version = 1;
        std::vector<domain::JoinRequest> requests;  // the oldest first

        std::vector<domain::Member> members() const;
        std::vector<domain::Member> leaving() const;
        const Row* leaving(domain::UserId user) const;
        Row* current(domain::UserId user);
        void set_roles(const ports::ControlMessage& control);
        void add(const domain::Member& member, std::optional<domain::ClientId> control);
    };

    struct StoredLink {
        ports::TokenHash hash{};
        domain::InviteLink link;
    };

    base::Result<void> check(const ports::MemberChange& change, StoredChat& stored);
    void count_uses(const ports::MemberChange& change, StoredChat& stored);
    StoredLink* link(domain::LinkId id);
    const StoredChat* find_existing(const ports::NewChat& chat) const;

    const ports::Clock& clock_;
    std::mutex mutex_;
    std::map<domain::ChatId, StoredChat> chats_;
    std::vector<ports::ControlMessage> outbox_;
    std::vector<StoredLink> links_;  // the oldest first
};

}  // namespace banter::adapters::memory
