#pragma once

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "adapters/embedded/rocks_message_store.hpp"
#include "adapters/memory/manual_executor.hpp"
#include "ports/message_store.hpp"
#include "seeds.hpp"

namespace banter::power {

// What the store must hold, row by row.
class StoreModel {
public:
    void apply(const ports::CommitBatch& batch);

    domain::Seq head(const domain::ChatId& chat) const;

    // Compares everything; `executor` drives the reads.
    Findings differences(adapters::embedded::RocksMessageStore& store,
                         adapters::memory::ManualExecutor& executor) const;

private:
    using UserChat = std::pair<domain::UserId, domain::ChatId>;
    using Device = std::pair<domain::UserId, domain::DeviceId>;

    std::map<domain::ChatId, std::vector<domain::Message>> messages_;
    std::map<domain::ChatId, ports::HeadRow> heads_;
    std::map<ports::SendKey, ports::SendRow> sends_;
    std::map<UserChat, ports::InboxRow> inbox_;
    std::map<Device, std::map<domain::ChatId, domain::Seq>> cursors_;
    std::map<domain::ChatId, std::map<domain::UserId, domain::Marks>> marks_;
    std::map<UserChat, std::map<domain::Seq, base::Timestamp>> delivered_steps_;
};

// Makes up what the sequencer of one shard would commit next.
class BatchMaker {
public:
    BatchMaker(std::uint64_t seed, std::size_t shard);

    // Follows on what `model` holds.
    ports::CommitBatch next(const StoreModel& model);

private:
    void add_messages(ports::CommitBatch& batch, const domain::ChatId& chat, domain::Seq head);
    void add_people(ports::CommitBatch& batch, const ports::HeadRow& head);
    std::string text();
    std::uint64_t below(std::uint64_t end);

    std::mt19937_64 random_;
    std::vector<domain::ChatId> chats_;
    std::uint64_t made_ = 0;
};

}  // namespace banter::power
