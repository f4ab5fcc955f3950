#pragma once

#include <span>
#include <string_view>

#include "adapters/embedded/sqlite_connection.hpp"

namespace banter::adapters::embedded {

// The schema's history: the text at index n brings a database of version n to version n + 1. A
// text that has been released is never changed.
std::span<const std::string_view> sqlite_migrations();

// Brings the database to the version of the last migration, each in a transaction of its own.
// Throws DataDirectoryError when the database is of a later version.
void migrate(SqliteConnection& connection, std::span<const std::string_view> migrations);

}  // namespace banter::adapters::embedded
