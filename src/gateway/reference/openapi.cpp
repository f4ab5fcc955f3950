#include "gateway/reference/openapi.hpp"

#include <algorithm>
#include <map>

#include "gateway/reference/asyncapi.hpp"
#include "protocol/json_writer.hpp"

namespace banter::gateway::reference {
namespace {

using protocol::JsonObject;

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

std::vector<std::string> parameters_of(std::string_view path) {
    std::vector<std::string> names;
    for (std::size_t at = path.find('{'); at != std::string_view::npos; at = path.find('{', at)) {
        const std::size_t end = path.find('}', at);
        names.emplace_back(path.substr(at + 1, end - at - 1));
        at = end;
    }
    return names;
}

void write_operation(JsonObject& item, const Endpoint& endpoint) {
    JsonObject operation(item.open(lower(name_of(endpoint.method))));
    operation.text("summary", endpoint.summary);
    if (endpoint.access == Access::anyone) operation.raw("security", "[]");
    const auto names = parameters_of(endpoint.path);
    if (!names.empty()) {
        protocol::append_json_array(
            operation.open("parameters"), names, [](std::string& out, const std::string& name) {
                JsonObject parameter(out);
                parameter.text("name", name).text("in", "path").flag("required", true);
                parameter.raw("schema", R"({"type":"string"})");
            });
    }
    JsonObject responses(operation.open("responses"));
    responses.raw("2XX", R"({"description":"Done"})");
    responses.raw("default", R"({"$ref":"#/components/responses/Problem"})");
}

constexpr std::string_view components = R"({
"securitySchemes":{"bearer":{"type":"http","scheme":"bearer"},
"cookie":{"type":"apiKey","in":"cookie","name":"__Host-banter"}},
"schemas":{"Problem":{"type":"object","required":["code","title","status","detail"],"properties":{
"type":{"type":"string"},"code":{"type":"string"},"title":{"type":"string"},
"status":{"type":"integer"},"detail":{"type":"string"},"retry_after_ms":{"type":"integer"}}}},
"responses":{"Problem":{"description":"RFC 9457 problem","content":{"application/problem+json":
{"schema":{"$ref":"#/components/schemas/Problem"}}}}}})";

void append_html(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (c == '<') {
            out += "&lt;";
        } else if (c == '&') {
            out += "&amp;";
        } else {
            out += c;
        }
    }
}

void append_row(std::string& out, std::initializer_list<std::string_view> cells) {
    out += "<tr>";
    for (const auto cell : cells) {
        out += "<td>";
        append_html(out, cell);
        out += "</td>";
    }
    out += "</tr>\n";
}

}  // namespace

std::string openapi(const std::vector<const Endpoint*>& endpoints, const std::string& version) {
    std::map<std::string_view, std::vector<const Endpoint*>> by_path;
    for (const auto* endpoint : endpoints)
        by_path[endpoint->path].push_back(endpoint);
    std::string out;
    {
        JsonObject document(out);
        document.text("openapi", "3.1.0");
        {
            JsonObject info(document.open("info"));
            info.text("title", "Banter").text("version", version);
        }
        document.raw("security", R"([{"bearer":[]},{"cookie":[]}])");
        {
            JsonObject paths(document.open("paths"));
            for (const auto& [path, operations] : by_path) {
                JsonObject item(paths.open(path));
                for (const auto* endpoint : operations)
                    write_operation(item, *endpoint);
            }
        }
        document.raw("components", components);
    }
    return out;
}

std::string docs_page(const std::vector<const Endpoint*>& endpoints, const std::string& version) {
    std::string out =
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Banter API</title>"
        "<style>body{font:15px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "td{padding:.2rem .8rem .2rem 0;vertical-align:top}td:nth-child(-n+2){font-family:"
        "monospace}</style><h1>Banter API ";
    append_html(out, version);
    out +=
        "</h1><p>Machine-readable: <a href=\"/openapi.json\">OpenAPI</a>, "
        "<a href=\"/asyncapi.json\">AsyncAPI</a>.</p><h2>HTTP</h2><table>\n";
    for (const auto* endpoint : endpoints) {
        append_row(out, {name_of(endpoint->method), endpoint->path, endpoint->summary});
    }
    out += "</table><h2>WebSocket /v1/ws</h2><table>\n";
    for (const auto& frame : frames()) {
        append_row(out, {frame.from_client ? "client says" : "server says", frame.type,
                         frame.fields, frame.summary});
    }
    return out + "</table></html>\n";
}

}  // namespace banter::gateway::reference
