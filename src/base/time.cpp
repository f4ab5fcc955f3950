#include "base/time.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace banter::base {
namespace {

// What four digits can write.
constexpr auto year_0 = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
constexpr auto year_10000 = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

// ".123456" at the front of `text`, cut off it; what is finer than a millisecond does not count.
std::optional<std::chrono::milliseconds> take_fraction(std::string_view& text) {
    if (!text.starts_with('.')) return std::chrono::milliseconds(0);
    const auto end = std::min(text.find_first_not_of("0123456789", 1), text.size());
    if (end == 1) return std::nullopt;
    int value = 0;
    for (std::size_t at = 1; at <= 3; ++at)
        value = value * 10 + (at < end ? text[at] - '0' : 0);
    text.remove_prefix(end);
    return std::chrono::milliseconds(value);
}

// What local time is ahead of UTC: "Z", "+01:00", "-05:30".
std::optional<std::chrono::minutes> offset_of(std::string_view text) {
    if (text == "Z") return std::chrono::minutes(0);
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') {
        return std::nullopt;
    }
    const auto hours = digits(text, 1, 2);
    const auto minutes = digits(text, 4, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const std::chrono::minutes offset(*hours * 60 + *minutes);
    return text[0] == '-' ? -offset : offset;
}

}  // namespace

std::string format_rfc3339(Timestamp time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':') {
        return std::nullopt;
    }
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 5, 2);
    const auto day = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2);
    const auto minute = digits(text, 14, 2);
    const auto second = digits(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    text.remove_prefix(19);
    const auto fraction = take_fraction(text);
    const auto offset = fraction ? offset_of(text) : std::nullopt;
    if (!offset) return std::nullopt;
    const Timestamp time(std::chrono::sys_days(date).time_since_epoch() +
                         std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                         std::chrono::seconds(*second) + *fraction - *offset);
    if (time < year_0 || time >= year_10000) return std::nullopt;
    return time;
}

}  // namespace banter::base
