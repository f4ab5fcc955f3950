#pragma once

namespace banter::domain {

// What a member is busy with who has not sent it yet.
enum class TypingKind { text, recording };

}  // namespace banter::domain
