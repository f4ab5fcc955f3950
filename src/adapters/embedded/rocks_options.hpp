#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rocksdb {
class Env;
}

namespace banter::adapters::embedded {

struct RocksOptions {
    std::size_t block_cache_bytes = 128UL << 20;
    // Of all column families together, before they are written to files.
    std::size_t write_buffer_bytes = 64UL << 20;
    std::size_t reader_threads = 2;

    // What may wait; beyond it the answer is `overloaded`.
    std::size_t max_waiting_commits = 4096;
    std::size_t max_waiting_commit_bytes = 64UL << 20;
    std::size_t max_waiting_reads = 4096;
    // What has waited longer than this is answered `overloaded` instead of being begun.
    std::chrono::milliseconds deadline{5000};

    // How long a send is recognised when it is repeated.
    std::chrono::hours send_lifetime{24 * 30};

    // After so many messages the chats they touched are checked while the server runs, so that the
    // check at the next start reads at most about twice as many.
    std::uint64_t check_after_messages = 1'000'000;

    // Tests put a disk that fails here; nullptr is the real one. Outlives the store.
    rocksdb::Env* env = nullptr;
};

}  // namespace banter::adapters::embedded
