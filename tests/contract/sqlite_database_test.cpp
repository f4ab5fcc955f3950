// What SqliteDatabase promises beyond the ports that stand on it.
#include <array>
#include <fstream>
#include <future>
#include <gtest/gtest.h>

#include "adapters/embedded/data_directory.hpp"
#include "adapters/embedded/sqlite_migrations.hpp"
#include "directory_fixtures.hpp"

namespace banter::contract {
namespace {

using adapters::embedded::DataDirectoryError;
using adapters::embedded::DataDirectoryFault;
using adapters::embedded::SqliteConnection;
using adapters::embedded::SqliteDatabase;
using base::Result;

constexpr std::array<std::string_view, 1> one_table{
    "CREATE TABLE numbers (number INTEGER PRIMARY KEY, text TEXT) STRICT;"};
constexpr std::array<std::string_view, 2> two_columns{
    one_table[0], "ALTER TABLE numbers ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';"};

Result<void> insert(SqliteConnection& connection, int number) {
    connection.prepare("INSERT INTO numbers (number) VALUES (?1)").bind(number).run();
    return {};
}

Result<int> count(SqliteConnection& connection) {
    auto row = connection.prepare("SELECT count(*) FROM numbers");
    row.step();
    return row.get<int>();
}

class SqliteDatabaseTest : public testing::Test {
protected:
    // Keeps the writer busy until the future is there, so that what is asked meanwhile waits.
    void hold_writer(SqliteDatabase& database, std::shared_future<void> released) {
        std::promise<void> begun;
        auto wait = [&begun, released](SqliteConnection&) -> Result<void> {
            begun.set_value();
            released.wait();
            return {};
        };
        executor_.start(database.write(std::move(wait)), [](Result<void>) {});
        executor_.run_until_idle();
        begun.get_future().wait();
    }
    template <class F>
    void write(SqliteDatabase& database, F work, Result<void>& into) {
        executor_.start(database.write(std::move(work)), [&](Result<void> result) {
            into = std::move(result);
            ++answered_;
        });
    }

