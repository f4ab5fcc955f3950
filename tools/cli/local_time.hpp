#pragma once

#include <string>

#include "base/time.hpp"

// Times for people, in the time zone of this machine.
namespace banter::cli {

std::string clock_time(base::Timestamp time);  // "12:04"
std::string date_time(base::Timestamp time);   // "2026-01-31 12:04:05"

// Days since 1970 in local time: two times of one day have the same.
long local_day(base::Timestamp time);

// "Today", "Yesterday", "Monday, 24 November", with the year when it is another one.
std::string day_name(base::Timestamp time, base::Timestamp now);

// "today at 12:04", "yesterday at 12:04", "on 24 November", "on 24 November 2025".
std::string last_seen(base::Timestamp time, base::Timestamp now);

}  // namespace banter::cli
