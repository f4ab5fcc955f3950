#include "app/config/config_fields.hpp"

#include <array>

#include "app/address.hpp"
#include "app/origin.hpp"

namespace banter::app {
namespace {

constexpr std::uint64_t day_s = 86'400;
constexpr std::uint64_t mebibyte = 1024 * 1024;

constexpr std::array<std::string_view, 3> registrations = {"open", "invite", "closed"};
constexpr std::array<std::string_view, 6> levels = {"trace", "debug", "info",
                                                    "warn",  "error", "off"};

constexpr TextRule address_rule{
    [](const std::string& text) { return Address::parse(text).has_value(); },
    "an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080",
    {}};
constexpr TextRule url_rule{
    [](const std::string& text) { return text.empty() || is_web_origin(text); },
    "empty or http:// or https://, a host and perhaps a port, such as https://chat.example.org",
    {}};
constexpr TextRule origin_rule{
    is_origin,
    {},
    "origins with commas between, such as https://chat.example.org (no slash behind)"};
constexpr TextRule path_rule{[](const std::string& text) { return !text.empty(); }, "a path", {}};
constexpr TextRule optional_path_rule{
    [](const std::string&) { return true; }, "empty or a path", {}};

// In the order in which the sample file shows them.
const std::vector<ConfigField> fields = {
    {"listen", TextSetting{[](Config& c) -> auto& { return c.listen; }, address_rule},
     "Address and port for clients: HTTP, WebSocket and the web client. Port 0: any free one."},
    {"admin_listen", TextSetting{[](Config& c) -> auto& { return c.admin_listen; }, address_rule},
     "Address and port for operators: /metrics, /livez, /readyz. Keep it private."},
    {"data_dir", TextSetting{[](Config& c) -> auto& { return c.data_dir; }, path_rule},
     "The directory that holds everything. Made when it is not there; one server at a time."},
    {"public_url", TextSetting{[](Config& c) -> auto& { return c.public_url; }, url_rule},
     "How people reach the server, such as https://chat.example.org. It stands in links, and "
     "browsers may use the server from this origin. Empty: http:// and the listen address."},
    {"allowed_origins",
     ListSetting{[](Config& c) -> auto& { return c.allowed_origins; }, origin_rule},
     "Further origins from which browsers may use the server."},
    {"registration",
     ChoiceSetting{
         registrations, [](const Config& c) { return static_cast<std::size_t>(c.registration); },
         [](Config& c, std::size_t i) { c.registration = static_cast<accounts::Registration>(i); }},
     "Who may sign up: everyone, those with an invite, or nobody (then 'banter user add')."},
    {"shards", NumberSetting{[](Config& c) -> auto& { return c.shards; }, 0, 256},
     "Threads that serve clients. 0: one for each core."},
    {"auth.access_ttl_s",
     NumberSetting{[](Config& c) -> auto& { return c.auth.access_ttl_s; }, 1, 30 * day_s},
     "How long an access token lives, in seconds."},
    {"auth.refresh_ttl_s",
     NumberSetting{[](Config& c) -> auto& { return c.auth.refresh_ttl_s; }, 1, 3650 * day_s},
     "How long a refresh token and a browser's sign-in live, in seconds."},
    {"auth.password_workers",
     NumberSetting{[](Config& c) -> auto& { return c.auth.password_workers; }, 1, 64},
     "Passwords checked at once; each takes some 20 ms of a core and 19 MiB."},
    {"limits.enabled", FlagSetting{[](Config& c) -> auto& { return c.limits.enabled; }},
     "Whether sign-ins and messages are limited in rate. Off: for load tests only."},
    {"limits.session_buffer_bytes",
     NumberSetting{[](Config& c) -> auto& { return c.limits.session_buffer_bytes; }, 4096,
                   1024 * mebibyte},
     "Bytes that may wait for a slow reader before its session is closed (4008)."},
    {"limits.text_bytes",
     NumberSetting{[](Config& c) -> auto& { return c.limits.text_bytes; }, 1, 65'536},
     "The longest text of a message, in bytes of UTF-8."},
    {"limits.window", NumberSetting{[](Config& c) -> auto& { return c.limits.window; }, 64, 65'536},
     "Messages of a backlog that may be unacknowledged at once."},
    {"limits.session_messages_per_s",
     NumberSetting{[](Config& c) -> auto& { return c.limits.session_messages_per_s; }, 1,
                   1'000'000},
     "Messages that one session may send in a second, in the long run."},
    {"limits.session_burst",
     NumberSetting{[](Config& c) -> auto& { return c.limits.session_burst; }, 1, 1'000'000},
     "Messages that one session may send at once after a pause."},
    {"limits.account_messages_per_s",
     NumberSetting{[](Config& c) -> auto& { return c.limits.account_messages_per_s; }, 1,
                   1'000'000},
     "The long-run rate of all sessions and HTTP requests of one account, on each shard."},
    {"limits.account_burst",
     NumberSetting{[](Config& c) -> auto& { return c.limits.account_burst; }, 1, 1'000'000},
     "What they may do at once after a pause."},
    {"groups.max_members",
     NumberSetting{[](Config& c) -> auto& { return c.groups.max_members; }, 2, 10'000},
     "Members that a group may have, its creator counted."},
    {"groups.fanout_on_write_below",
     NumberSetting{[](Config& c) -> auto& { return c.groups.fanout_on_write_below; }, 0, 10'000},
     "Groups with fewer members write an inbox row for each; larger ones compare heads."},
    {"receipts.tick_ms",
     NumberSetting{[](Config& c) -> auto& { return c.receipts.tick_ms; }, 0, 1000},
     "Each member's receipts of a chat are written and told at most once in so many milliseconds."},
    {"server.drain_s", NumberSetting{[](Config& c) -> auto& { return c.server.drain_s; }, 0, 600},
     "How long a server that is told to stop waits for its sessions to end, in seconds."},
    {"log.level",
     ChoiceSetting{
         levels, [](const Config& c) { return static_cast<std::size_t>(c.log.level); },
         [](Config& c, std::size_t i) { c.log.level = static_cast<base::log::Level>(i); }},
     "The least important lines that are logged."},
    {"log.file", TextSetting{[](Config& c) -> auto& { return c.log.file; }, optional_path_rule},
     "Where the log goes. Empty: standard error."},
};

}  // namespace

std::span<const ConfigField> config_fields() {
    return fields;
}

const ConfigField* find_config_field(std::string_view name) {
    for (const auto& field : fields) {
        if (field.name == name) return &field;
    }
    return nullptr;
}

}  // namespace banter::app
