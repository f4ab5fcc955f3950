#pragma once

#include <optional>
#include <rocksdb/options.h>
#include <vector>

#include "adapters/embedded/rocks_database.hpp"
#include "adapters/embedded/rocks_refused_chats.hpp"
#include "ports/inbox.hpp"
#include "ports/message_store.hpp"
#include "ports/receipts.hpp"

namespace banter::adapters::embedded {

// The reads of the ports, blocking. Any thread. Damage is logged and answered as `overloaded` with
// the chat named.
class RocksReads {
public:
    RocksReads(const RocksDatabase& database, const RefusedChats& refused)
        : database_(database), refused_(refused) {}

    // With kBlockCacheTier the answer comes from memory, or is nullopt when that needs the disk.
    template <class T>
    using Try = std::optional<base::Result<T>>;
    using Tier = rocksdb::ReadTier;

    Try<std::optional<ports::HeadRow>> head(const domain::ChatId& chat, Tier tier) const;
    Try<std::vector<std::optional<ports::HeadRow>>> heads(const std::vector<domain::ChatId>& chats,
                                                          Tier tier) const;
    Try<std::optional<ports::SendRow>> find_send(const ports::SendKey& key, Tier tier) const;

    base::Result<std::vector<domain::Message>> read(const ports::MessageRange& range) const;
    base::Result<std::vector<ports::MarksRow>> marks(const domain::ChatId& chat) const;
    base::Result<domain::Seq> cursor(domain::UserId user, domain::DeviceId device,
                                     const domain::ChatId& chat) const;
    base::Result<std::vector<ports::CursorRow>> cursors(domain::UserId user,
                                                        domain::DeviceId device) const;
    base::Result<std::vector<ports::PassedAt>> passed(
        const domain::ChatId& chat, domain::Seq seq,
        const std::vector<domain::UserId>& users) const;
    base::Result<std::vector<ports::InboxRow>> entries(domain::UserId user) const;

private:
    Try<std::optional<ports::HeadRow>> no_head(const domain::ChatId& chat, Tier tier) const;
    std::optional<base::Problem> read_run(const domain::ChatId& chat, domain::Seq first,
                                          std::uint64_t count,
                                          std::vector<domain::Message>& found) const;
    template <class Row, class Decode>
    base::Result<std::vector<Row>> scan(Column column, rocksdb::Slice prefix, Decode decode) const;

    const RocksDatabase& database_;
    const RefusedChats& refused_;
};

}  // namespace banter::adapters::embedded
