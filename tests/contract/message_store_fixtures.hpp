#pragma once

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "adapters/embedded/rocks_message_store.hpp"
#include "adapters/memory/manual_executor.hpp"
#include "adapters/memory/memory_message_store.hpp"
#include "base/metrics.hpp"
#include "domain/time_uuid.hpp"
#include "faulty_disk.hpp"

namespace banter::contract {

namespace memory = adapters::memory;
namespace embedded = adapters::embedded;

// A directory for a RocksDB, gone when the test is.
class StoreDirectory {
public:
    StoreDirectory() {
        std::string name =
            (std::filesystem::temp_directory_path() / "banter-store-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) std::abort();
        path_ = name;
    }
    ~StoreDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    StoreDirectory(const StoreDirectory&) = delete;
    StoreDirectory& operator=(const StoreDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

// What the suite needs of an engine under test. `Store` is all three ports at once.
class MemoryStoreEngine {
public:
    using Store = memory::MemoryMessageStore;

    memory::ManualExecutor& executor() { return executor_; }
    Store& store() { return store_; }
    void reopen() { store_.reopen(); }
    void fail_next_write() { store_.fail_next_commit(); }
    void hold_writes() { store_.hold_commits(); }
    void wait_for_held_write() { executor_.run_until_idle(); }
    void release_writes() { store_.release_commits(); }
    void without_syncs() {}

private:
    memory::ManualExecutor executor_;
    Store store_;
};

class RocksStoreEngine {
public:
    using Store = embedded::RocksMessageStore;

    explicit RocksStoreEngine(embedded::RocksOptions options = {}) : options_(options) {
        options_.env = &disk_;
        options_.block_cache_bytes = 8 << 20;
        options_.write_buffer_bytes = 8 << 20;
        open();
    }

    memory::ManualExecutor& executor() { return executor_; }
    Store& store() { return *store_; }
    // For tests of what is written, not of whether it is durable.
    void without_syncs() { disk_.skip_syncs(); }
    std::string metrics() const { return metrics_.render(); }
    embedded::RocksOptions& options() { return options_; }
    const std::filesystem::path& path() const { return directory_->path(); }

    void close() { store_.reset(); }
    void open() { store_ = std::make_unique<Store>(path(), options_, metrics_); }
    void reopen() {
        close();
        open();
    }
    // As kill -9 does: goes on, closed, with the files as they are at this instant.
    void crash() {
        auto copy = std::make_unique<StoreDirectory>();
        std::filesystem::copy(path(), copy->path(), std::filesystem::copy_options::recursive);
        disk_.release_syncs();
        close();
        directory_ = std::move(copy);
    }

    void fail_next_write() { disk_.fail_next_sync(); }
    void hold_writes() { disk_.hold_syncs(); }
    void wait_for_held_write() {
        executor_.run_until_idle();
        disk_.wait_for_held_sync();
    }
    void release_writes() { disk_.release_syncs(); }

private:
    memory::ManualExecutor executor_;
    FaultyDisk disk_;
    base::Metrics metrics_;
    embedded::RocksOptions options_;
    std::unique_ptr<StoreDirectory> directory_ = std::make_unique<StoreDirectory>();
    std::unique_ptr<Store> store_;
};

using StoreEngines = testing::Types<MemoryStoreEngine, RocksStoreEngine>;

struct StoreEngineNames {
    template <class Engine>
    static std::string GetName(int) {
        return std::is_same_v<Engine, MemoryStoreEngine> ? "memory" : "embedded";
    }
};

// Ids and rows of made-up conversations; the same number gives the same id.
inline domain::Uuid numbered_uuid(std::uint64_t number) {
    domain::Uuid uuid;
    for (std::size_t i = 0; i < 8; ++i) {
        uuid.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    uuid.bytes[0] = 0xFF;  // prefixes must be told apart at the end of their ranges too
    return uuid;
}

inline domain::ChatId chat_number(std::uint64_t number) {
    return {numbered_uuid(number)};
}

inline base::Timestamp at_millisecond(std::int64_t number) {
    return base::Timestamp(std::chrono::milliseconds(1'767'225'600'000 + number));
}

inline domain::Message text_message(domain::ChatId chat, std::uint64_t seq,
                                    domain::UserId sender = {7}) {
    domain::Message message;
    message.chat = chat;
    message.seq = {seq};
    message.at = at_millisecond(static_cast<std::int64_t>(seq));
    message.id = domain::make_time_uuid(domain::ticks_at(message.at), seq);
    message.sender = sender;
    message.device = {70};
    const std::uint64_t chat_digit = chat.value.bytes[15];
    message.client_id = {numbered_uuid(chat_digit << 32 | seq << 8 | sender.value)};
    message.content.text = "message " + std::to_string(seq);
    return message;
}

inline ports::HeadRow head_of(const domain::Message& message) {
    return {message.chat, message.seq, message.id, message.at, domain::preview(message.content),
            {3, 9}};
}

inline ports::SendRow send_of(const domain::Message& message) {
    return {{message.sender, message.device, message.client_id},
            message.chat,
            message.seq,
            message.id,
            message.at,
            domain::digest(message.chat, message.content)};
}

// As the sequencer commits it: the messages `first` … `last`, their sends and the chat's new head.
inline ports::CommitBatch conversation(domain::ChatId chat, std::uint64_t first,
                                       std::uint64_t last) {
    ports::CommitBatch batch;
    for (std::uint64_t seq = first; seq <= last; ++seq) {
        const auto message = text_message(chat, seq);
        batch.messages.push_back({message, {3, static_cast<std::int64_t>(seq)}});
        batch.sends.push_back(send_of(message));
    }
    batch.heads.push_back(head_of(batch.messages.back().message));
    return batch;
}

inline bool same_head(const ports::HeadRow& one, const ports::HeadRow& other) {
    return one.chat == other.chat && one.seq == other.seq && one.message_id == other.message_id &&
           one.at == other.at && one.preview == other.preview && one.position == other.position;
}

}  // namespace banter::contract
