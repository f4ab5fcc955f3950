#pragma once

#include <memory>

#include "simulated_disk.hpp"

namespace rocksdb {
class Env;
}

namespace banter::power {

struct CloseEnv {
    void operator()(rocksdb::Env* env) const;
};

// RocksDB's view of the disk (rocksdb::FileSystem); the clock and the threads are the system's.
// The disk outlives it.
std::unique_ptr<rocksdb::Env, CloseEnv> rocks_env(SimulatedDisk& disk);

}  // namespace banter::power
