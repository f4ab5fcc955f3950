#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "adapters/embedded/sqlite_connection.hpp"
#include "base/executor.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace banter::adapters::embedded {

// The directory database of one data directory, in WAL mode.
//
// One connection on a thread of its own writes, and it alone checkpoints; a few others read. What
// waits to be written goes into one transaction, each piece behind a savepoint, so that one fsync
// serves all of it; a piece answers after the COMMIT. A read sees one consistent state, with
// everything that was answered before the read was asked for.
//
// Destroy it before the executors that call it.
class SqliteDatabase {
public:
    struct Options {
        std::size_t readers = 2;
        std::size_t queue = 4096;  // waiting reads, and again writes; more are refused
        std::size_t group = 256;   // writes in one transaction, at most
        // Told on the writer's thread, for each transaction, how many writes it served.
        std::function<void(std::size_t)> committed = [](std::size_t) {};
        // Tests put a disk that fails here: the name of a registered sqlite3_vfs, which also
        // decides who may read the file. Empty is the real one.
        std::string vfs;
    };

    // Creates the file (mode 0600) when there is none and brings its schema up to date. Throws
    // DataDirectoryError when the file is damaged, not writable or of a newer version of the
    // program.
    explicit SqliteDatabase(const std::filesystem::path& path);
    SqliteDatabase(const std::filesystem::path& path, Options options);
    SqliteDatabase(const std::filesystem::path& path, Options options,
                   std::span<const std::string_view> migrations);
    ~SqliteDatabase();
    // Does what waits, answers it, and refuses everything from then on. Any thread but an
    // executor's that waits for an answer; blocks. The destructor does it too.
    void close();
    SqliteDatabase(const SqliteDatabase&) = delete;
    SqliteDatabase& operator=(const SqliteDatabase&) = delete;

    // `work(connection)` returns a base::Result. Of a write, an error undoes what it did.
    // Errors: those of `work`; `overloaded` when too many wait, and when the engine fails, which
    // is logged.
    template <class F, class R = std::invoke_result_t<F&, SqliteConnection&>>
    base::Task<R> read(F work) {
        return submit<F, R>(reads_, std::move(work));
    }
    template <class F, class R = std::invoke_result_t<F&, SqliteConnection&>>
    base::Task<R> write(F work) {
        return submit<F, R>(writes_, std::move(work));
    }

    // What SQLite finds wrong with the file, a line each; empty when it is sound. Blocks; opens a
    // connection of its own. Takes seconds for a file of a gigabyte.
    std::vector<std::string> check() const;

private:
    // A piece of work with its way back.
    class Job {
    public:
        virtual ~Job() = default;
        virtual bool run(SqliteConnection& connection) = 0;  // false: undo it
        virtual void refuse(base::Problem problem) = 0;
        virtual void answer() = 0;
    };

    template <class F, class R>
    class TypedJob : public Job {
    public:
        TypedJob(F work, base::Executor& home, base::Completion<R> done)
            : work_(std::move(work)), home_(home), done_(done) {}

        bool run(SqliteConnection& connection) override {
            result_.emplace(work_(connection));
            return result_->has_value();
        }
        void refuse(base::Problem problem) override {
            result_.emplace(std::unexpected(std::move(problem)));
        }
        void answer() override {
            home_.post([done = done_, result = std::move(*result_)]() mutable {
                done(std::move(result));
            });
        }

    private:
        F work_;
        base::Executor& home_;
        base::Completion<R> done_;
        std::optional<R> result_;
    };

    using Jobs = std::deque<std::unique_ptr<Job>>;

    class Queue {
    public:
        bool push(std::unique_ptr<Job>& job, std::size_t limit);
        // Waits for jobs and takes up to `most`; none: closed and empty.
        Jobs take(std::size_t most);
        void close();

    private:
        std::mutex mutex_;
        std::condition_variable wake_;
        Jobs jobs_;
        bool closed_ = false;
    };

    template <class F, class R>
    base::Task<R> submit(Queue& queue, F work) {
        base::Executor& home = base::Executor::current();
        typename base::CallbackAwaiter<R>::Start start = [&](base::Completion<R> done) {
            std::unique_ptr<Job> job =
                std::make_unique<TypedJob<F, R>>(std::move(work), home, done);
            if (!queue.push(job, options_.queue)) done(std::unexpected(queue_is_full()));
        };
        base::CallbackAwaiter<R> hop(std::move(start));
        co_return co_await hop;
    }

    static base::Problem queue_is_full();
    void write_loop();
    void read_loop(SqliteConnection& connection);
    void write_group(Jobs& jobs);
    bool run_behind_savepoint(Job& job);

    const std::string path_;
    const Options options_;
    std::unique_ptr<SqliteConnection> writer_;
    std::vector<std::unique_ptr<SqliteConnection>> readers_;
    Queue writes_;
    Queue reads_;
    std::thread write_thread_;
    std::vector<std::thread> read_threads_;
};

}  // namespace banter::adapters::embedded
