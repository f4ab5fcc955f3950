#pragma once

#include <boost/json/fwd.hpp>

#include "client/error.hpp"
#include "client/server_frame.hpp"
#include "client/types.hpp"
#include "protocol/fields.hpp"

// Reads the objects that both HTTP answers and WebSocket frames carry. A problem with a member
// stays in `fields` (see protocol::Fields).
namespace banter::client {

base::Timestamp read_time(protocol::Fields& fields, std::string_view name);
std::optional<base::Timestamp> read_optional_time(protocol::Fields& fields, std::string_view name);
domain::Seq read_seq(protocol::Fields& fields, std::string_view name);
std::optional<domain::Seq> read_optional_seq(protocol::Fields& fields, std::string_view name);

Message read_message(protocol::Fields& fields);
ChatEvent read_chat_event(protocol::Fields& fields);
KeptState read_kept_state(protocol::Fields& fields);
Sent read_sent(protocol::Fields& fields);
Presence read_presence(protocol::Fields& fields);
// An RFC 9457 problem, from an HTTP body or an `error` frame. `status` is the HTTP status, used
// for the code when the member `code` is absent or of a later version.
Error read_problem(protocol::Fields& fields, int status);
Error problem_of_status(int status);

// The error for a JSON object whose members are not as promised.
Error unintelligible(const base::Problem& problem);

}  // namespace banter::client
