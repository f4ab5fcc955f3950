#pragma once

#include <chrono>
#include <memory>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/merge_operator.h>

namespace banter::adapters::embedded {

// Rows that never go back are written as merges: RocksDB joins them when it reads or compacts, so
// writing one reads nothing. The joins are commutative, associative and idempotent.

// Of several rows of a key the one with the largest field 1 remains (inbox, cursors).
std::shared_ptr<rocksdb::MergeOperator> largest_seq_remains();

// The marks of a member are the domain::merge of all that was written; `at` is the latest.
std::shared_ptr<rocksdb::MergeOperator> marks_are_merged();

// Sends older than `lifetime` are dropped when RocksDB compacts.
std::shared_ptr<rocksdb::CompactionFilterFactory> sends_expire(std::chrono::hours lifetime);

}  // namespace banter::adapters::embedded
