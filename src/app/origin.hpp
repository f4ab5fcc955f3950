#pragma once

#include <string>

namespace banter::app {

// RFC 6454 §6.2, as browsers send it: scheme "://" host [ ":" port ], nothing behind, in lower
// case.
bool is_origin(const std::string& text);

// The same with http or https; one slash behind is let pass.
bool is_web_origin(const std::string& text);

}  // namespace banter::app
