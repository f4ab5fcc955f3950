#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "accounts/account_service.hpp"
#include "base/log.hpp"

namespace banter::app {

// What the operator decides, as the fields of config_fields.cpp declare it.
struct Config {
    std::string listen = "127.0.0.1:8080";
    std::string admin_listen = "127.0.0.1:8081";
    std::string data_dir = "./banter-data";
    std::string public_url;  // empty: derived from `listen`
    std::vector<std::string> allowed_origins;
    accounts::Registration registration = accounts::Registration::open;
    std::uint64_t shards = 0;  // 0: one per core

    struct Auth {
        std::uint64_t access_ttl_s = 900;
        std::uint64_t refresh_ttl_s = 5'184'000;
        std::uint64_t password_workers = 2;
    } auth;

    struct Limits {
        bool enabled = true;
        std::uint64_t session_buffer_bytes = 1024 * 1024;
        std::uint64_t text_bytes = 65'536;
        std::uint64_t window = 256;
        std::uint64_t session_messages_per_s = 200;
        std::uint64_t session_burst = 1000;
        std::uint64_t account_messages_per_s = 400;
        std::uint64_t account_burst = 2000;
    } limits;

    struct Groups {
        std::uint64_t max_members = 500;
        std::uint64_t fanout_on_write_below = 100;
    } groups;

    struct Receipts {
        std::uint64_t tick_ms = 100;
    } receipts;

    struct Server {
        std::uint64_t drain_s = 5;
    } server;

    struct Log {
        base::log::Level level = base::log::Level::info;
        std::string file;  // empty: standard error
    } log;
};

}  // namespace banter::app
