#pragma once

#include "adapters/embedded/sqlite_database.hpp"
#include "ports/reports.hpp"

namespace banter::adapters::embedded {

// ports::Reports in SQLite. The database outlives it.
class SqliteReports : public ports::Reports {
public:
    template <class T>
    using Answer = base::Task<base::Result<T>>;

    explicit SqliteReports(SqliteDatabase& database) : database_(database) {}

    Answer<domain::ReportId> create(ports::NewReport report) override;
    Answer<std::optional<ports::ReportWithEvidence>> find(domain::ReportId id) override;
    Answer<ports::Page<ports::ListedReport>> list(bool all, ports::PageRequest page) override;
    Answer<domain::Report> close(domain::ReportId id, domain::Report::Closing closing) override;

private:
    SqliteDatabase& database_;
};

}  // namespace banter::adapters::embedded
