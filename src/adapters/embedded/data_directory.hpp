#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace banter::adapters::embedded {

// Why a data directory can't be used. All of them end the program with exit code 3.
enum class DataDirectoryFault {
    in_use,      // another process holds it
    newer,       // written by a newer version of Banter
    damaged,     // its content contradicts itself
    unwritable,  // no right, no space, or no directory
};

// `what()` is one sentence for a person: what is wrong and what to do.
class DataDirectoryError : public std::runtime_error {
public:
    DataDirectoryError(DataDirectoryFault fault, const std::string& sentence)
        : std::runtime_error(sentence), fault_(fault) {}

    DataDirectoryFault fault() const { return fault_; }

private:
    DataDirectoryFault fault_;
};

// The one directory that holds everything precious, held by at most one process:
//     VERSION           the number of the layout
//     LOCK              held with flock(2); its content is the holder's process id
//     messages/         RocksDB: messages, receipts, inboxes
//     directory.sqlite  accounts, chats, members
//     control.sock      commands for the running server
class DataDirectory {
public:
    // Creates what is missing (mode 0700) and takes the lock. Throws DataDirectoryError.
    explicit DataDirectory(const std::filesystem::path& path);
    // Gives the lock up.
    ~DataDirectory();
    DataDirectory(const DataDirectory&) = delete;
    DataDirectory& operator=(const DataDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path messages_path() const { return path_ / "messages"; }
    std::filesystem::path directory_path() const { return path_ / "directory.sqlite"; }
    std::filesystem::path control_socket_path() const { return path_ / "control.sock"; }

private:
    void create() const;
    void lock();
    void check_version() const;

    std::filesystem::path path_;
    int lock_ = -1;
};

}  // namespace banter::adapters::embedded