    adapters::memory::ManualExecutor executor_;
    TemporaryDirectory directory_;
    int answered_ = 0;
};

TEST_F(SqliteDatabaseTest, OneTransactionServesManyWritesAndAFailedOneIsUndoneAlone) {
    std::vector<std::size_t> groups;
    SqliteDatabase::Options options;
    options.committed = [&](std::size_t writes) { groups.push_back(writes); };
    Result<void> kept;
    Result<void> refused;
    Result<void> broken;
    {
        SqliteDatabase database(directory_.file(), options, one_table);
        std::promise<void> release;
        hold_writer(database, release.get_future().share());
        write(database, [](auto& connection) { return insert(connection, 1); }, kept);
        write(
            database,
            [](auto& connection) -> Result<void> {
                insert(connection, 2).value();
                return base::fail(base::ErrorCode::conflict, "No.");
            },
            refused);
        write(
            database,
            [](auto& connection) {
                insert(connection, 3).value();
                return insert(connection, 1);  // breaks the primary key
            },
            broken);
        write(database, [](auto& connection) { return insert(connection, 4); }, kept);
        executor_.run_until_idle();
        release.set_value();
        EXPECT_TRUE(executor_.run_until([&] { return answered_ == 4; }));
        EXPECT_EQ(executor_.run(database.read(count)), 2);
    }
    EXPECT_TRUE(kept);
    EXPECT_EQ(refused.error().code, base::ErrorCode::conflict);
    EXPECT_EQ(broken.error().code, base::ErrorCode::overloaded);
    EXPECT_GT(broken.error().retry_after.count(), 0);
    EXPECT_EQ(groups, (std::vector<std::size_t>{1, 4}));
}

TEST_F(SqliteDatabaseTest, RefusesWhatDoesNotFitIntoTheQueue) {
    SqliteDatabase::Options options;
    options.queue = 2;
    SqliteDatabase database(directory_.file(), options, one_table);
    std::promise<void> release;
    hold_writer(database, release.get_future().share());
    std::array<Result<void>, 3> results;
    for (int i = 0; i < 3; ++i) {
        write(
            database, [i](auto& connection) { return insert(connection, i); },
            results[static_cast<std::size_t>(i)]);
    }
    executor_.run_until_idle();
    EXPECT_EQ(answered_, 1);
    EXPECT_EQ(results[2].error().code, base::ErrorCode::overloaded);
    EXPECT_GT(results[2].error().retry_after.count(), 0);
    release.set_value();
    EXPECT_TRUE(executor_.run_until([&] { return answered_ == 3; }));
    EXPECT_TRUE(results[0]);
    EXPECT_TRUE(results[1]);
}

TEST_F(SqliteDatabaseTest, AFullDiskRefusesAndLosesNothingThatWasAnswered) {
    SqliteDatabase database(directory_.file(), {}, one_table);
    auto limit = [](SqliteConnection& connection) -> Result<void> {
        connection.run_script("PRAGMA max_page_count = 10;");
        return {};
    };
    EXPECT_TRUE(executor_.run(database.write(std::move(limit))));
    std::promise<void> release;
    hold_writer(database, release.get_future().share());
    Result<void> before;
    Result<void> too_large;
    Result<void> after;
    write(database, [](auto& connection) { return insert(connection, 1); }, before);
    const auto insert_large = [](SqliteConnection& connection) -> Result<void> {
        connection.prepare("INSERT INTO numbers (number, text) VALUES (2, ?1)")
            .bind(std::string(1'000'000, 'x'))
            .run();
        return {};
    };
    write(database, insert_large, too_large);
    write(database, [](auto& connection) { return insert(connection, 3); }, after);
    executor_.run_until_idle();
    release.set_value();
    EXPECT_TRUE(executor_.run_until([&] { return answered_ == 3; }));
    EXPECT_EQ(too_large.error().code, base::ErrorCode::overloaded);
    const int expected = (before ? 1 : 0) + (after ? 1 : 0);
    EXPECT_EQ(executor_.run(database.read(count)), expected);
    auto later = [](auto& connection) { return insert(connection, 4); };
    EXPECT_TRUE(executor_.run(database.write(std::move(later)))) << "there is room for a small one";
    EXPECT_EQ(executor_.run(database.read(count)), expected + 1);
}

TEST_F(SqliteDatabaseTest, AReaderCannotWrite) {
    SqliteDatabase database(directory_.file(), {}, one_table);
    const auto refused =
        executor_.run(database.read([](auto& connection) { return insert(connection, 1); }));
    EXPECT_EQ(refused.error().code, base::ErrorCode::overloaded);
    EXPECT_EQ(executor_.run(database.read(count)), 0);
}

TEST_F(SqliteDatabaseTest, KeepsWhatItAnsweredAndMigratesIt) {
    {
        SqliteDatabase database(directory_.file(), {}, one_table);
        auto work = [](auto& connection) { return insert(connection, 7); };
        EXPECT_TRUE(executor_.run(database.write(std::move(work))));
    }
    SqliteDatabase database(directory_.file(), {}, two_columns);
    const auto colour = executor_.run(database.read([](auto& connection) -> Result<std::string> {
        auto row = connection.prepare("SELECT colour FROM numbers WHERE number = 7");
        row.step();
        return row.template get<std::string>();
    }));
    EXPECT_EQ(colour, "red");
    EXPECT_TRUE(database.check().empty());
}

TEST_F(SqliteDatabaseTest, DoesNotOpenWhatANewerVersionWrote) {
    {
        const SqliteDatabase database(directory_.file(), {}, two_columns);
    }
    try {
        const SqliteDatabase database(directory_.file(), {}, one_table);
        FAIL();
    } catch (const DataDirectoryError& error) {
        EXPECT_EQ(error.fault(), DataDirectoryFault::newer);
    }
}

TEST_F(SqliteDatabaseTest, SaysThatAFileIsDamaged) {
    std::ofstream(directory_.file()) << "This is not a database, whatever its name says.";
    try {
        const SqliteDatabase database(directory_.file());
        FAIL();
    } catch (const DataDirectoryError& error) {
        EXPECT_EQ(error.fault(), DataDirectoryFault::damaged);
    }
}

TEST_F(SqliteDatabaseTest, SaysThatAFileCannotBeWritten) {
    try {
        const SqliteDatabase database(directory_.file().parent_path() / "nowhere" / "file");
        FAIL();
    } catch (const DataDirectoryError& error) {
        EXPECT_EQ(error.fault(), DataDirectoryFault::unwritable);
    }
}

TEST_F(SqliteDatabaseTest, OnlyTheOwnerMayReadTheFile) {
    const SqliteDatabase database(directory_.file());
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        const auto file = directory_.file().string() + suffix;
        const auto mode = std::filesystem::status(file).permissions();
        EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
            << file;
    }
}

}  // namespace
}  // namespace banter::contract
