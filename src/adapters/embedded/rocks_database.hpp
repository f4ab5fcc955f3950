#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <rocksdb/db.h>
#include <string>

#include "adapters/embedded/rocks_options.hpp"

namespace banter::adapters::embedded {

// The column families, in the order of column_names.
enum class Column { meta, messages, heads, sends, inbox, cursors, receipts, steps };

inline constexpr std::size_t column_count = 8;

// An open RocksDB, set up so that what was confirmed is there or its loss is reported
// (docs/adr/0011-write-ahead-log.md). Any thread.
class RocksDatabase {
public:
    // Opens or creates it. Throws DataDirectoryError.
    RocksDatabase(const std::filesystem::path& path, const RocksOptions& options);
    ~RocksDatabase();
    RocksDatabase(const RocksDatabase&) = delete;
    RocksDatabase& operator=(const RocksDatabase&) = delete;

    rocksdb::DB& db() const { return *db_; }
    rocksdb::ColumnFamilyHandle* column(Column column) const {
        return columns_[static_cast<std::size_t>(column)];
    }

    // Writes the batch; on success it has survived what may come (fdatasync). One thread at a time.
    rocksdb::Status write_durably(rocksdb::WriteBatch& batch);

    // Brings everything into table files, so that the next start has no log to read. Blocks.
    rocksdb::Status flush();

private:
    void open(const RocksOptions& options);
    void sync_parent() const;
    void check_synced() const;
    void open_synced();
    void note_synced();
    std::string synced_path() const { return (path_ / "SYNCED").string(); }

    rocksdb::Env* env_;
    std::filesystem::path path_;
    std::unique_ptr<rocksdb::DB> db_;
    std::array<rocksdb::ColumnFamilyHandle*, column_count> columns_{};
    std::unique_ptr<rocksdb::RandomRWFile> synced_;  // the file SYNCED
};

}  // namespace banter::adapters::embedded
