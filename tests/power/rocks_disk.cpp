#include "rocks_disk.hpp"

#include <array>
#include <pthread.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>
#include <set>
#include <thread>

namespace banter::power {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus status_of(Failure failure, const std::string& path) {
    switch (failure) {
        case Failure::none:
            return IOStatus::OK();
        case Failure::not_found:
            return IOStatus::PathNotFound(path, "No such file or directory");
        case Failure::no_space:
            return IOStatus::NoSpace(path, "No space left on device");
        case Failure::exists:
            return IOStatus::IOError(path, "File exists");
        case Failure::broken:
            return IOStatus::IOError(path, "Input/output error");
        case Failure::power_off:
            return IOStatus::IOError(path, "the power is off");
    }
    return IOStatus::IOError(path);
}

std::string_view view(const Slice& slice) {
    return {slice.data(), slice.size()};
}

// An open file, whatever RocksDB wants to do with it.
struct OpenFile {
    SimulatedDisk& disk;
    FileHandle file;
    std::string path;

    IOStatus read(std::uint64_t offset, std::size_t size, Slice* result, char* scratch) const {
        std::size_t got = 0;
        const auto failure = disk.read(file, offset, size, scratch, got);
        *result = Slice(scratch, got);
        return status_of(failure, path);
    }
    IOStatus sync() const { return status_of(disk.sync(file), path); }
};

class SequentialFile final : public rocksdb::FSSequentialFile {
public:
    explicit SequentialFile(OpenFile open) : open_(std::move(open)) {}

    IOStatus Read(std::size_t size, const IOOptions&, Slice* result, char* scratch,
                  IODebugContext*) override {
        const auto status = open_.read(offset_, size, result, scratch);
        offset_ += result->size();
        return status;
    }
    IOStatus Skip(std::uint64_t size) override {
        offset_ += size;
        return IOStatus::OK();
    }

private:
    OpenFile open_;
    std::uint64_t offset_ = 0;
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFile {
public:
    explicit RandomAccessFile(OpenFile open) : open_(std::move(open)) {}

    IOStatus Read(std::uint64_t offset, std::size_t size, const IOOptions&, Slice* result,
                  char* scratch, IODebugContext*) const override {
        return open_.read(offset, size, result, scratch);
    }

private:
    OpenFile open_;
};

class WritableFile final : public rocksdb::FSWritableFile {
public:
    explicit WritableFile(OpenFile open) : open_(std::move(open)) {}

    using rocksdb::FSWritableFile::Append;
    IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
        return status_of(open_.disk.append(open_.file, view(data)), open_.path);
    }
    IOStatus Truncate(std::uint64_t size, const IOOptions&, IODebugContext*) override {
        return status_of(open_.disk.truncate(open_.file, size), open_.path);
    }
    IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
    IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
    IOStatus Sync(const IOOptions&, IODebugContext*) override { return open_.sync(); }
    bool IsSyncThreadSafe() const override { return true; }
    std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
        std::uint64_t size = 0;
        open_.disk.size_of(open_.file, size);
        return size;
    }

private:
    OpenFile open_;
};

class RandomRWFile final : public rocksdb::FSRandomRWFile {
public:
    explicit RandomRWFile(OpenFile open) : open_(std::move(open)) {}

    IOStatus Write(std::uint64_t offset, const Slice& data, const IOOptions&,
                   IODebugContext*) override {
        return status_of(open_.disk.write(open_.file, offset, view(data)), open_.path);
    }
    IOStatus Read(std::uint64_t offset, std::size_t size, const IOOptions&, Slice* result,
                  char* scratch, IODebugContext*) const override {
        return open_.read(offset, size, result, scratch);
    }
    IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
    IOStatus Sync(const IOOptions&, IODebugContext*) override { return open_.sync(); }
    IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

private:
    OpenFile open_;
};

