#include "gateway/reference/openapi.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "gateway/reference/rules.hpp"
#include "gateway/reference/schemas.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/problem.hpp"

namespace banter::gateway::reference {
namespace {

using base::ErrorCode;
using protocol::JsonObject;

constexpr int timeout_status = 408;
constexpr std::string_view timeout_response = "timeout";

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

std::vector<std::string_view> parameters_of(std::string_view path) {
    std::vector<std::string_view> names;
    for (std::size_t at = path.find('{'); at != std::string_view::npos; at = path.find('{', at)) {
        const std::size_t end = path.find('}', at);
        names.push_back(path.substr(at + 1, end - at - 1));
        at = end;
    }
    return names;
}

// "get", "/v1/chats/{chat}/members" -> "get_chats_chat_members"
std::string operation_id(const Endpoint& endpoint) {
    std::string id = lower(name_of(endpoint.method));
    std::string_view path = endpoint.path;
    if (path.starts_with("/v1/")) path.remove_prefix(3);
    for (const char c : path) {
        if (c == '/') {
            id += '_';
        } else if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
            id += c;
        }
    }
    return id;
}

void write_parameter(std::string& out, const Member& member, std::string_view in, bool required,
                     UsedNames& used) {
    JsonObject parameter(out);
    parameter.text("name", member.name).text("in", in).flag("required", required);
    write_schema(parameter.open("schema"), member.type, used);
}

void write_parameters(JsonObject& operation, const Endpoint& endpoint, UsedNames& used) {
    std::vector<std::string> parameters;
    for (const auto name : parameters_of(endpoint.path)) {
        Member member;
        member.name = name;
        member.type = path_parameter(name);
        write_parameter(parameters.emplace_back(), member, "path", true, used);
    }
    for (const auto& member : spread(parse_members(endpoint.input.query.text))) {
        write_parameter(parameters.emplace_back(), member, "query", !member.optional, used);
    }
    if (parameters.empty()) return;
    protocol::append_json_array(
        operation.open("parameters"), parameters,
        [](std::string& out, const std::string& parameter) { out += parameter; });
}

// `{"application/json": {"schema": …}}`, or the media types of bytes.
void write_content(std::string& out, const Type& type, UsedNames& used) {
    JsonObject content(out);
    const bool choice = type.kind == Type::Kind::any_of;
    const std::vector<Type> choices = choice ? type.parts : std::vector<Type>{type};
    if (choices[0].kind == Type::Kind::media) {
        for (const auto& one : choices)
            content.raw(one.text, "{}");
        return;
    }
    JsonObject json(content.open("application/json"));
    write_schema(json.open("schema"), type, used);
}

std::string_view description_of(int status) {
    switch (status) {
        case 201:
            return "Made";
        case 202:
            return "Taken; it is not done yet";
        case 204:
            return "Done; nothing to say";
        case 304:
            return "As the client has it";
        case 503:
            return "Not now";
        default:
            return "Done";
    }
}

// An answer's JSON by its status.
using Responses = std::map<int, std::string>;

std::string error_reference(std::string_view name) {
    std::string out;
    JsonObject(out).text("$ref", "#/components/responses/" + std::string(name));
    return out;
}

void add_error(Responses& responses, ErrorCode code) {
    const auto& kind = protocol::kind_of(code);
    responses.try_emplace(kind.status, error_reference(kind.code));
}

// What any endpoint of its kind may answer: a request that cannot be read, a foreign origin, …
void add_common_errors(Responses& responses, const Endpoint& endpoint) {
    add_error(responses, ErrorCode::invalid);
    add_error(responses, ErrorCode::too_large);
    responses.try_emplace(timeout_status, error_reference(timeout_response));
    if (endpoint.path.starts_with("/v1/")) {
        add_error(responses, ErrorCode::forbidden);
        add_error(responses, ErrorCode::overloaded);
    }
    if (endpoint.access == Access::signed_in) {
        add_error(responses, ErrorCode::unauthorized);
        add_error(responses, ErrorCode::rate_limited);
    }
    if (endpoint.path.contains('{')) add_error(responses, ErrorCode::not_found);
    if (!endpoint.input.body.text.empty()) add_error(responses, ErrorCode::unsupported_media_type);
}

void write_responses(JsonObject& operation, const Endpoint& endpoint, UsedNames& used) {
    Responses responses;
    for (const auto& answer : parse_answers(endpoint.answers.text)) {
        if (answer.status == 0) {
            add_error(responses, protocol::parse_error_code(answer.code).value());
            continue;
        }
        JsonObject response(responses[answer.status]);
        response.text("description", description_of(answer.status));
        if (!answer.content.empty()) {
            write_content(response.open("content"), answer.content[0], used);
        }
    }
    add_common_errors(responses, endpoint);
    JsonObject object(operation.open("responses"));
    for (const auto& [status, response] : responses)
        object.raw(std::to_string(status), response);
}

void write_operation(JsonObject& item, const Endpoint& endpoint, UsedNames& used) {
    JsonObject operation(item.open(lower(name_of(endpoint.method))));
    operation.text("operationId", operation_id(endpoint)).text("summary", endpoint.summary);
    if (endpoint.access == Access::anyone) operation.raw("security", "[]");
    write_parameters(operation, endpoint, used);
    if (!endpoint.input.body.text.empty()) {
        JsonObject body(operation.open("requestBody"));
        body.flag("required", true);
        write_content(body.open("content"), parse_type(endpoint.input.body.text), used);
    }
    write_responses(operation, endpoint, used);
}

void write_error_response(JsonObject& responses, std::string_view name, std::string_view title,
                          std::string_view header) {
    JsonObject response(responses.open(name));
    response.text("description", title);
    if (!header.empty()) {
        JsonObject headers(response.open("headers"));
        headers.raw(header, R"({"schema":{"type":"string"}})");
    }
    response.raw(
        "content",
        R"({"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}})");
}

