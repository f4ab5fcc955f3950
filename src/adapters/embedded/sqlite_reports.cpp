#include "adapters/embedded/sqlite_reports.hpp"

namespace banter::adapters::embedded {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using base::Timestamp;
using domain::ChatId;
using domain::ClientId;
using domain::Report;
using domain::ReportId;
using domain::Seq;
using domain::UserId;
using ports::ListedReport;
using ports::ReportWithEvidence;

#define REPORT_COLUMNS                                                                   \
    "r.report_id, r.created_at, r.reporter_id, r.chat_id, r.user_id, r.reason, r.text, " \
    "r.closed_at, r.closed_by, r.note"

Report read_report(Statement& row) {
    Report report;
    report.id = row.get<ReportId>();
    report.at = row.get<Timestamp>();
    report.reporter = row.get<UserId>();
    report.chat = row.get<ChatId>();
    report.user = row.get<std::optional<UserId>>();
    report.reason = row.get<domain::ReportReason>();
    report.text = row.get<std::string>();
    const auto closed_at = row.get<std::optional<Timestamp>>();
    const auto closed_by = row.get<std::optional<UserId>>();
    auto note = row.get<std::string>();
    if (closed_at) report.closed = Report::Closing{*closed_at, closed_by, std::move(note)};
    return report;
}

std::optional<Report> find_report(SqliteConnection& connection, ReportId id) {
    auto row =
        connection.prepare("SELECT " REPORT_COLUMNS " FROM reports r WHERE r.report_id = ?1");
    if (!row.bind(id).step()) return std::nullopt;
    return read_report(row);
}

std::optional<ReportId> find_repeat(SqliteConnection& connection, UserId reporter,
                                    const std::optional<ClientId>& client_id) {
    if (!client_id) return std::nullopt;
    auto row = connection.prepare(
        "SELECT report_id FROM reports WHERE reporter_id = ?1 AND client_id = ?2");
    if (!row.bind(reporter, *client_id).step()) return std::nullopt;
    return row.get<ReportId>();
}

std::size_t count_open(SqliteConnection& connection, UserId reporter) {
    auto row = connection.prepare(
        "SELECT count(*) FROM reports WHERE reporter_id = ?1 AND closed_at IS NULL");
    row.bind(reporter).step();
    return row.get<std::size_t>();
}

ReportId insert(SqliteConnection& connection, const ports::NewReport& created) {
    const Report& report = created.report;
    auto row = connection.prepare(
        "INSERT INTO reports (created_at, reporter_id, chat_id, user_id, reason, text, client_id, "
        "note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '') RETURNING report_id");
    row.bind(report.at, report.reporter, report.chat, report.user, report.reason, report.text,
             created.client_id)
        .step();
    const auto id = row.get<ReportId>();
    for (const auto& evidence : created.evidence) {
        connection
            .prepare("INSERT INTO report_evidence (report_id, seq, message) VALUES (?1, ?2, ?3)")
            .bind(id, evidence.seq, evidence.message)
            .run();
    }
    return id;
}

// The bound of a page that a cursor says.
std::int64_t place_of(const std::string& cursor) {
    return static_cast<std::int64_t>(domain::parse_number_id(cursor).value_or(0));
}

#define LISTED                                                                                   \
    "SELECT " REPORT_COLUMNS                                                                     \
    ", (SELECT count(*) FROM report_evidence e WHERE e.report_id = r.report_id) FROM reports r " \
    "WHERE (?1 OR r.closed_at IS NULL) AND r.report_id "

constexpr std::string_view listed_after = LISTED "> ?2 ORDER BY r.report_id LIMIT ?3";
constexpr std::string_view listed_before = LISTED "< ?2 ORDER BY r.report_id DESC LIMIT ?3";

}  // namespace

Task<Result<ReportId>> SqliteReports::create(ports::NewReport report) {
    auto work = [report = std::move(report)](SqliteConnection& connection) -> Result<ReportId> {
        const auto reporter = report.report.reporter;
        if (const auto id = find_repeat(connection, reporter, report.client_id)) return *id;
        if (count_open(connection, reporter) >= max_open) {
            return base::fail_retry(ErrorCode::rate_limited,
                                    "So many of your reports wait for an operator; try it later.",
                                    std::chrono::hours(1));
        }
        return insert(connection, report);
    };
    return database_.write(std::move(work));
}

Task<Result<std::optional<ReportWithEvidence>>> SqliteReports::find(ReportId id) {
    auto work = [id](SqliteConnection& connection) -> Result<std::optional<ReportWithEvidence>> {
        auto report = find_report(connection, id);
        if (!report) return std::nullopt;
        ReportWithEvidence found{std::move(*report), {}};
        auto rows = connection.prepare(
            "SELECT seq, message FROM report_evidence WHERE report_id = ?1 ORDER BY seq");
        rows.bind(id);
        while (rows.step()) {
            const auto seq = rows.get<Seq>();
            found.evidence.push_back({seq, rows.get<std::string>()});
        }
        return found;
    };
    return database_.read(std::move(work));
}

Task<Result<ports::Page<ListedReport>>> SqliteReports::list(bool all, ports::PageRequest page) {
    auto work = [all, page = std::move(page)](
                    SqliteConnection& connection) -> Result<ports::Page<ListedReport>> {
        auto rows = connection.prepare(page.before ? listed_before : listed_after);
        const auto place = place_of(page.before ? *page.before : page.after.value_or(""));
        rows.bind(all, place, page.limit + 1);
        std::vector<ListedReport> found;
        while (rows.step()) {
            auto report = read_report(rows);
            found.push_back({std::move(report), rows.get<std::size_t>()});
        }
        return ports::make_page(std::move(found), page,
                                [](const ListedReport& one) { return to_string(one.report.id); });
    };
    return database_.read(std::move(work));
}

Task<Result<Report>> SqliteReports::close(ReportId id, Report::Closing closing) {
    auto work = [id, closing = std::move(closing)](SqliteConnection& connection) -> Result<Report> {
        connection
            .prepare(
                "UPDATE reports SET closed_at = ?2, closed_by = ?3, note = ?4 "
                "WHERE report_id = ?1 AND closed_at IS NULL")
            .bind(id, closing.at, closing.by, closing.note)
            .run();
        auto report = find_report(connection, id);
        if (!report) return base::fail(ErrorCode::not_found, "There is no such report.");
        return std::move(*report);
    };
    return database_.write(std::move(work));
}

}  // namespace banter::adapters::embedded
