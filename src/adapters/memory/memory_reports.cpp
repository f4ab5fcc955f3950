#include "adapters/memory/memory_reports.hpp"

#include <algorithm>

namespace banter::adapters::memory {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::Report;
using domain::ReportId;

ReportId place_of(const std::string& cursor) {
    return ReportId{domain::parse_number_id(cursor).value_or(0)};
}

}  // namespace

Task<Result<ReportId>> MemoryReports::create(ports::NewReport report) {
    const std::lock_guard lock(mutex_);
    std::size_t open = 0;
    for (const auto& [id, known] : reports_) {
        if (known.report.reporter != report.report.reporter) continue;
        if (report.client_id && known.client_id == report.client_id) co_return id;
        if (!known.report.closed) ++open;
    }
    if (open >= max_open) {
        co_return base::fail_retry(ErrorCode::rate_limited,
                                   "So many of your reports wait for an operator; try it later.",
                                   std::chrono::hours(1));
    }
    const ReportId id{reports_.size() + 1};
    report.report.id = id;
    reports_.emplace(id, std::move(report));
    co_return id;
}

Task<Result<std::optional<ports::ReportWithEvidence>>> MemoryReports::find(ReportId id) {
    const std::lock_guard lock(mutex_);
    const auto found = reports_.find(id);
    if (found == reports_.end()) co_return std::nullopt;
    co_return ports::ReportWithEvidence{found->second.report, found->second.evidence};
}

Task<Result<ports::Page<ports::ListedReport>>> MemoryReports::list(bool all,
                                                                   ports::PageRequest page) {
    const std::lock_guard lock(mutex_);
    std::vector<ports::ListedReport> found;
    for (const auto& [id, known] : reports_) {
        if (known.report.closed && !all) continue;
        if (page.after && id <= place_of(*page.after)) continue;
        if (page.before && id >= place_of(*page.before)) continue;
        found.push_back({known.report, known.evidence.size()});
    }
    if (page.before) std::ranges::reverse(found);
    if (found.size() > page.limit + 1) found.resize(page.limit + 1);
    co_return ports::make_page(std::move(found), page, [](const ports::ListedReport& one) {
        return to_string(one.report.id);
    });
}

Task<Result<Report>> MemoryReports::close(ReportId id, Report::Closing closing) {
    const std::lock_guard lock(mutex_);
    const auto found = reports_.find(id);
    if (found == reports_.end()) {
        co_return base::fail(ErrorCode::not_found, "There is no such report.");
    }
    auto& report = found->second.report;
    if (!report.closed) report.closed = std::move(closing);
    co_return report;
}

}  // namespace banter::adapters::memory
