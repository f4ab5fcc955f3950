#pragma once

#include <string>

#include "gateway/api.hpp"
#include "gateway/paging.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/names.hpp"

// What the endpoint files share.
namespace banter::gateway {

// The body as one JSON object. `unsupported_media_type` when it says to be something else.
base::Result<protocol::JsonDocument> json_body(const HttpRequest& request);

// Answers the problem of a Result, or goes on with `answer(value)`.
template <class T, class Answer>
HttpResponse answer_or_problem(const base::Result<T>& result, Answer answer) {
    if (!result) return HttpResponse::problem(result.error());
    return answer(*result);
}

HttpResponse no_content_or_problem(const base::Result<void>& result);

// One JSON object as an answer; `write(object)` fills it.
template <class Write>
HttpResponse json_object(int status, Write write) {
    std::string out;
    {
        protocol::JsonObject object(out);
        write(object);
    }
    return HttpResponse::json(status, std::move(out));
}

// How others see a user.
void write_user(protocol::JsonObject& object, const domain::User& user);
HttpResponse users_page(const ports::Page<domain::User>& page);
HttpResponse invite_answer(Api& api, const accounts::NewInvite& invite);

// The chat as the user sees it; `problem` when he does not.
base::Task<HttpResponse> answer_chat(Api& api, domain::UserId user, domain::ChatId chat,
                                     int status);

}  // namespace banter::gateway
