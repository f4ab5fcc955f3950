#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <rocksdb/env.h>
#include <string>

namespace banter::contract {

// A disk whose syncs of RocksDB's write-ahead log a test can hold up or let fail. Any thread.
class FaultyDisk final : public rocksdb::EnvWrapper {
public:
    FaultyDisk() : rocksdb::EnvWrapper(rocksdb::Env::Default()) {}

    void fail_next_sync() {
        const std::lock_guard lock(mutex_);
        fail_next_ = true;
    }
    // Syncs of the log succeed at once, without the disk.
    void skip_syncs() { skipping_ = true; }
    void hold_syncs() {
        const std::lock_guard lock(mutex_);
        holding_ = true;
    }
    void release_syncs() {
        const std::lock_guard lock(mutex_);
        holding_ = false;
        changed_.notify_all();
    }
    // Until a sync is held up: what it covers is written, but not known to be durable.
    void wait_for_held_sync() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return held_ > 0; });
    }

    const char* Name() const override { return "FaultyDisk"; }

    rocksdb::Status NewWritableFile(const std::string& name,
                                    std::unique_ptr<rocksdb::WritableFile>* file,
                                    const rocksdb::EnvOptions& options) override {
        const auto status = target()->NewWritableFile(name, file, options);
        if (status.ok() && name.ends_with(".log")) {
            *file = std::make_unique<LogFile>(std::move(*file), *this);
        }
        return status;
    }

private:
    class LogFile final : public rocksdb::WritableFileWrapper {
    public:
        LogFile(std::unique_ptr<rocksdb::WritableFile> file, FaultyDisk& disk)
            : rocksdb::WritableFileWrapper(file.get()), file_(std::move(file)), disk_(disk) {}

        rocksdb::Status Sync() override {
            if (!disk_.may_sync()) return rocksdb::Status::IOError("the disk is gone");
            return disk_.skipping_ ? rocksdb::Status::OK() : file_->Sync();
        }
        rocksdb::Status Fsync() override { return Sync(); }

    private:
        std::unique_ptr<rocksdb::WritableFile> file_;
        FaultyDisk& disk_;
    };

    bool may_sync() {
        std::unique_lock lock(mutex_);
        ++held_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !holding_; });
        --held_;
        return !std::exchange(fail_next_, false);
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::atomic<bool> skipping_{false};
    bool holding_ = false;
    bool fail_next_ = false;
    int held_ = 0;
};

}  // namespace banter::contract
