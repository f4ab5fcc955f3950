#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "domain/ids.hpp"

namespace banter::domain {

using ReportId = NumberId<struct ReportTag>;  // 1, 2, 3 … in the order they were made

enum class ReportReason { spam, abuse, other };

// What a user tells the operators of: a chat, and perhaps messages or a user in it.
struct Report {
    ReportId id;
    base::Timestamp at;
    UserId reporter;
    ChatId chat;
    std::optional<UserId> user;  // whom it is about
    ReportReason reason = ReportReason::other;
    std::string text;  // what the reporter says; UTF-8, 0 … max_report_bytes

    // How an operator ended it; none while it is open.
    struct Closing {
        base::Timestamp at;
        std::optional<UserId> by;  // none: the command line
        std::string note;          // UTF-8, 0 … max_report_bytes

        bool operator==(const Closing&) const = default;
    };
    std::optional<Closing> closed;

    bool operator==(const Report&) const = default;
};

inline constexpr std::size_t max_report_bytes = 2048;
inline constexpr std::size_t max_reported_messages = 20;

}  // namespace banter::domain
