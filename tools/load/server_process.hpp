#pragma once

#include <cstdint>
#include <optional>

#include "load/clock.hpp"

namespace banter::load {

// What the system knows of the server under test, or of any process of this machine.
class ServerProcess {
public:
    explicit ServerProcess(int pid) : pid_(pid) {}

    // User and system time of all its threads since it began (utime + stime of /proc/PID/stat, in
    // steps of 10 ms). Nothing when there is no such process.
    std::optional<nanoseconds> cpu_time() const;
    std::optional<std::uint64_t> resident_bytes() const;
    // What it has caused to be written to the disk since it began (/proc/PID/io).
    std::optional<std::uint64_t> written_bytes() const;

private:
    int pid_;
};

nanoseconds own_cpu_time();
// Pins this process to one core. Throws std::runtime_error.
void pin_to_core(int core);
// Pins this process to the cores on which that one may run.
void share_cores_of(int pid);
// So many connections this process may still open; raises the soft limit to the hard one.
std::uint64_t raise_connection_limit();

}  // namespace banter::load
