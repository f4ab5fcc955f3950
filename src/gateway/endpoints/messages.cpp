// History, and sending and acknowledging over HTTP.
#include <array>
#include <charconv>

#include "gateway/endpoints/common.hpp"
#include "protocol/client_frame.hpp"
#include "protocol/server_frame.hpp"

namespace banter::gateway {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::ChatId;
using domain::Seq;

Result<std::optional<Seq>> seq_of(const std::optional<std::string>& text, std::string_view name) {
    if (!text) return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{} || end != text->data() + text->size() || value >> 62 != 0) {
        return base::fail(ErrorCode::invalid,
                          "The parameter '" + std::string(name) + "' must be a seq.");
    }
    return Seq{value};
}

Result<chat::HistoryQuery> history_query(const Call& call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) return std::unexpected(chat.error());
    const auto page = page_query(call.request);
    if (!page) return std::unexpected(page.error());
    const auto before = seq_of(page->before, "before");
    if (!before) return std::unexpected(before.error());
    const auto after = seq_of(page->after, "after");
    if (!after) return std::unexpected(after.error());
    return chat::HistoryQuery{*chat, *before, *after, page->limit};
}

std::optional<std::string> cursor(const std::optional<Seq>& seq) {
    if (!seq) return std::nullopt;
    return std::to_string(seq->value);
}

Task<HttpResponse> get_messages(Api& api, Call call) {
    const auto query = history_query(call);
    if (!query) co_return HttpResponse::problem(query.error());
    const auto user = call.identity.user;
    const auto page = co_await api.services().chats.history(user, *query);
    if (!page) co_return HttpResponse::problem(page.error());
    std::string items;
    protocol::append_json_array(items, page->messages, [&](std::string& out, const auto& message) {
        protocol::JsonObject object(out);
        protocol::write_message(object, message, message.sender == user);
    });
    co_return HttpResponse::json(200, page_json(items, cursor(page->next), cursor(page->previous)));
}

HttpResponse sent_answer(const protocol::Sent& sent, int status) {
    return json_object(status, [&](protocol::JsonObject& object) {
        object.text("client_id", to_string(sent.client_id)).text("chat", to_string(sent.chat));
        object.number("seq", static_cast<std::int64_t>(sent.seq.value));
        object.text("message_id", to_string(sent.message_id));
        object.text("at", base::format_rfc3339(sent.at));
    });
}

Task<Result<protocol::Sent>> send_and_wait(Api& api, ports::SendCommand command) {
    base::CallbackAwaiter<Result<protocol::Sent>> outcome(
        [&](base::Completion<Result<protocol::Sent>> done) {
            api.services().chats.send(api.shard(), std::move(command),
                                      [done](const auto& result) { done(result); });
        });
    co_return co_await outcome;
}

Task<HttpResponse> post_message(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto body = json_body(call.request);
    if (!body) co_return HttpResponse::problem(body.error());
    auto fields = body->fields();
    const auto client_id = fields.id<domain::ClientId>("client_id");
    auto content = protocol::read_content(fields, api.frame_limits());
    if (fields.problem()) co_return HttpResponse::problem(*fields.problem());
    ports::SendCommand command{
        *chat, {call.identity.user, call.identity.device, client_id}, std::move(content)};
    const auto sent = co_await send_and_wait(api, std::move(command));
    if (!sent) co_return HttpResponse::problem(sent.error());
    co_return sent_answer(*sent, sent->repeated ? 200 : 201);
}

Result<Seq> seq_in_body(const Call& call) {
    const auto body = json_body(call.request);
    if (!body) return std::unexpected(body.error());
    auto fields = body->fields();
    const Seq seq{fields.number("seq")};
    if (fields.problem()) return std::unexpected(*fields.problem());
    return seq;
}

Task<HttpResponse> post_received(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto seq = seq_in_body(call);
    if (!seq) co_return HttpResponse::problem(seq.error());
    const auto result = co_await api.services().chats.received(*chat, call.identity.user,
                                                               call.identity.device, *seq);
    co_return no_content_or_problem(result);
}

Task<HttpResponse> post_read(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto seq = seq_in_body(call);
    if (!seq) co_return HttpResponse::problem(seq.error());
    const auto result = co_await api.services().chats.read(*chat, call.identity.user, *seq);
    co_return no_content_or_problem(result);
}

void write_time(protocol::JsonObject& object, std::string_view name,
                const std::optional<base::Timestamp>& time) {
    if (time) {
        object.text(name, base::format_rfc3339(*time));
    } else {
        object.null(name);
    }
}

Task<HttpResponse> get_receipts(Api& api, Call call) {
    const auto chat = call.id<ChatId>(0);
    if (!chat) co_return HttpResponse::problem(chat.error());
    const auto page = page_query(call.request);
    if (!page) co_return HttpResponse::problem(page.error());
    const auto seq = seq_of(call.params[1], "seq");
    if (!seq || **seq == Seq{}) {
        co_return HttpResponse::problem({ErrorCode::not_found, "There is no such message.", {}});
    }
    auto receipts = co_await api.services().chats.receipts(*chat, call.identity.user, **seq);
    if (!receipts) co_return HttpResponse::problem(receipts.error());
    const auto key = [](const chat::ReceiptView& one) { return sortable(one.user); };
    std::ranges::sort(*receipts, {}, key);
    co_return HttpResponse::json(
        200, page_of(*receipts, *page, key, [](std::string& out, const auto& one) {
            protocol::JsonObject object(out);
            object.text("user", to_string(one.user));
            write_time(object, "delivered_at", one.delivered_at);
            write_time(object, "read_at", one.read_at);
        }));
}

constexpr std::array<Endpoint, 5> endpoints = {{
    {Method::get, "/v1/chats/{chat}/messages", Access::signed_in, get_messages,
     "History of a chat, from either end or from a seq", "200:Page<Message>",
     parameters("limit?:limit after?:mark before?:mark")},
    {Method::post, "/v1/chats/{chat}/messages", Access::signed_in, post_message,
     "Send a message; 201 the first time, 200 when it is repeated", "200:Sent 201:Sent conflict",
     "{client_id:uuid ...Content}"},
    {Method::post, "/v1/chats/{chat}/received", Access::signed_in, post_received,
     "This device has everything up to a seq", "204", "{seq:mark}"},
    {Method::post, "/v1/chats/{chat}/read", Access::signed_in, post_read,
     "The user has read everything up to a seq", "204", "{seq:mark}"},
    {Method::get, "/v1/chats/{chat}/messages/{seq}/receipts", Access::signed_in, get_receipts,
     "Who received and read a message, and when", "200:Page<Receipt>", parameters("...Paging")},
}};

}  // namespace

std::span<const Endpoint> message_endpoints() {
    return endpoints;
}

}  // namespace banter::gateway
