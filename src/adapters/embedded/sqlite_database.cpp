#include "adapters/embedded/sqlite_database.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "adapters/embedded/data_directory.hpp"
#include "adapters/embedded/sqlite_migrations.hpp"
#include "base/log.hpp"
#include "base/thread_name.hpp"

namespace banter::adapters::embedded {
namespace {

constexpr std::chrono::milliseconds retry_after = std::chrono::seconds(1);

base::Problem engine_failed() {
    return {base::ErrorCode::overloaded,
            "The directory database could not do this now. Try again in a moment.", retry_after};
}

void log_failure(std::string_view event, const SqliteError& error) {
    base::log::error(event, {{"code", error.code()}, {"error", error.what()}});
}

// SQLite would create it readable by everyone; its companions take over the mode of the file.
void create_private(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        throw DataDirectoryError(
            DataDirectoryFault::unwritable,
            "The database " + path + " cannot be written: " + std::strerror(errno) + ".");
    }
    ::close(file);
}

[[noreturn]] void throw_unusable(const std::string& path, const SqliteError& error) {
    const int code = error.code() & 0xFF;  // the primary result code
    const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR;
    throw DataDirectoryError(
        damaged ? DataDirectoryFault::damaged : DataDirectoryFault::unwritable,
        "The database " + path + " cannot be used: " + error.what() +
            (damaged ? ". Restore it from a backup." : ". Check the disk and the permissions."));
}

}  // namespace

bool SqliteDatabase::Queue::push(std::unique_ptr<Job>& job, std::size_t limit) {
    {
        const std::lock_guard lock(mutex_);
        if (closed_ || jobs_.size() >= limit) return false;
        jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
    return true;
}

SqliteDatabase::Jobs SqliteDatabase::Queue::take(std::size_t most) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
    Jobs taken;
    while (!jobs_.empty() && taken.size() < most) {
        taken.push_back(std::move(jobs_.front()));
        jobs_.pop_front();
    }
    return taken;
}

void SqliteDatabase::Queue::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    wake_.notify_all();
}

base::Problem SqliteDatabase::queue_is_full() {
    return {base::ErrorCode::overloaded,
            "Too many requests wait for the directory database. Try again in a moment.",
            retry_after};
}

SqliteDatabase::SqliteDatabase(const std::filesystem::path& path)
    : SqliteDatabase(path, Options{}) {}

SqliteDatabase::SqliteDatabase(const std::filesystem::path& path, Options options)
    : SqliteDatabase(path, std::move(options), sqlite_migrations()) {}

SqliteDatabase::SqliteDatabase(const std::filesystem::path& path, Options options,
                               std::span<const std::string_view> migrations)
    : path_(path.string()), options_(std::move(options)) {
    if (options_.vfs.empty()) create_private(path_);
    try {
        writer_ = std::make_unique<SqliteConnection>(path_, SqliteConnection::Access::read_write,
                                                     options_.vfs);
        writer_->run_script("PRAGMA journal_mode = WAL;");
        migrate(*writer_, migrations);
        for (std::size_t i = 0; i < options_.readers; ++i) {
            readers_.push_back(std::make_unique<SqliteConnection>(
                path_, SqliteConnection::Access::read_only, options_.vfs));
        }
    } catch (const SqliteError& error) {
        throw_unusable(path_, error);
    }
    write_thread_ = std::thread([this] {
        base::name_thread("sqlite write");
        write_loop();
    });
    for (auto& reader : readers_) {
        read_threads_.emplace_back([this, &connection = *reader] {
            base::name_thread("sqlite read");
            read_loop(connection);
        });
    }
}

// What waits is still done and answered. The writer goes last: its close checkpoints.
SqliteDatabase::~SqliteDatabase() {
    close();
}

void SqliteDatabase::close() {
    if (!write_thread_.joinable()) return;
    reads_.close();
    writes_.close();
    for (auto& thread : read_threads_)
        thread.join();
    write_thread_.join();
    readers_.clear();
    writer_.reset();
}

void SqliteDatabase::read_loop(SqliteConnection& connection) {
    while (true) {
        auto taken = reads_.take(1);
        if (taken.empty()) return;
        Job& job = *taken.front();
        try {
            connection.run("BEGIN");
            job.run(connection);
        } catch (const SqliteError& error) {
            log_failure("sqlite.read_failed", error);
            job.refuse(engine_failed());
        }
        // There is nothing to lose: a read changed nothing.
        try {
            if (connection.in_transaction()) connection.run("COMMIT");
        } catch (const SqliteError& error) {
            log_failure("sqlite.read_failed", error);
        }
        job.answer();
    }
}

void SqliteDatabase::write_loop() {
    while (true) {
        auto taken = writes_.take(options_.group);
        if (taken.empty()) return;
        write_group(taken);
        for (auto& job : taken)
            job->answer();
    }
}

void SqliteDatabase::write_group(Jobs& jobs) {
    std::size_t tried = 0;
    try {
        writer_->run("BEGIN IMMEDIATE");
        for (auto& job : jobs) {
            ++tried;
            if (!run_behind_savepoint(*job)) break;
        }
        if (writer_->in_transaction()) {
            writer_->run("COMMIT");
            options_.committed(tried);
            return;
        }
    } catch (const SqliteError& error) {
        log_failure("sqlite.commit_failed", error);
    }
    // Nothing of the group is in the database.
    try {
        if (writer_->in_transaction()) writer_->run("ROLLBACK");
    } catch (const SqliteError& error) {
        log_failure("sqlite.rollback_failed", error);
    }
    for (auto& job : jobs)
        job->refuse(engine_failed());
}

// False: the engine gave up the whole transaction, as it does when the disk is full
// (https://www.sqlite.org/lang_transaction.html §3).
bool SqliteDatabase::run_behind_savepoint(Job& job) {
    writer_->run("SAVEPOINT job");
    bool keep = false;
    try {
        keep = job.run(*writer_);
    } catch (const SqliteError& error) {
        log_failure("sqlite.write_failed", error);
        job.refuse(engine_failed());
        if (!writer_->in_transaction()) return false;
    }
    if (!keep) writer_->run("ROLLBACK TO job");
    writer_->run("RELEASE job");
    return true;
}

std::vector<std::string> SqliteDatabase::check() const {
    std::vector<std::string> findings;
    try {
        SqliteConnection connection(path_, SqliteConnection::Access::read_only, options_.vfs);
        auto pages = connection.prepare("PRAGMA integrity_check");
        while (pages.step()) {
            auto line = pages.get<std::string>();
            if (line != "ok") findings.push_back(std::move(line));
        }
        auto keys = connection.prepare("PRAGMA foreign_key_check");
        while (keys.step()) {
            findings.push_back("a row of " + keys.get<std::string>() +
                               " refers to one that is not there");
        }
    } catch (const SqliteError& error) {
        findings.emplace_back(error.what());
    }
    return findings;
}

}  // namespace banter::adapters::embedded
