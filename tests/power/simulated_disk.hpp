#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace banter::power {

// One write of a file that has not been synced.
struct PendingWrite {
    std::uint64_t offset = 0;
    std::string bytes;
    bool truncates = false;  // to `offset`; there are no bytes
    // A sync of it has failed: the kernel takes it for clean now, so no later sync covers it.
    bool abandoned = false;
};

// A file as the system sees it, and what of it is on the platter.
struct DiskFile {
    std::string now;
    std::string durable;
    std::vector<PendingWrite> pending;
    bool spared = false;  // its writes and syncs seem to succeed, whatever happens
};

using FileHandle = std::shared_ptr<DiskFile>;

// How a disk may deceive; for tests that show that a deceit is noticed.
struct Lies {
    bool file_syncs = false;       // a sync of a file does nothing
    bool directory_syncs = false;  // nor does one of a directory
    bool late_syncs = false;       // a sync of a file does what the one before it should have done
};

enum class Failure { none, not_found, exists, no_space, broken, power_off };

// A disk in memory with a page cache. What is not synced is at the mercy of the next power cut: of
// a file any part may be there, sector by sector and in any order, of a directory's changes of
// names the first few, in their order. The order is what the journals of ext4, XFS and Btrfs keep,
// and what RocksDB needs: it syncs a directory once for a new CURRENT and the files that it leads
// to. Paths are absolute and have no "." or "..". Any thread.
class SimulatedDisk {
public:
    static constexpr std::size_t sector = 512;

    explicit SimulatedDisk(std::uint64_t seed, Lies lies = {});

    // Files.
    Failure open(const std::string& path, bool create, FileHandle& file, bool& created);
    Failure write(const FileHandle& file, std::uint64_t offset, std::string_view bytes);
    Failure append(const FileHandle& file, std::string_view bytes);
    Failure truncate(const FileHandle& file, std::uint64_t size);
    Failure sync(const FileHandle& file);
    // Up to `size` bytes; fewer at the end of the file.
    Failure read(const FileHandle& file, std::uint64_t offset, std::size_t size, char* into,
                 std::size_t& got);
    void spare(const FileHandle& file);
    Failure size_of(const FileHandle& file, std::uint64_t& size);

    // Names.
    Failure make_directory(const std::string& path);
    Failure sync_directory(const std::string& path);
    Failure remove(const std::string& path);
    Failure rename(const std::string& from, const std::string& to);
    Failure list(const std::string& path, std::vector<std::string>& names);
    bool exists(const std::string& path);
    bool is_directory(const std::string& path);

    // Power. What changes or syncs something is an operation; during the `operations`-th from now
    // the power goes, and everything fails until `reboot`.
    void cut_power_after(std::uint64_t operations);
    void cut_power();
    bool has_power() const;
    // Decides what has survived. No file may be open.
    void reboot();
    std::uint64_t operations() const;

    // Faults with the power on.
    void fail_sync(std::uint64_t nth);  // the nth sync of a file from now; 0: none
    void fail_directory_sync(std::uint64_t nth);
    void fail_read(std::uint64_t nth);
    void tear_write(std::uint64_t nth);    // writes a part, then fails
    void limit_space(std::uint64_t free);  // so many bytes more; then writes stop short
    void end_faults();
    bool fault_happened() const;

    // Damages what is on the platter: flips bits of the byte. False: there is none.
    bool flip(const std::string& path, std::uint64_t offset);

private:
    struct Entry {
        bool directory = false;
        FileHandle file;
    };
    using Names = std::map<std::string, Entry>;
    // One change of a directory that has not been synced.
    struct NameChange {
        std::string name;            // full path
        std::optional<Entry> entry;  // unset: removed
        std::string renamed_from;    // its removal belongs to the change
    };

    Failure begin_change();
    bool is_lit(std::uint64_t& countdown);
    Failure put(DiskFile& file, std::uint64_t offset, std::string_view bytes);
    void note(const std::string& path, NameChange change);
    static void apply(Names& names, const NameChange& change);
    void survive(const std::string& path, DiskFile& file);
    void survive_torn(DiskFile& file, std::mt19937_64& random);
    void survive_scattered(DiskFile& file, std::mt19937_64& random);
    void survive_names(const std::string& directory, const std::vector<NameChange>& changes);

    mutable std::mutex mutex_;
    const std::uint64_t seed_;
    const Lies lies_;
    std::uint64_t boots_ = 0;
    std::uint64_t operations_ = 0;
    std::uint64_t cut_at_ = ~std::uint64_t{0};
    bool power_ = true;

    std::uint64_t sync_fault_ = 0;
    std::uint64_t directory_fault_ = 0;
    std::uint64_t read_fault_ = 0;
    std::uint64_t write_fault_ = 0;
    std::optional<std::uint64_t> free_space_;
    bool fault_happened_ = false;

    Names names_;
    Names durable_names_;
    std::map<std::string, std::vector<NameChange>> pending_names_;  // by directory
};

}  // namespace banter::power
