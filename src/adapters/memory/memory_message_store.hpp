#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "base/executor.hpp"
#include "ports/inbox.hpp"
#include "ports/message_store.hpp"
#include "ports/receipts.hpp"

namespace banter::adapters::memory {

// Messages, receipts and inboxes in plain maps, for tests. A commit answers in a later piece of
// work of the executor that called it; reads answer at once.
class MemoryMessageStore : public ports::MessageStore, public ports::Receipts, public ports::Inbox {
public:
    // What a failed write left on the disk.
    enum class FailedWrite { lost, kept };

    // The next commit fails as if the disk had; later ones are refused until reopen().
    void fail_next_commit(FailedWrite outcome = FailedWrite::lost);
    // The next commit is refused as if the queue were full; nothing is written or broken.
    void refuse_next_commit();
    // Commits wait, neither visible nor answered, until release_commits().
    void hold_commits();
    void release_commits();
    std::size_t held_commits() const;
    std::size_t commits() const;       // how many have been written
    std::size_t receipt_rows() const;  // how many rows of cursors, marks and steps with them
    // As after a restart of the process on the same disk; held commits are lost, never answered.
    void reopen();

    // Takes a row away under the store, as a broken disk would.
    void lose_message(domain::ChatId chat, domain::Seq seq);
    void lose_head(domain::ChatId chat);

    base::Task<base::Result<void>> commit(ports::CommitBatch batch) override;
    base::Task<base::Result<std::vector<domain::Message>>> read(ports::MessageRange range) override;
    base::Task<base::Result<std::optional<ports::HeadRow>>> head(domain::ChatId chat) override;
    base::Task<base::Result<std::vector<std::optional<ports::HeadRow>>>> heads(
        std::vector<domain::ChatId> chats) override;
    base::Task<base::Result<std::optional<ports::SendRow>>> find_send(ports::SendKey key) override;
    bool failed() const override;

    base::Task<base::Result<std::vector<ports::MarksRow>>> marks(domain::ChatId chat) override;
    base::Task<base::Result<domain::Seq>> cursor(domain::UserId user, domain::DeviceId device,
                                                 domain::ChatId chat) override;
    base::Task<base::Result<std::vector<ports::CursorRow>>> cursors(
        domain::UserId user, domain::DeviceId device) override;
    base::Task<base::Result<std::vector<ports::PassedAt>>> passed(
        domain::ChatId chat, domain::Seq seq, std::vector<domain::UserId> users) override;

    base::Task<base::Result<std::vector<ports::InboxRow>>> entries(domain::UserId user) override;

private:
    using Answer = std::move_only_function<void(base::Result<void>)>;
    struct Held {
        ports::CommitBatch batch;
        Answer answer;
    };
    struct Rows {
        std::map<domain::ChatId, std::map<domain::Seq, domain::Message>> messages;
        std::map<domain::ChatId, ports::HeadRow> heads;
        std::map<ports::SendKey, ports::SendRow> sends;
        std::map<std::pair<domain::UserId, domain::ChatId>, ports::InboxRow> inbox;
        std::map<std::tuple<domain::UserId, domain::DeviceId, domain::ChatId>, ports::CursorRow>
            cursors;
        std::map<std::pair<domain::ChatId, domain::UserId>, ports::MarksRow> marks;
        std::map<std::tuple<domain::ChatId, domain::UserId, ports::StepKind, domain::Seq>,
                 base::Timestamp>
            steps;
    };

    base::Result<void> take(ports::CommitBatch batch);
    void write(const ports::CommitBatch& batch);
    base::Result<std::optional<ports::HeadRow>> find_head(domain::ChatId chat) const;
    base::Result<std::vector<domain::Message>> read_rows(const ports::MessageRange& range) const;
    std::optional<base::Timestamp> first_step(domain::ChatId chat, domain::UserId user,
                                              ports::StepKind kind, domain::Seq seq) const;

    mutable std::mutex mutex_;
    Rows rows_;
    std::vector<Held> held_;
    bool holding_ = false;
    bool refuse_next_ = false;
    std::optional<FailedWrite> fail_next_;
    bool failed_ = false;
    std::size_t commits_ = 0;
    std::size_t receipt_rows_ = 0;
};

}  // namespace banter::adapters::memory
