#pragma once

#include <memory>
#include <string>

#include "simulated_disk.hpp"

namespace banter::power {

// SQLite's view of the disk: a sqlite3_vfs, registered as long as this object lives. It does what
// SQLite's own one does for Unix: the first sync of a new journal or write-ahead log syncs its
// directory too. Locks and the shared wal-index are of this process and gone with the object. Close
// every connection before it; the disk outlives it.
class SqliteDisk {
public:
    explicit SqliteDisk(SimulatedDisk& disk);
    ~SqliteDisk();
    SqliteDisk(const SqliteDisk&) = delete;
    SqliteDisk& operator=(const SqliteDisk&) = delete;

    const std::string& name() const;

private:
    struct Vfs;
    std::unique_ptr<Vfs> vfs_;
};

}  // namespace banter::power
