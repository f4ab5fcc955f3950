#include "protocol/client_frame.hpp"

#include <array>
#include <boost/json.hpp>

#include "base/utf8.hpp"
#include "protocol/fields.hpp"
#include "protocol/json_parser.hpp"
#include "protocol/names.hpp"

namespace banter::protocol {
namespace {

namespace json = boost::json;
using base::ErrorCode;

constexpr std::size_t max_ref_characters = 64;

ClientFrame read_hello(Fields& fields, const FrameLimits&) {
    Hello hello;
    hello.token = fields.optional_text("token").value_or("");
    hello.client = fields.optional_text("client").value_or("");
    hello.platform = fields.optional_text("platform").value_or("");
    const auto since = fields.optional_text("since").value_or("start");
    if (since == "undelivered") {
        hello.since = Since::undelivered;
    } else if (since != "start") {
        fields.note("since", "must be 'start' or 'undelivered'");
    }
    return hello;
}

ClientFrame read_send(Fields& fields, const FrameLimits& limits) {
    Send send;
    send.client_id = fields.id<domain::ClientId>("client_id");
    send.chat = fields.id<domain::ChatId>("chat");
    send.content = read_content(fields, limits);
    return send;
}

ClientFrame read_received(Fields& fields, const FrameLimits&) {
    return Received{fields.id<domain::ChatId>("chat"), {fields.number("seq")}};
}

ClientFrame read_read(Fields& fields, const FrameLimits&) {
    return Read{fields.id<domain::ChatId>("chat"), {fields.number("seq")}};
}

ClientFrame read_typing(Fields& fields, const FrameLimits&) {
    Typing typing;
    typing.chat = fields.id<domain::ChatId>("chat");
    typing.on = fields.flag("on");
    const auto kind = parse_typing_kind(fields.optional_text("kind").value_or("text"));
    if (!kind) fields.note("kind", "must be 'text' or 'recording'");
    typing.kind = kind.value_or(typing.kind);
    return typing;
}

ClientFrame read_watch(Fields& fields, const FrameLimits& limits) {
    return Watch{fields.users("users", limits.watched_users)};
}

ClientFrame read_unwatch(Fields& fields, const FrameLimits& limits) {
    return Unwatch{fields.users("users", limits.watched_users)};
}

ClientFrame read_state(Fields& fields, const FrameLimits&) {
    return State{fields.id<domain::ChatId>("chat"), read_state_change(fields)};
}

ClientFrame read_ping(Fields& fields, const FrameLimits&) {
    return PingFrame{fields.optional_integer("n")};
}

struct FrameType {
    std::string_view name;
    ClientFrame (*read)(Fields&, const FrameLimits&);
};

constexpr std::array<FrameType, 9> frame_types = {{
    {"send", read_send},
    {"received", read_received},
    {"read", read_read},
    {"ping", read_ping},
    {"typing", read_typing},
    {"watch", read_watch},
    {"unwatch", read_unwatch},
    {"state", read_state},
    {"hello", read_hello},
}};

base::Result<ClientFrame> read_frame(const json::object& object, const FrameLimits& limits) {
    Fields fields(object);
    const auto type = fields.text("type");
    if (fields.problem()) return std::unexpected(*fields.problem());
    for (const auto& known : frame_types) {
        if (known.name != type) continue;
        auto frame = known.read(fields, limits);
        if (fields.problem()) return std::unexpected(*fields.problem());
        return frame;
    }
    return base::fail(ErrorCode::invalid, "There is no frame of this type.");
}

// Fills in what an error has to repeat, and reports a bad ref.
std::optional<base::Problem> read_envelope(const json::object& object, ParsedFrame& parsed) {
    Fields envelope(object);
    auto ref = envelope.optional_text("ref");
    if (ref && base::count_code_points(*ref) > max_ref_characters) {
        envelope.note("ref", "must have at most 64 characters");
        ref.reset();
    }
    parsed.ref = std::move(ref);
    Fields identity(object);
    if (identity.optional_text("type") == "send") {
        parsed.client_id = identity.optional_id<domain::ClientId>("client_id");
    }
    return envelope.problem();
}

ParsedFrame refuse(base::Problem problem, std::string_view text) {
    ParsedFrame parsed{.ref = {}, .client_id = {}, .frame = std::unexpected(std::move(problem))};
    const auto readable = parse_json_object(replace_lone_surrogates(text), {});
    if (readable) read_envelope(readable->get_object(), parsed);
    return parsed;
}

}  // namespace

domain::Content read_content(Fields& fields, const FrameLimits& limits) {
    domain::Content content;
    const auto kind = parse_message_kind(fields.text("kind"));
    if (!kind || *kind == domain::MessageKind::event) {
        fields.note("kind", "must be one of text, image, video, audio, file");
        return content;
    }
    content.kind = *kind;
    content.text = fields.optional_text("text").value_or("");
    content.media = fields.optional_id<domain::MediaId>("media");
    if (content.text.size() > limits.text_bytes) {
        fields.note("text", "is longer than this server allows");
    }
    if (content.kind == domain::MessageKind::text) {
        if (content.text.empty()) fields.note("text", "must not be empty");
        if (content.media) fields.note("media", "does not go with kind 'text'");
    } else if (!content.media) {
        fields.note("media", "is missing");
    }
    if (const auto reply_to = fields.optional_number("reply_to")) {
        if (*reply_to == 0) fields.note("reply_to", "must be the seq of a message");
        content.reply_to = domain::Seq{*reply_to};
    }
    return content;
}

domain::PersonalStateChange read_state_change(Fields& fields) {
    domain::PersonalStateChange change;
    if (fields.is_null("muted_until")) {
        change.muted_until.emplace();
    } else if (const auto until = fields.optional_time("muted_until")) {
        change.muted_until = until;
    }
    change.pinned = fields.optional_flag("pinned");
    change.archived = fields.optional_flag("archived");
    change.draft = fields.optional_text("draft");
    if (change.draft && change.draft->size() > domain::max_draft_bytes) {
        fields.note("draft", "must have at most 4096 bytes");
    }
    if (change.empty() && !fields.problem()) {
        fields.note("pinned", "or one of muted_until, archived, draft must say what to change");
    }
    return change;
}

ParsedFrame parse_client_frame(std::string_view text, const FrameLimits& limits) {
    std::array<unsigned char, 4096> scratch;
    json::monotonic_resource memory(scratch.data(), scratch.size());
    const auto value = parse_json_object(text, &memory);
    if (!value) return refuse(value.error(), text);
    const auto& object = value->get_object();
    ParsedFrame parsed{.ref = {}, .client_id = {}, .frame = ClientFrame(PingFrame{})};
    if (auto problem = read_envelope(object, parsed)) {
        parsed.frame = std::unexpected(std::move(*problem));
        return parsed;
    }
    parsed.frame = read_frame(object, limits);
    return parsed;
}

}  // namespace banter::protocol
