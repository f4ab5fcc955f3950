#include "gateway/reference/schemas.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "protocol/json_writer.hpp"
#include "protocol/names.hpp"
#include "protocol/problem.hpp"

namespace banter::gateway::reference {
namespace {

using protocol::JsonObject;

struct Scalar {
    std::string_view name;
    std::string_view json_type;
    std::string_view more;  // further members of the JSON Schema
    std::string_view summary;
};

constexpr std::array scalars = {
    Scalar{"text", "string", "", "Unicode text"},
    Scalar{"flag", "boolean", "", "true or false"},
    Scalar{"integer", "integer", "", "A whole number of 64 bits"},
    Scalar{"count", "integer", R"("minimum":0)", "How many"},
    Scalar{"milliseconds", "integer", R"("minimum":0)", "A time span in milliseconds"},
    Scalar{"seq", "integer", R"("minimum":1)", "The place of a message in its chat: 1, 2, 3…"},
    Scalar{"mark", "integer", R"("minimum":0)", "Everything up to this seq; 0 is nothing yet"},
    Scalar{"id", "string", R"("pattern":"^[1-9][0-9]{0,18}$")",
           "A decimal number of 63 bits that names a user or a device"},
    Scalar{"uuid", "string", R"("format":"uuid")",
           "A UUID (RFC 9562), written in lower case and read in either case"},
    Scalar{"time", "string", R"("format":"date-time")",
           "RFC 3339, written in UTC, to the millisecond, and read with any offset:"
           " 2025-03-01T12:00:00.000Z"},
    Scalar{"cursor", "string", "", "Where a page begins or ends: give it back as it came"},
    Scalar{"limit", "integer", R"("minimum":1,"maximum":200,"default":50)",
           "How many items a page may have"},
    Scalar{"ref", "string", R"("maxLength":64)",
           "Chosen by the client, repeated in the answer to the frame or in its error"},
    Scalar{"token", "string", "", "A secret: keep it where only this device reads it"},
    Scalar{"url", "string", R"("format":"uri")", "A whole address"},
    Scalar{"username", "string",
           R"("minLength":3,"maxLength":32,"pattern":"^[A-Za-z0-9_.-]{3,32}$")",
           "Letters A to Z, digits, '_', '.' and '-'; unique, whatever the case"},
    Scalar{"password", "string", "", "8 to 1024 bytes"},
    Scalar{"name", "string", R"("minLength":1,"maxLength":64)", "No control characters"},
    Scalar{"description", "string", R"("maxLength":1024)", "May have several lines, or be empty"},
    Scalar{"path", "string", R"("pattern":"^/v1/")", "An address on this server"},
    Scalar{"title", "string", R"("minLength":1,"maxLength":100)", "No control characters"},
};

struct Enumeration {
    std::string_view name;
    protocol::Words (*words)();
    std::string_view summary;
};

protocol::Words error_code_names() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> result;
        for (const auto& kind : protocol::problem_kinds())
            result.push_back(kind.code);
        return result;
    }();
    return names;
}

constexpr std::array enumerations = {
    Enumeration{"MessageKind", protocol::message_kind_names,
                "What a message is; skip unknown ones"},
    Enumeration{"Change", protocol::change_names, "What an event says has changed"},
    Enumeration{"ChatType", protocol::chat_type_names, "Of two people, or of many"},
    Enumeration{"Role", protocol::role_names, "What a member may do in a group"},
    Enumeration{"HistoryMode", protocol::history_mode_names,
                "What newcomers see: the messages from their joining on, or all"},
    Enumeration{"Allowed", protocol::allowed_names, "Who may do something in a group"},
    Enumeration{"Audience", protocol::audience_names, "To whom something is shown"},
    Enumeration{"ServerRole", protocol::server_role_names, "What a user may do on the server"},
    Enumeration{"TypingKind", protocol::typing_kind_names, "How a message is being made"},
    Enumeration{"ReportReason", protocol::report_reason_names, "Why something is reported"},
    Enumeration{"ErrorCode", error_code_names, "Stable names for programs"},
};

