#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "domain/report.hpp"
#include "ports/page.hpp"

namespace banter::ports {

// A message as it was when it was reported, whatever becomes of it later.
struct Evidence {
    domain::Seq seq;
    std::string message;  // JSON, as the reporter was shown it

    bool operator==(const Evidence&) const = default;
};

struct NewReport {
    domain::Report report;                      // its id is not set, and it is open
    std::optional<domain::ClientId> client_id;  // of the reporter, makes a retry find the report
    std::vector<Evidence> evidence;             // by seq
};

struct ReportWithEvidence {
    domain::Report report;
    std::vector<Evidence> evidence;  // by seq
};

struct ListedReport {
    domain::Report report;
    std::size_t messages = 0;  // how many its evidence has
};

// The queue of what users report to the operators.
//
// Threads: called on a shard, answers on that shard.
// Atomicity: each call is one transaction, durable when it answers.
// Errors: `not_found`, `rate_limited` as said; `overloaded` when the engine's queue is full or the
//   engine failed.
class Reports {
public:
    // So many reports of one user may be open.
    static constexpr std::size_t max_open = 100;

    virtual ~Reports() = default;

    // Answers the report that is there when this reporter made one with this client_id before.
    // `rate_limited`: max_open of the reporter's are open already.
    virtual base::Task<base::Result<domain::ReportId>> create(NewReport report) = 0;

    virtual base::Task<base::Result<std::optional<ReportWithEvidence>>> find(
        domain::ReportId id) = 0;

    // By id, the oldest first: the open ones, or all.
    virtual base::Task<base::Result<Page<ListedReport>>> list(bool all, PageRequest page) = 0;

    // Answers the report. One that is closed already stays as it was closed. `not_found`: there is
    // no such report.
    virtual base::Task<base::Result<domain::Report>> close(domain::ReportId id,
                                                           domain::Report::Closing closing) = 0;
};

}  // namespace banter::ports
