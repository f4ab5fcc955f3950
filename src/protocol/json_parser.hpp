#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "base/result.hpp"

namespace banter::protocol {

// Parses one well-formed JSON object (RFC 8259), nested at most 32 deep, with memory from
// `storage`. Anything else is `invalid` with a sentence that says where it went wrong.
base::Result<boost::json::value> parse_json_object(std::string_view text,
                                                   boost::json::storage_ptr storage);

// The text with every escaped lone surrogate (\uD800–\uDFFF without its partner) replaced by
// \uFFFD, so that the rest of a refused frame can be read for its ref and client_id.
std::string replace_lone_surrogates(std::string_view text);

}  // namespace banter::protocol
