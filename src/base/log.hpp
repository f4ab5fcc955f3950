#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace banter::base::log {

enum class Level { trace, debug, info, warn, error, off };

// One value of a log line. Never pass message text, a password or a token.
struct Field {
    std::string_view key;
    std::string value;
    bool quoted = true;

    Field(std::string_view name, std::string_view text) : key(name), value(text) {}
    Field(std::string_view name, const char* text) : key(name), value(text) {}
    Field(std::string_view name, const std::string& text) : key(name), value(text) {}
    template <class T>
        requires std::integral<T> || std::floating_point<T>
    Field(std::string_view name, T number) : key(name), quoted(false) {
        if constexpr (std::same_as<T, bool>) {
            value = number ? "true" : "false";
        } else {
            value = std::to_string(number);
        }
    }
};

using Fields = std::initializer_list<Field>;

// Start-up only. `file` empty: standard error. Throws std::runtime_error when it can't be opened.
void start(Level level, const std::string& file);
void flush();

// One JSON object a line: {"time":"…","level":"…","event":"session.opened","user":"42"}.
// Any thread. `event` is a dotted name, fixed at the call; `fields` carry what varies.
void write(Level level, std::string_view event, Fields fields = {});

inline void debug(std::string_view event, Fields fields = {}) {
    write(Level::debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) {
    write(Level::info, event, fields);
}
inline void warn(std::string_view event, Fields fields = {}) {
    write(Level::warn, event, fields);
}
inline void error(std::string_view event, Fields fields = {}) {
    write(Level::error, event, fields);
}

}  // namespace banter::base::log
