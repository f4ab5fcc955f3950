#pragma once

#include "adapters/embedded/rocks_database.hpp"
#include "adapters/embedded/rocks_group_commit.hpp"
#include "ports/message_store.hpp"

namespace banter::adapters::embedded {

// The rows of `batch` as RocksDB stores them. Any thread; touches no disk.
WaitingCommit encode_batch(const RocksDatabase& database, const ports::CommitBatch& batch);

}  // namespace banter::adapters::embedded
