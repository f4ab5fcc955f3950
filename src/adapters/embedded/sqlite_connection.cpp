#include "adapters/embedded/sqlite_connection.hpp"

#include <algorithm>
#include <cassert>
#include <sqlite3.h>

namespace banter::adapters::embedded {
namespace {

constexpr int busy_timeout_ms = 5000;

[[noreturn]] void raise(sqlite3* connection, int code) {
    throw SqliteError(code,
                      connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code));
}

void check(sqlite3* connection, int code) {
    if (code != SQLITE_OK) raise(connection, sqlite3_extended_errcode(connection));
}

}  // namespace

Statement::~Statement() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);  // repeats the error of the last step, which has been thrown
    sqlite3_clear_bindings(statement_);
}

bool Statement::step() {
    column_ = 0;
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) raise(sqlite3_db_handle(statement_), code);
    return false;
}

void Statement::run() {
    const bool row = step();
    assert(!row);
    static_cast<void>(row);
}

void Statement::bind_integer(std::int64_t value) {
    check(sqlite3_db_handle(statement_), sqlite3_bind_int64(statement_, ++parameter_, value));
}

// The bytes are copied: a statement may outlive the value it was given.
void Statement::bind_text(std::string_view value) {
    check(sqlite3_db_handle(statement_),
          sqlite3_bind_text64(statement_, ++parameter_, value.data(), value.size(),
                              SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind_blob(std::span<const std::uint8_t> value) {
    // A null pointer would bind NULL, and an empty blob is none.
    const void* const bytes = value.empty() ? static_cast<const void*>("") : value.data();
    check(sqlite3_db_handle(statement_),
          sqlite3_bind_blob64(statement_, ++parameter_, bytes, value.size(), SQLITE_TRANSIENT));
}

void Statement::bind_null() {
    check(sqlite3_db_handle(statement_), sqlite3_bind_null(statement_, ++parameter_));
}

bool Statement::next_is_null() const {
    return sqlite3_column_type(statement_, column_) == SQLITE_NULL;
}

std::int64_t Statement::get_integer() {
    return sqlite3_column_int64(statement_, column_++);
}

std::string Statement::get_text() {
    const int column = column_++;
    const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::span<const std::uint8_t> Statement::get_blob() {
    const int column = column_++;
    const auto* const bytes =
        static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Statement::copy_blob(std::span<std::uint8_t> into) {
    const auto bytes = get_blob();
    if (bytes.size() != into.size()) {
        throw SqliteError(SQLITE_CORRUPT, "a value of " + std::to_string(bytes.size()) +
                                              " bytes where there should be " +
                                              std::to_string(into.size()));
    }
    std::ranges::copy(bytes, into.begin());
}

void SqliteConnection::Close::operator()(sqlite3* connection) const {
    sqlite3_close_v2(connection);
}

void SqliteConnection::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

SqliteConnection::SqliteConnection(const std::string& path, Access access, const std::string& vfs) {
    sqlite3* opened = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (access == Access::read_write ? SQLITE_OPEN_CREATE : 0);
    const int code =
        sqlite3_open_v2(path.c_str(), &opened, flags, vfs.empty() ? nullptr : vfs.c_str());
    connection_.reset(opened);
    if (code != SQLITE_OK) raise(opened, code);
    check(opened, sqlite3_busy_timeout(opened, busy_timeout_ms));
    run_script("PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;");
    if (access == Access::read_only) {
        // Only the writer checkpoints: before SQLite 3.51.3 two connections that checkpoint and
        // write at once may lose a commit (the "WAL-reset bug").
        check(opened, sqlite3_db_config(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr));
        run_script("PRAGMA wal_autocheckpoint = 0; PRAGMA query_only = ON;");
    }
}

SqliteConnection::~SqliteConnection() = default;

Statement SqliteConnection::prepare(std::string_view sql) {
    auto& kept = statements_[sql];
    if (!kept) {
        sqlite3_stmt* statement = nullptr;
        const int code =
            sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                               SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (code != SQLITE_OK) {
            statements_.erase(sql);
            raise(connection_.get(), code);
        }
        kept.reset(statement);
    }
    assert(sqlite3_stmt_busy(kept.get()) == 0);
    return Statement(kept.get());
}

void SqliteConnection::run_script(const std::string& sql) {
    const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) raise(connection_.get(), code);
}

std::int64_t SqliteConnection::changes() const {
    return sqlite3_changes64(connection_.get());
}

bool SqliteConnection::in_transaction() const {
    return sqlite3_get_autocommit(connection_.get()) == 0;
}

}  // namespace banter::adapters::embedded
