#include "gateway/report_json.hpp"

#include <unordered_map>

#include "gateway/paging.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/names.hpp"

namespace banter::gateway {
namespace {

using base::Result;
using base::Task;
using domain::Report;
using domain::UserId;
using protocol::JsonObject;

using Names = std::unordered_map<UserId, std::string>;

Task<Result<Names>> usernames(accounts::AccountService& accounts, std::vector<UserId> users) {
    const auto found = co_await accounts.find(std::move(users));
    if (!found) co_return std::unexpected(found.error());
    Names names;
    for (const auto& user : *found)
        names[user.id] = user.username;
    co_return names;
}

void add_users(std::vector<UserId>& users, const Report& report) {
    users.push_back(report.reporter);
    if (report.user) users.push_back(*report.user);
}

void write_person(JsonObject& object, std::string_view name, const std::optional<UserId>& user) {
    if (user) {
        object.text(name, to_string(*user));
    } else {
        object.null(name);
    }
}

void write_report(JsonObject& object, const Report& report, const Names& names) {
    object.text("report", to_string(report.id)).text("at", base::format_rfc3339(report.at));
    object.text("status", report.closed ? "closed" : "open");
    object.text("reason", protocol::name_of(report.reason));
    object.text("reporter", to_string(report.reporter));
    if (const auto found = names.find(report.reporter); found != names.end()) {
        object.text("reporter_username", found->second);
    }
    object.text("chat", to_string(report.chat));
    write_person(object, "user", report.user);
    if (report.user && names.contains(*report.user)) {
        object.text("username", names.at(*report.user));
    }
    object.text("text", report.text);
    if (!report.closed) return;
    object.text("closed_at", base::format_rfc3339(report.closed->at));
    write_person(object, "closed_by", report.closed->by);
    object.text("note", report.closed->note);
}

}  // namespace

Task<Result<std::string>> reports_page_json(accounts::AccountService& accounts,
                                            chat::ReportService& reports, bool all,
                                            ports::PageRequest page) {
    const auto listed = co_await reports.list(all, std::move(page));
    if (!listed) co_return std::unexpected(listed.error());
    std::vector<UserId> users;
    for (const auto& one : listed->items)
        add_users(users, one.report);
    const auto names = co_await usernames(accounts, std::move(users));
    if (!names) co_return std::unexpected(names.error());
    std::string items;
    protocol::append_json_array(items, listed->items, [&](std::string& out, const auto& one) {
        JsonObject object(out);
        write_report(object, one.report, *names);
        object.number("messages", static_cast<std::int64_t>(one.messages));
    });
    co_return page_json(items, listed->next, listed->previous);
}

Task<Result<std::string>> report_json(accounts::AccountService& accounts,
                                      chat::ReportService& reports, domain::ReportId id) {
    const auto found = co_await reports.find(id);
    if (!found) co_return std::unexpected(found.error());
    std::vector<UserId> users;
    add_users(users, found->report);
    const auto names = co_await usernames(accounts, std::move(users));
    if (!names) co_return std::unexpected(names.error());
    std::string out;
    {
        JsonObject object(out);
        write_report(object, found->report, *names);
        protocol::append_json_array(
            object.open("evidence"), found->evidence,
            [](std::string& array, const auto& one) { array += one.message; });
    }
    co_return out;
}

}  // namespace banter::gateway
