#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/time.hpp"
#include "domain/ids.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace banter::adapters::embedded {

// The engine refused: damage, a full disk, a broken rule of the schema. Stays within this folder:
// SqliteDatabase turns it into `overloaded`.
class SqliteError : public std::runtime_error {
public:
    SqliteError(int code, const std::string& what) : std::runtime_error(what), code_(code) {}
    int code() const { return code_; }  // extended result code

private:
    int code_;
};

// A prepared statement in use. Parameters and columns count from where they stand in the SQL:
// the first `bind` sets ?1, the first `get` after a `step` reads column 0.
class Statement {
public:
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
    Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    template <class... Values>
    Statement& bind(const Values&... values) {
        (bind_one(values), ...);
        return *this;
    }

    // True: there is a row.
    bool step();
    // For statements that answer no row.
    void run();

    // The next column of the row.
    template <class T>
    T get();

private:
    template <class T>
    void bind_one(const T& value);

    void bind_integer(std::int64_t value);
    void bind_text(std::string_view value);
    void bind_blob(std::span<const std::uint8_t> value);
    void bind_null();
    std::int64_t get_integer();
    std::string get_text();
    std::span<const std::uint8_t> get_blob();  // valid until the next step
    bool next_is_null() const;
    void copy_blob(std::span<std::uint8_t> into);

    sqlite3_stmt* statement_;
    int parameter_ = 0;
    int column_ = 0;
};

// One connection; belongs to one thread. Statements are prepared once and kept.
class SqliteConnection {
public:
    enum class Access { read_write, read_only };

    // `vfs` names the file system layer (https://www.sqlite.org/vfs.html); empty: the operating
    // system's. Throws SqliteError.
    SqliteConnection(const std::string& path, Access access, const std::string& vfs = {});
    ~SqliteConnection();
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    // `sql` is a literal: it is the key of the kept statement. One statement of a text at a time.
    Statement prepare(std::string_view sql);
    // Prepares and runs without parameters or rows.
    void run(std::string_view sql) { prepare(sql).run(); }
    // Runs a script of several statements, which are not kept.
    void run_script(const std::string& sql);

    std::int64_t changes() const;  // rows the last INSERT, UPDATE or DELETE changed
    bool in_transaction() const;   // false also when the engine rolled back by itself

private:
    struct Close {
        void operator()(sqlite3* connection) const;
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };

    std::unique_ptr<sqlite3, Close> connection_;
    std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

// Ids are INTEGER or BLOB, times INTEGER milliseconds, enumerations INTEGER.
template <class T>
void Statement::bind_one(const T& value) {
    if constexpr (is_optional<T>) {
        value ? bind_one(*value) : bind_null();
    } else if constexpr (requires { value.value.bytes; }) {
        bind_blob(value.value.bytes);
    } else if constexpr (requires { std::span<const std::uint8_t>(value); }) {
        bind_blob(value);
    } else if constexpr (requires { std::string_view(value); }) {
        bind_text(value);
    } else if constexpr (std::is_same_v<T, base::Timestamp>) {
        bind_integer(value.time_since_epoch().count());
    } else if constexpr (requires { value.value; }) {
        bind_integer(static_cast<std::int64_t>(value.value));
    } else {
        bind_integer(static_cast<std::int64_t>(value));
    }
}

template <class T>
T Statement::get() {
    if constexpr (is_optional<T>) {
        if (next_is_null()) {
            ++column_;
            return std::nullopt;
        }
        return get<typename T::value_type>();
    } else if constexpr (requires(T id) { id.value.bytes; }) {
        T id;
        copy_blob(id.value.bytes);
        return id;
    } else if constexpr (std::is_same_v<T, std::string>) {
        return get_text();
    } else if constexpr (std::is_same_v<T, std::span<const std::uint8_t>>) {
        return get_blob();
    } else if constexpr (requires(T bytes) { std::span<std::uint8_t>(bytes); }) {
        T bytes;
        copy_blob(bytes);
        return bytes;
    } else if constexpr (std::is_same_v<T, base::Timestamp>) {
        return base::Timestamp(std::chrono::milliseconds(get_integer()));
    } else if constexpr (requires(T id) { id.value; }) {
        return T{static_cast<std::uint64_t>(get_integer())};
    } else {
        return static_cast<T>(get_integer());
    }
}

}  // namespace banter::adapters::embedded
