#include "load/account.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "load/json_scan.hpp"
#include "protocol/json_writer.hpp"

namespace banter::load {
namespace {

using protocol::JsonObject;

// Access tokens live 15 minutes (protocol.md); refreshed well before.
constexpr auto token_life = std::chrono::minutes(10);

std::string registration(const Account& account) {
    std::string body;
    {
        JsonObject object(body);
        object.text("username", account.username).text("password", load_password);
        object.text("display_name", account.display_name);
    }
    return body;
}

std::string login(const Account& account) {
    std::string body;
    {
        JsonObject object(body);
        object.text("username", account.username).text("password", load_password);
        object.text("device_name", "banter-load");
    }
    return body;
}

void take_tokens(Account& account, const std::string& body, Time now) {
    scan_object(body, [&](std::string_view name, std::string_view value) {
        const auto text = plain_string(value);
        if (name == "user") account.user = text;
        if (name == "device") account.device = text;
        if (name == "access_token") account.access_token = text;
        if (name == "refresh_token") account.refresh_token = text;
    });
    account.refreshed_at = now;
}

}  // namespace

void Accounts::fail(const Account& account, const HttpResponse& response) {
    if (!failure_.empty()) return;
    failure_ = fmt::format("Cannot sign in {}: {} {}", account.username, response.status,
                           response.body);
    if (response.status == 429) {
        failure_ += " (start the server under test with BANTER_LIMITS_ENABLED=false)";
    }
}

void Accounts::register_user(Account& account, std::function<void()> done) {
    HttpRequest request{"POST", "/v1/users", "", registration(account)};
    http_.request(std::move(request), [this, &account, done](const HttpResponse& response) {
        if (response.ok() || response.status == 409) return open_session(account, done);
        fail(account, response);
    });
}

void Accounts::open_session(Account& account, std::function<void()> done) {
    HttpRequest request{"POST", "/v1/sessions", "", login(account)};
    http_.request(std::move(request), [this, &account, done](const HttpResponse& response) {
        if (!response.ok()) return fail(account, response);
        take_tokens(account, response.body, loop_.now());
        done();
    });
}

void Accounts::sign_in(std::vector<Account*> accounts, Progress& progress) {
    progress.begin("Signing in " + std::to_string(accounts.size()) + " users", accounts.size());
    std::size_t started = 0;
    std::size_t finished = 0;
    const std::function<void()> next = [&] {
        if (started == accounts.size() || !failure_.empty()) return;
        Account& account = *accounts[started++];
        register_user(account, [&] {
            ++finished;
            progress.update(finished);
            next();
        });
    };
    constexpr std::size_t at_once = 32;
    for (std::size_t i = 0; i < at_once; ++i) next();
    loop_.run_until([&] { return finished == accounts.size() || !failure_.empty(); });
    if (!failure_.empty()) throw std::runtime_error(failure_);
    progress.finish();
}

void Accounts::with_token(Account& account, std::function<void(const std::string&)> use) {
    if (loop_.now() - account.refreshed_at < token_life) return use(account.access_token);
    std::string body;
    JsonObject(body).text("refresh_token", account.refresh_token);
    HttpRequest request{"POST", "/v1/sessions/refresh", "", std::move(body)};
    account.refreshed_at = loop_.now();  // who asks meanwhile gets the old token, still good
    http_.request(std::move(request), [this, &account, use](const HttpResponse& response) {
        if (response.ok()) take_tokens(account, response.body, loop_.now());
        use(account.access_token);
    });
}

std::string username_of(const std::string& prefix, std::size_t index) {
    return fmt::format("{:.20}.{}", prefix, index);
}

std::string display_name_of(std::string_view nickname) {
    std::string name;
    for (const char c : nickname.substr(0, 64)) {
        const auto byte = static_cast<unsigned char>(c);
        name += byte < 0x20 || byte >= 0x7F ? '_' : c;
    }
    return name.empty() ? "_" : name;
}

}  // namespace banter::load