class Directory final : public rocksdb::FSDirectory {
public:
    Directory(SimulatedDisk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

    IOStatus Fsync(const IOOptions&, IODebugContext*) override {
        return status_of(disk_.sync_directory(path_), path_);
    }

private:
    SimulatedDisk& disk_;
    std::string path_;
};

class Lock final : public rocksdb::FileLock {
public:
    explicit Lock(std::string path) : path(std::move(path)) {}
    const std::string path;
};

class SilentLogger final : public rocksdb::Logger {
public:
    using rocksdb::Logger::Logv;
    void Logv(const char*, va_list) override {}
    std::size_t GetLogFileSize() const override { return 0; }
};

class DiskFileSystem final : public rocksdb::FileSystem {
public:
    explicit DiskFileSystem(SimulatedDisk& disk) : disk_(disk) {}

    const char* Name() const override { return "DiskFileSystem"; }

    IOStatus NewSequentialFile(const std::string& path, const FileOptions&,
                               std::unique_ptr<rocksdb::FSSequentialFile>* result,
                               IODebugContext*) override {
        return open<SequentialFile>(path, false, result);
    }
    IOStatus NewRandomAccessFile(const std::string& path, const FileOptions&,
                                 std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                 IODebugContext*) override {
        return open<RandomAccessFile>(path, false, result);
    }
    // A new file, in place of one that is there.
    IOStatus NewWritableFile(const std::string& path, const FileOptions&,
                             std::unique_ptr<rocksdb::FSWritableFile>* result,
                             IODebugContext*) override {
        const auto status = open<WritableFile>(path, true, result);
        if (!status.ok()) return status;
        if (is_compaction() && path.ends_with(".sst")) spare(path);
        return (*result)->Truncate(0, IOOptions(), nullptr);
    }
    IOStatus ReopenWritableFile(const std::string& path, const FileOptions&,
                                std::unique_ptr<rocksdb::FSWritableFile>* result,
                                IODebugContext*) override {
        return open<WritableFile>(path, true, result);
    }
    IOStatus NewRandomRWFile(const std::string& path, const FileOptions&,
                             std::unique_ptr<rocksdb::FSRandomRWFile>* result,
                             IODebugContext*) override {
        return open<RandomRWFile>(path, false, result);
    }
    IOStatus NewDirectory(const std::string& path, const IOOptions&,
                          std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext*) override {
        if (!disk_.is_directory(trimmed(path))) return status_of(Failure::not_found, path);
        *result = std::make_unique<Directory>(disk_, trimmed(path));
        return IOStatus::OK();
    }

