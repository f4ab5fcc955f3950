#pragma once

#include <optional>
#include <set>
#include <string>

#include "adapters/embedded/rocks_database.hpp"
#include "adapters/embedded/rocks_report.hpp"
#include "ports/message_store.hpp"

namespace banter::adapters::embedded {

// Checks of what the store holds, as it was when the object was made. Blocking; one thread.
class RocksCheck {
public:
    explicit RocksCheck(const RocksDatabase& database);

    // From `first` (or the message before it) on, the chat's messages are contiguous and end at its
    // head. Returns what is wrong.
    std::optional<std::string> check_chat(const domain::ChatId& chat, domain::Seq first) const;

    // Everything: every chat is dense from 1 to its head with rising message ids, every send points
    // to its message, every row can be decoded, every table file has the right checksums.
    StoreReport scan_all() const;

private:
    struct HeadFound {
        std::optional<ports::HeadRow> row;  // unset and nothing wrong: there is none
        std::string wrong;
    };

    rocksdb::ReadOptions options() const;
    HeadFound find_head(const domain::ChatId& chat) const;
    std::set<domain::ChatId> all_chats(StoreReport& report) const;
    void scan_chat(const domain::ChatId& chat, StoreReport& report) const;
    void scan_sends(StoreReport& report) const;
    std::string check_send(const ports::SendRow& send) const;
    void scan_rows(Column column, StoreReport& report) const;

    const RocksDatabase& database_;
    rocksdb::ManagedSnapshot held_;
    const rocksdb::Snapshot* snapshot_;
};

}  // namespace banter::adapters::embedded
