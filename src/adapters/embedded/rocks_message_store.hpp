#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "adapters/embedded/rocks_options.hpp"
#include "adapters/embedded/rocks_report.hpp"
#include "base/metrics.hpp"
#include "ports/inbox.hpp"
#include "ports/message_store.hpp"
#include "ports/receipts.hpp"

namespace banter::adapters::embedded {

// Messages, receipts and inboxes of one process, in one RocksDB.
//
//     DataDirectory directory(config.data_dir);
//     RocksMessageStore store(directory.messages_path(), options, metrics);
//     for (const auto& damage : store.damages()) …  // logged already; the chat is refused
//     … pass `store` as MessageStore, Receipts and Inbox …
//     store.close();  // after the shards have stopped sending commits
//
// Shards encode their batches; one thread takes all that wait and writes them with one fdatasync
// (docs/adr/0010-group-commit.md). Reads that memory can answer are answered at once, the others
// on a small pool of threads. Every executor that calls outlives the store.
class RocksMessageStore final : public ports::MessageStore,
                                public ports::Receipts,
                                public ports::Inbox {
public:
    // Opens or creates the store in the directory `path` and checks every chat touched since the
    // last orderly close. Blocks meanwhile. Throws DataDirectoryError when the store as a whole
    // can't be trusted; damage of single chats is in damages().
    RocksMessageStore(const std::filesystem::path& path, const RocksOptions& options,
                      base::Metrics& metrics);
    ~RocksMessageStore() override;

    // Writes what still waits, notes that nothing needs a check at the next start, and refuses
    // everything from then on. Any thread; blocks. The destructor does it too.
    void close();

    // Chats that are refused because the check at the start found them damaged.
    const std::vector<ChatDamage>& damages() const;

    // Reads everything and checks it; for `banter doctor`. Any thread; blocks.
    StoreReport scan_all();

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
    struct Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace banter::adapters::embedded
