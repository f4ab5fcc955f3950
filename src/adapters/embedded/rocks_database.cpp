#include "adapters/embedded/rocks_database.hpp"

#include <algorithm>
#include <cstring>
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <vector>

#include "adapters/embedded/data_directory.hpp"
#include "adapters/embedded/rocks_memory_table.hpp"
#include "adapters/embedded/rocks_merge.hpp"
#include "adapters/embedded/rocks_torn_end.hpp"
#include "base/log.hpp"

namespace banter::adapters::embedded {
namespace {

using rocksdb::ColumnFamilyOptions;

constexpr std::array<const char*, column_count> column_names{
    "default", "messages", "heads", "sends", "inbox", "cursors", "receipts", "steps"};

// How many merges of one key pile up in memory before they are joined into one row.
constexpr std::size_t merges_before_join = 16;

constexpr double memory_filter_share = 0.02;  // of a write buffer

rocksdb::CompressionType fast_compression() {
    const auto supported = rocksdb::GetSupportedCompressions();
    const bool has_lz4 = std::ranges::find(supported, rocksdb::kLZ4Compression) != supported.end();
    return has_lz4 ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
}

std::shared_ptr<rocksdb::TableFactory> tables(const std::shared_ptr<rocksdb::Cache>& cache,
                                              bool filtered) {
    rocksdb::BlockBasedTableOptions options;
    options.block_cache = cache;
    options.block_size = 8 << 10;
    options.format_version = 5;
    // Indexes and filters stay in memory with their table, so that a read without I/O can say no.
    options.cache_index_and_filter_blocks = false;
    if (filtered) options.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(options));
}

ColumnFamilyOptions column_options(Column column, const RocksOptions& options,
                                   const std::shared_ptr<rocksdb::Cache>& cache) {
    ColumnFamilyOptions result;
    const bool scanned = column == Column::messages || column == Column::steps;
    result.memtable_factory = memory_tables();
    result.table_factory = tables(cache, !scanned);
    result.write_buffer_size = options.write_buffer_bytes;  // the sum of all is what limits them
    result.arena_block_size = std::min<std::size_t>(256 << 10, options.write_buffer_bytes / 8);
    result.level_compaction_dynamic_level_bytes = true;
    // The youngest levels are rewritten soon; compressing them would not pay.
    result.compression_per_level = {rocksdb::kNoCompression, rocksdb::kNoCompression,
                                    fast_compression()};
    if (column == Column::sends || column == Column::heads) {
        result.memtable_whole_key_filtering = true;
        result.memtable_prefix_bloom_size_ratio = memory_filter_share;
    }
    if (column == Column::sends) {
        result.compaction_filter_factory = sends_expire(options.send_lifetime);
    }
    if (column == Column::inbox || column == Column::cursors) {
        result.merge_operator = largest_seq_remains();
        result.max_successive_merges = merges_before_join;
    }
    if (column == Column::receipts) {
        result.merge_operator = marks_are_merged();
        result.max_successive_merges = merges_before_join;
    }
    return result;
}

rocksdb::DBOptions database_options(const RocksOptions& options, rocksdb::Env* env) {
    rocksdb::DBOptions result;
    result.env = env;
    result.create_if_missing = true;
    result.create_missing_column_families = true;
    result.db_write_buffer_size = options.write_buffer_bytes;
    result.max_total_wal_size = options.write_buffer_bytes * 2;
    result.max_open_files = -1;
    result.max_background_jobs = 2;
    // One thread writes: what makes concurrent writers fast only costs it time.
    result.allow_concurrent_memtable_write = false;
    result.enable_write_thread_adaptive_yield = false;
    // What was confirmed is there, or its loss is reported. Why each: ADR 0011.
    result.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    result.track_and_verify_wals_in_manifest = true;
    result.verify_sst_unique_id_in_manifest = true;
    result.paranoid_checks = true;
    result.recycle_log_file_num = 0;
    result.manual_wal_flush = false;
    result.max_bgerror_resume_count = 0;
    // Its own log is for the rare case that one must look inside RocksDB.
    result.info_log_level = rocksdb::WARN_LEVEL;
    result.max_log_file_size = 4 << 20;
    result.keep_log_file_num = 4;
    result.stats_dump_period_sec = 0;
    result.stats_persist_period_sec = 0;
    return result;
}

DataDirectoryFault fault_of(const rocksdb::Status& status) {
    if (status.IsNoSpace()) return DataDirectoryFault::unwritable;
    const std::string text = status.ToString();
    if (text.find("While lock file") != std::string::npos ||
        text.find("lock hold by current process") != std::string::npos) {
        return DataDirectoryFault::in_use;
    }
    const bool refused = text.find("Permission denied") != std::string::npos ||
                         text.find("Read-only file system") != std::string::npos;
    return refused ? DataDirectoryFault::unwritable : DataDirectoryFault::damaged;
}

// The file SYNCED: the sequence number of the last durable write, and its complement.
struct SyncedMark {
    std::uint64_t sequence = 0;
    std::uint64_t complement = ~std::uint64_t{0};

    bool whole() const { return complement == ~sequence; }
};

}  // namespace

RocksDatabase::RocksDatabase(const std::filesystem::path& path, const RocksOptions& options)
    : env_(options.env != nullptr ? options.env : rocksdb::Env::Default()), path_(path) {
    open(options);
    try {
        sync_parent();
        check_synced();
        open_synced();
    } catch (...) {
        for (auto* column : columns_)
            db_->DestroyColumnFamilyHandle(column);
        throw;
    }
}

