#include "base/log.hpp"

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <stdexcept>

#include "base/time.hpp"
#include "base/utf8.hpp"

namespace banter::base::log {
namespace {

// Lines that may wait for the disk; more are dropped, the oldest first, rather than stop a shard.
constexpr std::size_t queued_lines = 8192;

std::shared_mutex logger_mutex;
std::shared_ptr<spdlog::async_logger> logger;  // guarded by logger_mutex
std::atomic<Level> threshold{Level::off};

spdlog::level::level_enum spdlog_level(Level level) {
    return static_cast<spdlog::level::level_enum>(level == Level::off ? spdlog::level::off
                                                                      : static_cast<int>(level));
}

std::string_view name_of(Level level) {
    switch (level) {
        case Level::trace:
            return "trace";
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warn:
            return "warn";
        case Level::error:
            return "error";
        case Level::off:
            break;
    }
    return "off";
}

// A JSON string (RFC 8259 §7). Bytes that are no UTF-8 are taken for Latin-1, so that the line
// stays readable for every program.
void append_quoted(std::string& out, std::string_view text) {
    const bool utf8 = is_utf8(text);
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || (byte >= 0x80 && !utf8)) {
            static constexpr char hex[] = "0123456789abcdef";
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

void append_member(std::string& out, std::string_view key, std::string_view value, bool quoted) {
    if (out.size() > 1) out += ',';
    append_quoted(out, key);
    out += ':';
    if (quoted) {
        append_quoted(out, value);
    } else {
        out += value;
    }
}

}  // namespace

void start(Level level, const std::string& file) {
    const std::unique_lock lock(logger_mutex);
    try {
        spdlog::init_thread_pool(queued_lines, 1);
        spdlog::sink_ptr sink;
        if (file.empty()) {
            sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        } else {
            sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
        }
        logger =
            std::make_shared<spdlog::async_logger>("banter", std::move(sink), spdlog::thread_pool(),
                                                   spdlog::async_overflow_policy::overrun_oldest);
    } catch (const spdlog::spdlog_ex& error) {
        throw std::runtime_error("The log file " + file + " cannot be written (" + error.what() +
                                 "); set 'log.file' to another.");
    }
    logger->set_pattern("%v");
    logger->set_level(spdlog_level(level));
    logger->flush_on(spdlog::level::warn);
    spdlog::flush_every(std::chrono::seconds(1));
    spdlog::register_logger(logger);
    threshold = level;
}

void flush() {
    const std::unique_lock lock(logger_mutex);
    if (!logger) return;
    threshold = Level::off;
    logger->flush();
    logger.reset();
    spdlog::shutdown();  // waits for what is queued
}

void write(Level level, std::string_view event, Fields fields) {
    if (level < threshold.load(std::memory_order_relaxed)) return;
    const auto now =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    std::string line = "{";
    append_member(line, "time", format_rfc3339(now), true);
    append_member(line, "level", name_of(level), true);
    append_member(line, "event", event, true);
    for (const auto& field : fields)
        append_member(line, field.key, field.value, field.quoted);
    line += '}';
    const std::shared_lock lock(logger_mutex);
    if (logger) logger->log(spdlog_level(level), line);
}

}  // namespace banter::base::log