struct Object {
    std::string_view name;
    TypeText shape;
    std::string_view summary;
};

constexpr std::array objects = {
    Object{"PresenceStatus", "'online'|'offline'|'hidden'", "hidden: the user shows it to others"},
    Object{"ContentKind", "'text'|'image'|'video'|'audio'|'file'",
           "text has a text and no media; the others have media and may have a text"},
    Object{"User", "{user:id username:username display_name:name}", "How others see a user"},
    Object{"Privacy", "{last_seen:Audience read_receipts:Audience}",
           "Who sees when the user was online, and what he has read"},
    Object{"Me", "{...User role:ServerRole created_at:time privacy:Privacy}",
           "The user's own profile"},
    Object{"Session", "{user:id device:id access_token:token refresh_token:token expires_at:time}",
           "A signed-in device; expires_at is when the access token ends"},
    Object{"Device", "{device:id name:name created_at:time last_seen:time current:flag}",
           "A device of the user; current: the one that asks"},
    Object{"Presence", "{user:id status:PresenceStatus last_seen?:time}",
           "Whether a user is online; last_seen when he is offline and was seen before"},
    Object{"Invite", "{invite:token url:url expires_at:time}", "With which one person can sign up"},
    Object{"Chat",
           "{chat:uuid type:ChatType title:text user?:id head:mark first_seq:seq delivered:mark"
           " read:mark unread:count preview:text at:time role:Role members:count"
           " history:HistoryMode description:description picture:path|null"
           " permissions:Permissions join_approval:flag created_at:time state:ChatState}",
           "A chat as its reader sees it. user: the other one of a direct chat, whose display name"
           " is its title. head: the newest message. first_seq: the first that the reader may"
           " see. unread: messages of others after his read mark, events not counted. at: when"
           " the newest came"},
    Object{"Permissions", "{send:Allowed edit:Allowed}",
           "Who sends, and who changes title, description and picture"},
    Object{"Personal", "{muted_until:time|null pinned:flag archived:flag draft:text}",
           "What a user keeps of a chat for himself, on all devices"},
    Object{"ChatState", "{...Personal at:time|null}",
           "What a user keeps of a chat for himself, on all devices; at: when it changed, if ever"},
    Object{"StateChange", "{muted_until?:time|null pinned?:flag archived?:flag draft?:text}",
           "What to change of it, at least one; a draft has at most 4096 bytes"},
    Object{"Member",
           "{user:id role:Role joined_at:time joined_seq:mark delivered:mark read:mark|null}",
           "A member of a chat and his marks; joined_seq: the seq of his joining; read is null "
           "when his privacy withholds it"},
    Object{"Link",
           "{link:uuid expires_at:time max_uses:count|null uses:count created_by:id"
           " created_at:time}",
           "An invite link of a group; max_uses is null when any number may use it"},
    Object{"NewLink", "{...Link token:token url:url}", "The link itself: told once"},
    Object{"JoinRequest", "{...User at:time}", "Who asks to be let in, and since when"},
    Object{"Report",
           "{report:id at:time status:'open'|'closed' reason:ReportReason reporter:id"
           " reporter_username?:username chat:uuid user:id|null username?:username text:text"
           " closed_at?:time closed_by?:id|null note?:text}",
           "What a user told the operators; the names are missing when the users are. closed_by"
           " is null when the command line closed it"},
    Object{"Event",
           "{change:Change users?:[id] title?:text role?:Role description?:description"
           " picture?:path|null permissions?:Permissions join_approval?:flag}",
           "What happened to a chat: users are those it concerns, the sender is who did it; what"
           " has changed is there as it is now"},
    Object{"Content", "{kind:ContentKind text?:text media?:uuid reply_to?:seq}",
           "What a sender says; the text has at most limits.text_bytes bytes (see welcome)"},
    Object{"Message",
           "{chat:uuid seq:seq message_id:uuid sender:id kind:MessageKind text?:text media?:uuid"
           " reply_to?:seq event?:Event at:time client_id?:uuid}",
           "A message and its place; event goes with kind event, client_id to its sender only"},
    Object{"Sent", "{client_id:uuid chat:uuid seq:seq message_id:uuid at:time}",
           "The message is durable and has its place"},
    Object{"Receipt", "{user:id delivered_at:time|null read_at:time|null}",
           "When a member received and read a message; null: not yet, or withheld"},
    Object{"Readiness", "{status:'ready'|'not_ready' reason?:text}",
           "Whether the server can serve"},
    Object{"Refusal",
           "{code:ErrorCode title:text status:integer detail:text retry_after_ms?:milliseconds}",
           "Why something was refused: detail is a sentence for people, status the one of HTTP"},
    Object{"Problem", "{type:'about:blank' ...Refusal}", "A problem document (RFC 9457)"},
    Object{"Paging", "{limit?:limit after?:cursor before?:cursor}",
           "The part of a list that is wanted: after a place or before one, not both"},
    Object{"Limits", "{window:count text_bytes:count frame_bytes:count}",
           "Messages in flight without acknowledgement; the longest text and client frame"},
};

