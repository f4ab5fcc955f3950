#include "chat/report_service.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "protocol/json_writer.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::Report;
using domain::ReportId;
using domain::Seq;

std::optional<base::Problem> check(const ReportRequest& request) {
    if (request.seqs.size() > domain::max_reported_messages) {
        return base::Problem{
            ErrorCode::invalid, "The field 'seqs' must name at most 20 messages.", {}};
    }
    if (request.text.size() > domain::max_report_bytes) {
        return base::Problem{
            ErrorCode::invalid, "The field 'text' must have at most 2048 bytes.", {}};
    }
    if (request.user == request.reporter) {
        return base::Problem{ErrorCode::invalid, "You cannot report yourself.", {}};
    }
    return std::nullopt;
}

}  // namespace

Task<Result<ReportId>> ReportService::create(ReportRequest request) {
    if (auto problem = check(request)) co_return std::unexpected(*problem);
    const auto user = co_await check_user(request);
    if (!user) co_return std::unexpected(user.error());
    auto evidence = co_await collect(request);
    if (!evidence) co_return std::unexpected(evidence.error());
    ports::NewReport report;
    report.report.at = clock_.now();
    report.report.reporter = request.reporter;
    report.report.chat = request.chat;
    report.report.user = request.user;
    report.report.reason = request.reason;
    report.report.text = std::move(request.text);
    report.client_id = request.client_id;
    report.evidence = std::move(*evidence);
    const auto id = co_await reports_.create(std::move(report));
    if (id) {
        base::log::info("report.created", {{"report", to_string(*id)},
                                           {"reporter", to_string(request.reporter)},
                                           {"chat", to_string(request.chat)}});
    }
    co_return id;
}

Task<Result<void>> ReportService::check_user(ReportRequest request) {
    if (!request.user) co_return Result<void>{};
    const std::vector<domain::UserId> users{*request.user};
    const auto found = co_await relations_.users(users);
    if (!found) co_return std::unexpected(found.error());
    if (found->empty()) co_return base::fail(ErrorCode::not_found, "There is no such user.");
    co_return Result<void>{};
}

// The messages as the reporter can see them now; also finds out whether he is in the chat.
Task<Result<std::vector<ports::Evidence>>> ReportService::collect(ReportRequest request) {
    auto& seqs = request.seqs;
    std::ranges::sort(seqs);
    seqs.erase(std::unique(seqs.begin(), seqs.end()), seqs.end());
    HistoryQuery query;
    query.chat = request.chat;
    query.limit = 1;
    const auto seen = co_await chats_.history(request.reporter, query);
    if (!seen) co_return std::unexpected(seen.error());
    std::vector<ports::Evidence> evidence;
    for (const auto seq : seqs) {
        query.after = Seq{std::max<std::uint64_t>(seq.value, 1) - 1};
        const auto page = co_await chats_.history(request.reporter, query);
        if (!page) co_return std::unexpected(page.error());
        if (page->messages.empty() || page->messages.front().seq != seq) {
            co_return base::fail(ErrorCode::not_found, "There is no such message.");
        }
        ports::Evidence one{seq, {}};
        {
            protocol::JsonObject object(one.message);
            protocol::write_message(object, page->messages.front(), false);
        }
        evidence.push_back(std::move(one));
    }
    co_return evidence;
}

Task<Result<ports::ReportWithEvidence>> ReportService::find(ReportId id) {
    auto found = co_await reports_.find(id);
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return base::fail(ErrorCode::not_found, "There is no such report.");
    co_return std::move(**found);
}

Task<Result<ports::Page<ports::ListedReport>>> ReportService::list(bool all,
                                                                   ports::PageRequest page) {
    for (const auto& place : {page.after, page.before}) {
        if (place && !domain::parse_number_id(*place)) {
            co_return base::fail(ErrorCode::invalid,
                                 "The parameters 'after' and 'before' come from an earlier page.");
        }
    }
    co_return co_await reports_.list(all, std::move(page));
}

Task<Result<Report>> ReportService::close(ReportId id, std::optional<domain::UserId> by,
                                          std::string note) {
    if (note.size() > domain::max_report_bytes) {
        co_return base::fail(ErrorCode::invalid, "The field 'note' must have at most 2048 bytes.");
    }
    Report::Closing closing{clock_.now(), by, std::move(note)};
    auto closed = co_await reports_.close(id, std::move(closing));
    if (closed) base::log::info("report.closed", {{"report", to_string(id)}});
    co_return closed;
}

}  // namespace banter::chat
