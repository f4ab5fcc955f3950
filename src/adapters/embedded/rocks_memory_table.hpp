#pragma once

#include <memory>
#include <rocksdb/memtablerep.h>

namespace banter::adapters::embedded {

// The sorted rows of a column family that are not yet in a table file: a skip list for one writing
// thread and any number of readers, that compares keys as bytes itself. RocksDB's own list costs
// several times as much here (docs/adr/0012-memory-table.md). Only for column families with the
// default comparator, and databases without concurrent writes to memory.
std::shared_ptr<rocksdb::MemTableRepFactory> memory_tables();

}  // namespace banter::adapters::embedded