constexpr MembersText path_parameters =
    "chat:uuid user:id device:id seq:seq media:uuid username:username link:uuid token:token"
    " report:id";

template <class Table>
auto* find_in(const Table& table, std::string_view name) {
    const auto found = std::ranges::find(table, name, &Table::value_type::name);
    return found == table.end() ? nullptr : &*found;
}

[[noreturn]] void unknown(std::string_view name) {
    throw std::logic_error("no table describes the type '" + std::string(name) + "'");
}

std::vector<Member> members_of(std::string_view name) {
    const auto* object = find_in(objects, name);
    if (object == nullptr) unknown(name);
    return parse_type(object->shape.text).members;
}

void write_reference(std::string& out, std::string_view name, UsedNames& used) {
    const Scalar* scalar = find_in(scalars, name);
    const Enumeration* enumeration = find_in(enumerations, name);
    const Object* object = find_in(objects, name);
    if (scalar != nullptr) {
        used.insert(scalar->name);
    } else if (enumeration != nullptr) {
        used.insert(enumeration->name);
    } else if (object != nullptr) {
        used.insert(object->name);
    } else {
        unknown(name);
    }
    JsonObject reference(out);
    reference.text("$ref", "#/components/schemas/" + std::string(name));
}

void write_page(std::string& out, const Type& item, UsedNames& used) {
    JsonObject page(out);
    page.text("type", "object").raw("required", R"(["items","next","previous"])");
    JsonObject properties(page.open("properties"));
    {
        JsonObject items(properties.open("items"));
        items.text("type", "array");
        write_schema(items.open("items"), item, used);
    }
    const Type place = parse_type("cursor|null");
    write_schema(properties.open("next"), place, used);
    write_schema(properties.open("previous"), place, used);
}

void write_choices(std::string& out, const Type& type, UsedNames& used) {
    JsonObject object(out);
    const bool literals = std::ranges::all_of(
        type.parts, [](const Type& part) { return part.kind == Type::Kind::literal; });
    if (literals) {
        protocol::append_json_array(
            object.text("type", "string").open("enum"), type.parts,
            [](std::string& to, const Type& part) { protocol::append_json_string(to, part.text); });
        return;
    }
    protocol::append_json_array(
        object.open("oneOf"), type.parts,
        [&](std::string& to, const Type& part) { write_schema(to, part, used); });
}

void write_words(JsonObject& schema, protocol::Words words) {
    protocol::append_json_array(
        schema.text("type", "string").open("enum"), words,
        [](std::string& to, std::string_view word) { protocol::append_json_string(to, word); });
}

