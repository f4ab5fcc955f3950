#pragma once

#include <filesystem>

namespace rocksdb {
class Env;
}

namespace banter::adapters::embedded {

// Repairs what a power cut leaves of the write that was under way: a record at the end of the
// newest write-ahead log, or of the manifest, of which some sectors are on the disk and others are
// not. RocksDB takes it for damage (docs/adr/0011-write-ahead-log.md).
//
// Nobody was told of that write, because each is synced before the next one begins and before it
// is confirmed. A write of the log is one record, so a broken one is cut off only when no later
// record begins behind it; else it is damage, and stays. A write of the manifest may be several
// records, so it is cut at the first broken one; if that was damage, files or logs that it led to
// are missing now, which RocksDB and the mark SYNCED notice. What was cut stays in a copy of the
// file, "….torn". Answers whether anything was cut. Only before the database is opened.
bool cut_torn_ends(rocksdb::Env& env, const std::filesystem::path& path);

}  // namespace banter::adapters::embedded
