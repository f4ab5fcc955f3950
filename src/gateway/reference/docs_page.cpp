#include "gateway/reference/docs_page.hpp"

#include <algorithm>
#include <cctype>

#include "gateway/reference/asyncapi.hpp"
#include "gateway/reference/rules.hpp"
#include "gateway/reference/schemas.hpp"
#include "protocol/problem.hpp"

namespace banter::gateway::reference {
namespace {

constexpr std::string_view head =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Banter API</title>"
    "<meta name=\"viewport\" content=\"width=device-width\"><style>"
    ":root{color-scheme:light dark}"
    "body{font:15px/1.5 system-ui;max-width:64rem;margin:2rem auto;padding:0 1rem}"
    "td{padding:.25rem .8rem .25rem 0;vertical-align:top}"
    "code{font:13px/1.5 ui-monospace,monospace;overflow-wrap:anywhere}"
    "section{margin:1.2rem 0;padding-top:.6rem;border-top:1px solid #8884}"
    "h3{margin:0;font:600 14px/1.5 ui-monospace,monospace}p{margin:.2rem 0}"
    "dl{display:grid;grid-template-columns:6rem 1fr;margin:.3rem 0}dd{margin:0}"
    "</style>";

constexpr std::string_view how_to_read =
    "<p>Shapes are written so: <code>name:type</code> is a member, <code>name?:type</code> one "
    "that may be missing, <code>{…}</code> an object, <code>[type]</code> a list, <code>…|…</code> "
    "a choice, <code>'word'</code> this very string, <code>...Name</code> the members of that "
    "type, <code>1..1000</code> a whole number of this range, <code>Page&lt;type&gt;</code> a page "
    "of a list: <code>{items:[type] next:cursor|null "
    "previous:cursor|null}</code>, <code>(image/png)</code> bytes of that media type.</p>";

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

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// A shape as code, its type names as links to their descriptions.
void append_shape(std::string& out, std::string_view shape) {
    static const auto types = described_types();
    out += "<code>";
    while (!shape.empty()) {
        const auto size =
            static_cast<std::size_t>(std::ranges::find_if_not(shape, is_word) - shape.begin());
        const auto word = shape.substr(0, std::max<std::size_t>(size, 1));
        const auto rest = shape.substr(word.size());
        const bool names_member = rest.starts_with(':') || rest.starts_with("?:");
        if (!names_member &&
            std::ranges::find(types, word, &TypeDescription::name) != types.end()) {
            out.append("<a href=\"#").append(word).append("\">").append(word).append("</a>");
        } else {
            append_html(out, word);
        }
        shape = rest;
    }
    out += "</code>";
}

void append_entry(std::string& out, std::string_view title, std::string_view shape) {
    if (shape.empty()) return;
    out.append("<dt>").append(title).append("</dt><dd>");
    append_shape(out, shape);
    out += "</dd>";
}

void append_heading(std::string& out, std::string_view title, std::string_view summary) {
    out += "<section><h3>";
    append_html(out, title);
    out += "</h3><p>";
    append_html(out, summary);
    out += "</p>";
}

void append_endpoint(std::string& out, const Endpoint& endpoint) {
    append_heading(out, std::string(name_of(endpoint.method)) + " " + std::string(endpoint.path),
                   endpoint.summary);
    out += "<dl>";
    append_entry(out, "parameters", endpoint.input.query.text);
    append_entry(out, "body", endpoint.input.body.text);
    append_entry(out, "answers", endpoint.answers.text);
    out += "</dl></section>\n";
}

void append_frame(std::string& out, const FrameDescription& frame) {
    append_heading(out, frame.type, frame.summary);
    append_shape(out, frame.members.text);
    out += "</section>\n";
}

void append_frames(std::string& out, bool from_client) {
    for (const auto& frame : frames()) {
        if (frame.from_client == from_client) append_frame(out, frame);
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

void append_rules(std::string& out) {
    out += "<h2 id=\"rules\">Rules for all of it</h2>\n";
    for (const auto& rule : rules()) {
        out.append("<p><b>").append(rule.title).append(".</b> ");
        append_html(out, rule.text);
        out += "</p>\n";
    }
    out +=
        "<h2 id=\"errors\">Errors</h2><p>Any endpoint may answer invalid and too_large, and "
        "below /v1 forbidden (a foreign Origin) and overloaded; signed-in ones unauthorized "
        "and rate_limited; those with a body unsupported_media_type; those with an id in the "
        "path not_found. A request that takes too long to arrive is invalid with status 408. "
        "Further ones stand with each endpoint.</p><table>\n";
    for (const auto& kind : protocol::problem_kinds())
        append_row(out, {kind.code, std::to_string(kind.status), kind.title});
    out += "</table>\n";
}

void append_closings(std::string& out) {
    out += "<h2 id=\"closing\">Closing of the WebSocket</h2><table>\n";
    for (const auto& closing : closings())
        append_row(out, {std::to_string(static_cast<int>(closing.code)), closing.meaning});
    out += "</table>\n";
}

void append_types(std::string& out) {
    out += "<h2 id=\"types\">Types</h2>\n";
    for (const auto& type : described_types()) {
        out.append("<section id=\"").append(type.name).append("\"><h3>").append(type.name);
        out += "</h3><p>";
        append_html(out, type.summary);
        out += "</p>";
        append_shape(out, type.shape);
        out += "</section>\n";
    }
}

}  // namespace

std::string docs_page(const std::vector<const Endpoint*>& endpoints, const std::string& version) {
    std::string out(head);
    out += "<h1>Banter API ";
    append_html(out, version);
    out +=
        "</h1><p>For machines: <a href=\"/openapi.json\">OpenAPI</a>, "
        "<a href=\"/asyncapi.json\">AsyncAPI</a>. Below: <a href=\"#rules\">rules</a>, "
        "<a href=\"#errors\">errors</a>, <a href=\"#http\">HTTP</a>, "
        "<a href=\"#websocket\">WebSocket</a>, <a href=\"#closing\">closing</a>, "
        "<a href=\"#types\">types</a>.</p>";
    out += how_to_read;
    append_rules(out);
    out += "<h2 id=\"http\">HTTP</h2>\n";
    for (const auto* endpoint : endpoints)
        append_endpoint(out, *endpoint);
    out += "<h2 id=\"websocket\">WebSocket /v1/ws: the client says</h2>\n";
    append_frames(out, true);
    out += "<h2>The server says</h2>\n";
    append_frames(out, false);
    append_closings(out);
    append_types(out);
    return out + "</html>\n";
}

}  // namespace banter::gateway::reference