    IOStatus FileExists(const std::string& path, const IOOptions&, IODebugContext*) override {
        if (!disk_.has_power()) return status_of(Failure::power_off, path);
        return disk_.exists(path) ? IOStatus::OK() : IOStatus::NotFound(path);
    }
    IOStatus GetChildren(const std::string& path, const IOOptions&, std::vector<std::string>* names,
                         IODebugContext*) override {
        return status_of(disk_.list(trimmed(path), *names), path);
    }
    IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
        return status_of(disk_.remove(path), path);
    }
    IOStatus CreateDir(const std::string& path, const IOOptions&, IODebugContext*) override {
        return status_of(disk_.make_directory(trimmed(path)), path);
    }
    IOStatus CreateDirIfMissing(const std::string& path, const IOOptions&,
                                IODebugContext*) override {
        const auto failure = disk_.make_directory(trimmed(path));
        return failure == Failure::exists ? IOStatus::OK() : status_of(failure, path);
    }
    IOStatus DeleteDir(const std::string& path, const IOOptions&, IODebugContext*) override {
        return status_of(disk_.remove(trimmed(path)), path);
    }
    IOStatus GetFileSize(const std::string& path, const IOOptions&, std::uint64_t* size,
                         IODebugContext*) override {
        FileHandle file;
        bool created = false;
        auto failure = disk_.open(path, false, file, created);
        if (failure == Failure::none) failure = disk_.size_of(file, *size);
        return status_of(failure, path);
    }
    IOStatus GetFileModificationTime(const std::string&, const IOOptions&, std::uint64_t* time,
                                     IODebugContext*) override {
        *time = 0;
        return IOStatus::OK();
    }
    IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                        IODebugContext*) override {
        return status_of(disk_.rename(from, to), from);
    }
    IOStatus LockFile(const std::string& path, const IOOptions&, rocksdb::FileLock** lock,
                      IODebugContext*) override {
        const std::lock_guard guard(mutex_);
        if (!locked_.insert(path).second) return IOStatus::IOError(path, "While lock file");
        *lock = std::make_unique<Lock>(path).release();
        return IOStatus::OK();
    }
    IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
        const std::unique_ptr<Lock> owned(static_cast<Lock*>(lock));
        const std::lock_guard guard(mutex_);
        locked_.erase(owned->path);
        return IOStatus::OK();
    }
    IOStatus GetTestDirectory(const IOOptions&, std::string* path, IODebugContext*) override {
        *path = "/";
        return IOStatus::OK();
    }
    IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>* log,
                       IODebugContext*) override {
        *log = std::make_shared<SilentLogger>();
        return IOStatus::OK();
    }
    IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* absolute,
                             IODebugContext*) override {
        *absolute = path;
        return IOStatus::OK();
    }
    IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* is,
                         IODebugContext*) override {
        *is = disk_.is_directory(trimmed(path));
        return IOStatus::OK();
    }

private:
    static std::string trimmed(std::string path) {
        while (path.size() > 1 && path.back() == '/')
            path.pop_back();
        return path;
    }

    // RocksDB's assertions end the process when the output of a compaction that only drops keys
    // fails (SubcompactionState::SmallestUserKey), so that fault is left to releases without them.
    static bool is_compaction() {
        std::array<char, 32> name{};
        pthread_getname_np(pthread_self(), name.data(), name.size());
        return std::string_view(name.data()) == "rocksdb:low";
    }
    void spare(const std::string& path) {
        FileHandle file;
        bool created = false;
        if (disk_.open(path, false, file, created) == Failure::none) disk_.spare(file);
    }

    template <class File, class Result>
    IOStatus open(const std::string& path, bool create, Result* result) {
        FileHandle file;
        bool created = false;
        const auto failure = disk_.open(path, create, file, created);
        if (failure != Failure::none) return status_of(failure, path);
        *result = std::make_unique<File>(OpenFile{disk_, std::move(file), path});
        return IOStatus::OK();
    }

    SimulatedDisk& disk_;
    std::mutex mutex_;
    std::set<std::string> locked_;
};

// RocksDB waits a second after each failure in the background; here it need not.
class HastyClock final : public rocksdb::SystemClockWrapper {
public:
    HastyClock() : rocksdb::SystemClockWrapper(rocksdb::SystemClock::Default()) {}
    const char* Name() const override { return "HastyClock"; }
    void SleepForMicroseconds(int) override { std::this_thread::yield(); }
};

class DiskEnv final : public rocksdb::EnvWrapper {
public:
    explicit DiskEnv(const std::shared_ptr<rocksdb::FileSystem>& files)
        : rocksdb::EnvWrapper(rocksdb::NewCompositeEnv(files)) {
        file_system_ = files;
        system_clock_ = std::make_shared<HastyClock>();
    }
    const char* Name() const override { return "DiskEnv"; }
};

}  // namespace

void CloseEnv::operator()(rocksdb::Env* env) const {
    const std::unique_ptr<rocksdb::Env> owned(env);
}

std::unique_ptr<rocksdb::Env, CloseEnv> rocks_env(SimulatedDisk& disk) {
    auto env = std::make_unique<DiskEnv>(std::make_shared<DiskFileSystem>(disk));
    return {env.release(), CloseEnv{}};
}

}  // namespace banter::power