// `{"description": …, …}`: the schema of a name, with what it is for.
void write_named_schema(std::string& out, std::string_view name, UsedNames& used) {
    if (const auto* scalar = find_in(scalars, name)) {
        JsonObject schema(out);
        schema.text("type", scalar->json_type).text("description", scalar->summary);
        if (!scalar->more.empty()) out.append(",").append(scalar->more);
    } else if (const auto* enumeration = find_in(enumerations, name)) {
        JsonObject schema(out);
        schema.text("description", enumeration->summary);
        write_words(schema, enumeration->words());
    } else if (const auto* object = find_in(objects, name)) {
        write_schema(out, parse_type(object->shape.text), used);
        out.pop_back();
        out += R"(,"description":)";
        protocol::append_json_string(out, object->summary);
        out += '}';
    } else {
        unknown(name);
    }
}

std::string joined(protocol::Words words) {
    std::string result;
    for (const auto word : words) {
        if (!result.empty()) result += '|';
        result.append("'").append(word).append("'");
    }
    return result;
}

}  // namespace

std::vector<Member> spread(std::span<const Member> members) {
    std::vector<Member> result;
    for (const auto& member : members) {
        if (!member.spread) {
            result.push_back(member);
            continue;
        }
        const auto inner = spread(members_of(member.name));
        result.insert(result.end(), inner.begin(), inner.end());
    }
    return result;
}

void write_object_schema(std::string& out, std::span<const Member> members, UsedNames& used,
                         std::string_view frame) {
    const auto all = spread(members);
    std::vector<std::string_view> required;
    JsonObject schema(out);
    schema.text("type", "object");
    if (!frame.empty()) required.push_back("type");
    {
        JsonObject properties(schema.open("properties"));
        if (!frame.empty()) {
            JsonObject type(properties.open("type"));
            type.text("const", frame);
        }
        for (const auto& member : all) {
            write_schema(properties.open(member.name), member.type, used);
            if (!member.optional) required.push_back(member.name);
        }
    }
    protocol::append_json_array(
        schema.open("required"), required,
        [](std::string& to, std::string_view name) { protocol::append_json_string(to, name); });
}

void write_schema(std::string& out, const Type& type, UsedNames& used) {
    switch (type.kind) {
        case Type::Kind::named:
            return write_reference(out, type.text, used);
        case Type::Kind::page:
            return write_page(out, type.parts[0], used);
        case Type::Kind::any_of:
            return write_choices(out, type, used);
        case Type::Kind::object:
            return write_object_schema(out, type.members, used);
        case Type::Kind::literal:
        case Type::Kind::null:
        case Type::Kind::list:
        case Type::Kind::range:
        case Type::Kind::media:
            break;
    }
    JsonObject schema(out);
    if (type.kind == Type::Kind::literal) {
        schema.text("const", type.text);
    } else if (type.kind == Type::Kind::null) {
        schema.text("type", "null");
    } else if (type.kind == Type::Kind::range) {
        schema.text("type", "integer").raw("minimum", type.text).raw("maximum", type.most);
    } else if (type.kind == Type::Kind::list) {
        schema.text("type", "array");
        write_schema(schema.open("items"), type.parts[0], used);
    }  // bytes: any (OpenAPI 3.1 §4.8.14.3)
}

void write_named_schemas(std::string& out, UsedNames used) {
    UsedNames written;
    JsonObject schemas(out);
    while (written.size() < used.size()) {
        const auto names = used;
        for (const auto name : names) {
            if (written.insert(name).second) write_named_schema(schemas.open(name), name, used);
        }
    }
}

Type path_parameter(std::string_view name) {
    for (const auto& member : parse_members(path_parameters.text)) {
        if (member.name == name) return member.type;
    }
    unknown(name);
}

std::vector<TypeDescription> described_types() {
    std::vector<TypeDescription> result;
    for (const auto& one : objects)
        result.push_back({one.name, std::string(one.shape.text), one.summary});
    for (const auto& one : enumerations)
        result.push_back({one.name, joined(one.words()), one.summary});
    for (const auto& one : scalars)
        result.push_back({one.name, std::string(one.json_type), one.summary});
    return result;
}

}  // namespace banter::gateway::reference
