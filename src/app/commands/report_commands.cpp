#include <fmt/core.h>

#include "app/blocking.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/data_access.hpp"
#include "app/startup_error.hpp"
#include "cli/text.hpp"
#include "gateway/http_message.hpp"
#include "gateway/report_json.hpp"
#include "protocol/fields.hpp"
#include "protocol/json_writer.hpp"

namespace banter::app {
namespace {

using protocol::Fields;

constexpr std::size_t list_page = 200;

protocol::JsonDocument parse(const std::string& body) {
    auto document = protocol::JsonDocument::parse(body);
    if (!document) throw StartupError(Exit::failed, document.error().detail);
    return std::move(*document);
}

// What people wrote must not steer the terminal.
std::string shown(Fields& fields, std::string_view name) {
    return cli::harmless(fields.optional_text(name).value_or(""), cli::LineBreaks::keep);
}

std::string person(Fields& fields, std::string_view id, std::string_view username) {
    const auto number = fields.optional_text(id);
    if (!number) return "-";
    const auto name = fields.optional_text(username);
    return name ? *name + " (" + *number + ")" : *number;
}

std::optional<std::string> print_page(const std::string& body) {
    const auto document = parse(body);
    auto fields = document.fields();
    for (auto& one : fields.objects("items")) {
        fmt::print("{:<6} {}  {:<6} {:<5} {:>2} messages  {} by {}\n", one.text("report"),
                   one.text("at"), one.text("status"), one.text("reason"), one.number("messages"),
                   person(one, "user", "username"), person(one, "reporter", "reporter_username"));
    }
    return fields.optional_text("next");
}

void print_row(const char* name, const std::string& value) {
    fmt::print("{:<9} {}\n", name, value);
}

void print_report(const std::string& body) {
    const auto document = parse(body);
    auto fields = document.fields();
    print_row("report", fields.text("report"));
    print_row("status", fields.text("status"));
    print_row("at", fields.text("at"));
    print_row("reason", fields.text("reason"));
    print_row("reporter", person(fields, "reporter", "reporter_username"));
    print_row("about", person(fields, "user", "username"));
    print_row("chat", fields.text("chat"));
    print_row("text", shown(fields, "text"));
    if (fields.optional_text("closed_at")) {
        print_row("closed", fields.text("closed_at"));
        print_row("by", fields.optional_text("closed_by").value_or("the command line"));
        print_row("note", shown(fields, "note"));
    }
    for (auto& message : fields.objects("evidence")) {
        fmt::print("\n#{} {} from {} ({})\n", message.number("seq"), message.text("at"),
                   message.text("sender"), message.text("kind"));
        const auto text = shown(message, "text");
        if (!text.empty()) fmt::print("{}\n", text);
    }
}

std::string path_of(const std::string& report) {
    return "/control/reports/" + gateway::percent_encode(report);
}

domain::ReportId id_of(const std::string& report) {
    const auto id = domain::parse_id<domain::ReportId>(report);
    if (!id) throw StartupError(Exit::failed, "There is no such report.");
    return *id;
}

std::string read_offline(Offline& offline, const std::string& report) {
    auto& parts = offline.parts();
    const auto id = id_of(report);
    return wait_or_throw<std::string>(
        offline.shard(), [&] { return gateway::report_json(parts.accounts, parts.reports, id); });
}

void list_offline(const Config& config, bool all) {
    Offline offline(config);
    auto& parts = offline.parts();
    ports::PageRequest page;
    page.limit = list_page;
    do {
        const auto body = wait_or_throw<std::string>(offline.shard(), [&] {
            return gateway::reports_page_json(parts.accounts, parts.reports, all, page);
        });
        page.after = print_page(body);
    } while (page.after);
}

}  // namespace

int run_reports_list(const Config& config, bool all) {
    require_data_directory(config);
    std::string path = "/control/reports?limit=" + std::to_string(list_page);
    if (all) path += "&all=true";
    std::optional<std::string> after;
    do {
        const auto more = after ? "&after=" + gateway::percent_encode(*after) : "";
        const auto body = ask_running(config, "GET", path + more);
        if (!body) {
            list_offline(config, all);
            break;
        }
        after = print_page(*body);
    } while (after);
    return 0;
}

int run_report_show(const Config& config, const std::string& report) {
    require_data_directory(config);
    auto body = ask_running(config, "GET", path_of(report));
    if (!body) {
        Offline offline(config);
        body = read_offline(offline, report);
    }
    print_report(*body);
    return 0;
}

int run_report_close(const Config& config, const std::string& report, const std::string& note) {
    require_data_directory(config);
    std::string request;
    {
        protocol::JsonObject object(request);
        object.text("note", note);
    }
    if (!ask_running(config, "POST", path_of(report) + "/close", request)) {
        Offline offline(config);
        const auto id = id_of(report);
        wait_or_throw<domain::Report>(
            offline.shard(), [&] { return offline.parts().reports.close(id, std::nullopt, note); });
    }
    fmt::print("Report {} is closed.\n", report);
    return 0;
}

}  // namespace banter::app
