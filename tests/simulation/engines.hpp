#pragma once

#include <functional>

#include "adapters/memory/memory_chat_directory.hpp"
#include "adapters/memory/memory_message_store.hpp"
#include "timeline.hpp"

namespace banter::simulation {

// How the engines misbehave, in parts of a million for each call.
struct EngineFaults {
    Micros slowest_commit = 8 * millisecond;
    Micros slowest_read = 2 * millisecond;
    std::int64_t commit_refused = 0;  // the queue is full; nothing was written
    std::int64_t commit_lost = 0;     // fails, nothing was written; the store refuses from then on
    std::int64_t commit_kept = 0;     // fails, and was written
    std::int64_t commit_late = 0;     // takes seconds, in which its node may lose what it had
    std::int64_t change_late = 0;     // the same of a change of members
    bool late_unheard = false;        // what makes them late keeps their node from being heard, too
    std::int64_t read_failed = 0;
    std::int64_t directory_failed = 0;
};

// Waits on the executor that runs now; false when its node has ended meanwhile.
base::Task<bool> pass(Timeline& timeline, Micros delay);

// The messages that all nodes share: they survive every crash. Each call takes its time and may
// fail; what a node that has crashed still asks for does not happen.
class SharedStore final : public adapters::memory::MemoryMessageStore {
public:
    using Memory = adapters::memory::MemoryMessageStore;

    // `forked`: a message was about to be written over another one.
    using Forked = std::function<void(const domain::Message&)>;

    SharedStore(Timeline& timeline, const EngineFaults& faults, Forked forked)
        : timeline_(timeline), faults_(faults), forked_(std::move(forked)) {}

    base::Task<base::Result<void>> commit(ports::CommitBatch batch) override;
    base::Task<base::Result<std::vector<domain::Message>>> read(ports::MessageRange range) override;
    base::Task<base::Result<std::optional<ports::HeadRow>>> head(domain::ChatId chat) override;
    base::Task<base::Result<std::vector<std::optional<ports::HeadRow>>>> heads(
        std::vector<domain::ChatId> chats) override;
    base::Task<base::Result<std::optional<ports::SendRow>>> find_send(ports::SendKey key) override;
    base::Task<base::Result<std::vector<ports::MarksRow>>> marks(domain::ChatId chat) override;
    base::Task<base::Result<domain::Seq>> cursor(domain::UserId user, domain::DeviceId device,
                                                 domain::ChatId chat) override;
    base::Task<base::Result<std::vector<ports::CursorRow>>> cursors(
        domain::UserId user, domain::DeviceId device) override;
    base::Task<base::Result<std::vector<ports::PassedAt>>> passed(
        domain::ChatId chat, domain::Seq seq, std::vector<domain::UserId> users) override;
    base::Task<base::Result<std::vector<ports::InboxRow>>> entries(domain::UserId user) override;

private:
    base::Task<base::Result<void>> begin_read();
    base::Task<void> end();
    base::Task<void> look_for_forks(const ports::CommitBatch& batch);

    Timeline& timeline_;
    const EngineFaults& faults_;
    Forked forked_;
};

// The directory of chats that all nodes share, in the same way.
class SharedDirectory final : public adapters::memory::MemoryChatDirectory {
public:
    using Memory = adapters::memory::MemoryChatDirectory;

    SharedDirectory(Timeline& timeline, const EngineFaults& faults, const ports::Clock& clock)
        : Memory(clock), timeline_(timeline), faults_(faults) {}

    Answer<Created> create(ports::NewChat chat) override;
    Answer<std::optional<ports::ChatWithMembers>> find(domain::ChatId chat) override;
    Answer<std::vector<ports::Membership>> memberships(domain::UserId user) override;
    Answer<std::vector<ports::EndedMembership>> ended_memberships(domain::UserId user) override;
    Answer<void> change(ports::MemberChange change) override;
    Answer<void> sequenced(ports::ControlMessage control, domain::Seq seq) override;
    Answer<std::vector<ports::ControlMessage>> outbox() override;

private:
    base::Task<base::Result<void>> begin();
    base::Task<void> end();

    Timeline& timeline_;
    const EngineFaults& faults_;
};

}  // namespace banter::simulation
