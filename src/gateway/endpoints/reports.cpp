// What users report, and what operators do about it.
#include <array>

#include "gateway/endpoints/common.hpp"
#include "gateway/report_json.hpp"

namespace banter::gateway {
namespace {

using base::Result;
using base::Task;
using domain::ReportId;
using protocol::JsonObject;

Result<chat::ReportRequest> report_request(const Call& call) {
    const auto body = json_body(call.request);
    if (!body) return std::unexpected(body.error());
    auto fields = body->fields();
    chat::ReportRequest request;
    request.reporter = call.identity.user;
    request.chat = fields.id<domain::ChatId>("chat");
    for (const auto seq : fields.numbers("seqs", domain::max_reported_messages))
        request.seqs.push_back(domain::Seq{seq});
    request.user = fields.optional_id<domain::UserId>("user");
    const auto reason = protocol::parse_report_reason(fields.text("reason"));
    if (!reason) fields.note("reason", "must be 'spam', 'abuse' or 'other'");
    request.reason = reason.value_or(request.reason);
    request.text = fields.optional_text("text").value_or("");
    request.client_id = fields.optional_id<domain::ClientId>("client_id");
    if (fields.problem()) return std::unexpected(*fields.problem());
    return request;
}

Task<HttpResponse> post_report(Api& api, Call call) {
    auto request = report_request(call);
    if (!request) co_return HttpResponse::problem(request.error());
    const auto id = co_await api.services().reports.create(std::move(*request));
    co_return answer_or_problem(id, [](ReportId report) {
        return json_object(201,
                           [&](JsonObject& object) { object.text("report", to_string(report)); });
    });
}

HttpResponse json_or_problem(Result<std::string> json) {
    if (!json) return HttpResponse::problem(json.error());
    return HttpResponse::json(200, std::move(*json));
}

// The command line asks over a socket that only the operator of the machine can open.
Task<Result<void>> admit(Api& api, const Call& call) {
    if (!call.identity.user) co_return Result<void>{};
    co_return co_await api.services().accounts.require_operator(call.identity.user);
}

Task<HttpResponse> get_reports(Api& api, Call call) {
    const auto admitted = co_await admit(api, call);
    if (!admitted) co_return HttpResponse::problem(admitted.error());
    auto page = page_query(call.request);
    if (!page) co_return HttpResponse::problem(page.error());
    const auto all = call.request.query.find("all");
    const bool closed_too = all != call.request.query.end() && all->second == "true";
    auto& services = api.services();
    co_return json_or_problem(co_await reports_page_json(services.accounts, services.reports,
                                                         closed_too, std::move(*page)));
}

Task<HttpResponse> answer_report(Api& api, ReportId id) {
    auto& services = api.services();
    co_return json_or_problem(co_await report_json(services.accounts, services.reports, id));
}

Task<HttpResponse> get_report(Api& api, Call call) {
    const auto admitted = co_await admit(api, call);
    if (!admitted) co_return HttpResponse::problem(admitted.error());
    const auto id = call.id<ReportId>(0);
    if (!id) co_return HttpResponse::problem(id.error());
    co_return co_await answer_report(api, *id);
}

Task<HttpResponse> close_report(Api& api, Call call) {
    const auto admitted = co_await admit(api, call);
    if (!admitted) co_return HttpResponse::problem(admitted.error());
    const auto id = call.id<ReportId>(0);
    if (!id) co_return HttpResponse::problem(id.error());
    const auto body = json_body(call.request);
    if (!body) co_return HttpResponse::problem(body.error());
    auto fields = body->fields();
    auto note = fields.optional_text("note").value_or("");
    if (fields.problem()) co_return HttpResponse::problem(*fields.problem());
    std::optional<domain::UserId> by;
    if (call.identity.user) by = call.identity.user;
    const auto closed = co_await api.services().reports.close(*id, by, std::move(note));
    if (!closed) co_return HttpResponse::problem(closed.error());
    co_return co_await answer_report(api, *id);
}

constexpr std::array<Endpoint, 4> endpoints = {{
    {Method::post, "/v1/reports", Access::signed_in, post_report,
     "Report a chat, and messages or a user in it, to the operators", "201:{report:id} not_found",
     "{chat:uuid reason:ReportReason seqs?:[seq] user?:id text?:text client_id?:uuid}"},
    {Method::get, "/v1/reports", Access::signed_in, get_reports,
     "Open reports, the oldest first; ?all=true: closed ones, too (operators)",
     "200:Page<{...Report messages:count}>", parameters("all?:text ...Paging")},
    {Method::get, "/v1/reports/{report}", Access::signed_in, get_report,
     "One report with its evidence (operators)", "200:{...Report evidence:[Message]}"},
    {Method::post, "/v1/reports/{report}/close", Access::signed_in, close_report,
     "Close a report, with a note (operators)", "200:{...Report evidence:[Message]}",
     "{note?:text}"},
}};

constexpr std::array<Endpoint, 3> control_table = {{
    {Method::get, "/control/reports", Access::control, get_reports, "List the reports"},
    {Method::get, "/control/reports/{report}", Access::control, get_report, "Show a report"},
    {Method::post, "/control/reports/{report}/close", Access::control, close_report,
     "Close a report"},
}};

}  // namespace

std::span<const Endpoint> report_endpoints() {
    return endpoints;
}

std::span<const Endpoint> control_report_endpoints() {
    return control_table;
}

}  // namespace banter::gateway