void write_error_responses(JsonObject& responses) {
    for (const auto& kind : protocol::problem_kinds()) {
        const auto code = protocol::parse_error_code(kind.code).value();
        if (code == ErrorCode::method_not_allowed) continue;  // no operation answers it
        std::string_view header;
        if (code == ErrorCode::unauthorized) header = "WWW-Authenticate";
        if (code == ErrorCode::rate_limited || code == ErrorCode::overloaded) {
            header = "Retry-After";
        }
        write_error_response(responses, kind.code, kind.title, header);
    }
    write_error_response(responses, timeout_response, "The request took too long to arrive", {});
}

void write_components(JsonObject& document, UsedNames used) {
    JsonObject components(document.open("components"));
    components.raw("securitySchemes", R"({"bearer":{"type":"http","scheme":"bearer"},
"cookie":{"type":"apiKey","in":"cookie","name":"__Host-banter"}})");
    {
        JsonObject responses(components.open("responses"));
        write_error_responses(responses);
    }
    used.insert("Problem");
    write_named_schemas(components.open("schemas"), std::move(used));
}

}  // namespace

std::string openapi(const std::vector<const Endpoint*>& endpoints, const std::string& version) {
    std::map<std::string_view, std::vector<const Endpoint*>> by_path;
    for (const auto* endpoint : endpoints)
        by_path[endpoint->path].push_back(endpoint);
    UsedNames used;
    std::string out;
    {
        JsonObject document(out);
        document.text("openapi", "3.1.0");
        {
            JsonObject info(document.open("info"));
            info.text("title", "Banter HTTP").text("version", version);
            info.text("description", rules_as_text());
        }
        document.raw("security", R"([{"bearer":[]},{"cookie":[]}])");
        {
            JsonObject paths(document.open("paths"));
            for (const auto& [path, operations] : by_path) {
                JsonObject item(paths.open(path));
                for (const auto* endpoint : operations)
                    write_operation(item, *endpoint, used);
            }
        }
        write_components(document, std::move(used));
    }
    return out;
}

}  // namespace banter::gateway::reference
