#include "cli/local_time.hpp"

#include <array>
#include <ctime>

namespace banter::cli {
namespace {

std::tm local(base::Timestamp time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    const std::time_t given = seconds;
    std::tm parts{};
    localtime_r(&given, &parts);
    return parts;
}

std::string formatted(const std::tm& parts, const char* format) {
    std::array<char, 64> text{};
    const auto length = std::strftime(text.data(), text.size(), format, &parts);
    return {text.data(), length};
}

// Without the zero that strftime puts before a single digit.
std::string day_and_month(const std::tm& parts, bool with_year) {
    return std::to_string(parts.tm_mday) + formatted(parts, with_year ? " %B %Y" : " %B");
}

}  // namespace

std::string clock_time(base::Timestamp time) {
    return formatted(local(time), "%H:%M");
}
std::string date_time(base::Timestamp time) {
    return formatted(local(time), "%Y-%m-%d %H:%M:%S");
}

long local_day(base::Timestamp time) {
    const auto parts = local(time);
    const auto utc = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch();
    const auto there = utc + std::chrono::seconds(parts.tm_gmtoff);
    return std::chrono::floor<std::chrono::days>(there).count();
}

std::string day_name(base::Timestamp time, base::Timestamp now) {
    const auto days_ago = local_day(now) - local_day(time);
    if (days_ago == 0) return "Today";
    if (days_ago == 1) return "Yesterday";
    const auto parts = local(time);
    return formatted(parts, "%A, ") + day_and_month(parts, parts.tm_year != local(now).tm_year);
}

std::string last_seen(base::Timestamp time, base::Timestamp now) {
    const auto days_ago = local_day(now) - local_day(time);
    if (days_ago == 0) return "today at " + clock_time(time);
    if (days_ago == 1) return "yesterday at " + clock_time(time);
    const auto parts = local(time);
    return "on " + day_and_month(parts, parts.tm_year != local(now).tm_year);
}

}  // namespace banter::cli
