#pragma once

#include <map>
#include <mutex>

#include "ports/reports.hpp"

namespace banter::adapters::memory {

// ports::Reports in a plain map, for tests. Answers at once. Any thread.
class MemoryReports : public ports::Reports {
public:
    template <class T>
    using Answer = base::Task<base::Result<T>>;

    Answer<domain::ReportId> create(ports::NewReport report) override;
    Answer<std::optional<ports::ReportWithEvidence>> find(domain::ReportId id) override;
    Answer<ports::Page<ports::ListedReport>> list(bool all, ports::PageRequest page) override;
    Answer<domain::Report> close(domain::ReportId id, domain::Report::Closing closing) override;

private:
    std::mutex mutex_;
    std::map<domain::ReportId, ports::NewReport> reports_;
};

}  // namespace banter::adapters::memory