RocksDatabase::~RocksDatabase() {
    for (auto* column : columns_)
        db_->DestroyColumnFamilyHandle(column);
    db_->Close();
}

void RocksDatabase::open(const RocksOptions& options) {
    const bool exists = env_->FileExists((path_ / "CURRENT").string()).ok();
    if (!exists && env_->FileExists(synced_path()).ok()) {
        // RocksDB would begin anew here and remove what it finds.
        throw DataDirectoryError(DataDirectoryFault::damaged,
                                 "The message store in " + path_.string() +
                                     " lacks its file CURRENT; restore it from a backup.");
    }
    const auto cache = rocksdb::NewLRUCache(options.block_cache_bytes);
    std::vector<rocksdb::ColumnFamilyDescriptor> columns;
    for (std::size_t i = 0; i < column_count; ++i) {
        columns.emplace_back(column_names[i],
                             column_options(static_cast<Column>(i), options, cache));
    }
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    const auto settings = database_options(options, env_);
    auto status = rocksdb::DB::Open(settings, path_.string(), columns, &handles, &db);
    if (status.IsCorruption() && cut_torn_ends(*env_, path_)) {
        status = rocksdb::DB::Open(settings, path_.string(), columns, &handles, &db);
    }
    if (!status.ok()) {
        throw DataDirectoryError(fault_of(status), "The message store in " + path_.string() +
                                                       " can't be opened: " + status.ToString());
    }
    db_.reset(db);
    std::ranges::copy(handles, columns_.begin());
}

// RocksDB syncs the names of its files, but not the name of its directory.
void RocksDatabase::sync_parent() const {
    std::unique_ptr<rocksdb::Directory> parent;
    auto status = env_->NewDirectory(path_.parent_path().string(), &parent);
    if (status.ok()) status = parent->Fsync();
    if (!status.ok()) {
        throw DataDirectoryError(DataDirectoryFault::unwritable,
                                 "The directory " + path_.parent_path().string() +
                                     " can't be synced: " + status.ToString());
    }
}

// A log that was cut off or lost leaves a database that is consistent but too old. RocksDB alone
// can't tell it from one whose last, unconfirmed write was cut off.
void RocksDatabase::check_synced() const {
    std::unique_ptr<rocksdb::SequentialFile> file;
    auto status = env_->NewSequentialFile(synced_path(), &file, rocksdb::EnvOptions{});
    if (status.IsNotFound() || status.IsPathNotFound()) return;
    std::array<char, sizeof(SyncedMark) + 1> buffer{};
    rocksdb::Slice content;
    if (status.ok()) status = file->Read(buffer.size(), &content, buffer.data());
    if (status.ok() && content.empty()) return;  // created, nothing durable yet
    SyncedMark mark;
    if (status.ok() && content.size() == sizeof mark) {
        std::memcpy(&mark, content.data(), sizeof mark);
    }
    if (!status.ok() || content.size() != sizeof mark || !mark.whole()) {
        base::log::warn("store.synced_mark_unreadable",
                        {{"path", path_.string()}, {"error", status.ToString()}});
        return;
    }
    const auto recovered = db_->GetLatestSequenceNumber();
    if (recovered >= mark.sequence) return;
    throw DataDirectoryError(
        DataDirectoryFault::damaged,
        "The message store in " + path_.string() + " has lost confirmed writes: it ends at " +
            std::to_string(recovered) + " but had confirmed " + std::to_string(mark.sequence) +
            ". Restore it from a backup, or remove its file SYNCED to go on without them.");
}

void RocksDatabase::open_synced() {
    const rocksdb::EnvOptions options;
    auto status = env_->FileExists(synced_path());
    if (status.IsNotFound()) {
        std::unique_ptr<rocksdb::WritableFile> created;
        status = env_->NewWritableFile(synced_path(), &created, options);
    }
    if (status.ok()) status = env_->NewRandomRWFile(synced_path(), &synced_, options);
    if (!status.ok()) {
        throw DataDirectoryError(
            DataDirectoryFault::unwritable,
            "The file " + synced_path() + " can't be written: " + status.ToString());
    }
}

// Not synced itself: the page cache survives the process, and after power loss an older mark only
// promises less. It is never ahead of the log, because it is written after the log was synced.
void RocksDatabase::note_synced() {
    SyncedMark mark;
    mark.sequence = db_->GetLatestSequenceNumber();
    mark.complement = ~mark.sequence;
    std::array<char, sizeof mark> content;
    std::memcpy(content.data(), &mark, sizeof mark);
    const auto status = synced_->Write(0, rocksdb::Slice(content.data(), content.size()));
    if (!status.ok()) {
        base::log::warn("store.synced_mark_unwritten", {{"error", status.ToString()}});
    }
}

rocksdb::Status RocksDatabase::write_durably(rocksdb::WriteBatch& batch) {
    rocksdb::WriteOptions options;
    options.sync = true;
    auto status = db_->Write(options, &batch);
    if (status.ok()) note_synced();
    return status;
}

rocksdb::Status RocksDatabase::flush() {
    const std::vector<rocksdb::ColumnFamilyHandle*> columns(columns_.begin(), columns_.end());
    return db_->Flush(rocksdb::FlushOptions{}, columns);
}

}  // namespace banter::adapters::embedded
