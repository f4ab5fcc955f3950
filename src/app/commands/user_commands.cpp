#include <fmt/core.h>
#include <thread>
#include <unistd.h>

#include "app/blocking.hpp"
#include "app/commands/commands.hpp"
#include "app/composition.hpp"
#include "app/control_client.hpp"
#include "app/password_input.hpp"
#include "gateway/http_message.hpp"
#include "protocol/fields.hpp"
#include "protocol/json_writer.hpp"

namespace banter::app {
namespace {

constexpr std::size_t list_page = 200;

// The services over a data directory that no server holds, with their shards running.
class Offline {
public:
    explicit Offline(Config config) : parts_(one_shard(std::move(config))) {
        thread_ = std::thread([this] { parts_.shards.list.front()->run(); });
    }
    Offline(const Offline&) = delete;
    Offline& operator=(const Offline&) = delete;
    ~Offline() {
        parts_.shards.list.front()->stop();
        thread_.join();
    }

    accounts::AccountService& accounts() { return parts_.accounts; }
    base::Executor& shard() { return *parts_.shards.list.front(); }

private:
    static Config one_shard(Config config) {
        config.shards = 1;
        return config;
    }

    Composition parts_;
    std::thread thread_;
};

std::filesystem::path control_socket(const Config& config) {
    return std::filesystem::path(config.data_dir) / "control.sock";
}

// The sentence of a problem document.
std::string detail_of(const ControlAnswer& answer) {
    const auto document = protocol::JsonDocument::parse(answer.body);
    if (!document) return "The server answered " + std::to_string(answer.status) + ".";
    auto fields = document->fields();
    return fields.optional_text("detail").value_or("The server refused.");
}

void require_success(const ControlAnswer& answer) {
    if (answer.status / 100 != 2) throw StartupError(Exit::failed, detail_of(answer));
}

void print_generated(const PasswordOptions& options, const std::string& password) {
    if (options.generate) fmt::print("Password: {}\n", password);
}

void print_user(const std::string& id, const std::string& username, const std::string& name) {
    fmt::print("{:<20} {:<32} {}\n", id, username, name);
}

// Prints a page that the server sent; answers where the next begins.
std::optional<std::string> print_page(const std::string& body) {
    const auto document = protocol::JsonDocument::parse(body);
    if (!document) throw StartupError(Exit::failed, document.error().detail);
    auto fields = document->fields();
    for (auto& user : fields.objects("items")) {
        print_user(user.text("user"), user.text("username"), user.text("display_name"));
    }
    return fields.optional_text("next");
}

bool list_from_server(const Config& config) {
    std::optional<std::string> after;
    do {
        std::string path = "/control/users?limit=" + std::to_string(list_page);
        if (after) path += "&after=" + gateway::percent_encode(*after);
        const auto answer = ask_server(control_socket(config), "GET", path, "");
        if (!answer) return false;
        require_success(*answer);
        after = print_page(answer->body);
    } while (after);
    return true;
}

void list_offline(const Config& config) {
    Offline offline(config);
    ports::PageRequest request;
    request.limit = list_page;
    do {
        const auto page = wait_or_throw<ports::Page<domain::User>>(
            offline.shard(), [&] { return offline.accounts().search("", request); });
        for (const auto& user : page.items) {
            print_user(to_string(user.id), user.username, user.display_name);
        }
        request.after = page.next;
    } while (request.after);
}

}  // namespace

int run_user_add(const Config& config, const std::string& username, const std::string& display_name,
                 const PasswordOptions& options) {
    accounts::SignUp request;
    request.username = username;
    request.display_name = display_name.empty() ? username : display_name;
    request.password = obtain_password(options, username);
    std::string body;
    {
        protocol::JsonObject object(body);
        object.text("username", request.username).text("password", request.password);
        object.text("display_name", request.display_name);
    }
    if (const auto answer = ask_server(control_socket(config), "POST", "/control/users", body)) {
        require_success(*answer);
    } else {
        Offline offline(config);
        wait_or_throw<domain::User>(offline.shard(),
                                    [&] { return offline.accounts().add_user(request); });
    }
    fmt::print("Added {}. They can sign in now.\n", username);
    print_generated(options, request.password);
    return 0;
}

int run_user_list(const Config& config) {
    require_data_directory(config);
    if (!list_from_server(config)) list_offline(config);
    return 0;
}

int run_user_password(const Config& config, const std::string& username,
                      const PasswordOptions& options) {
    require_data_directory(config);
    const auto password = obtain_password(options, username);
    std::string body;
    {
        protocol::JsonObject object(body);
        object.text("password", password);
    }
    const std::string path = "/control/users/" + gateway::percent_encode(username) + "/password";
    if (const auto answer = ask_server(control_socket(config), "PUT", path, body)) {
        require_success(*answer);
    } else {
        Offline offline(config);
        wait_or_throw<domain::User>(
            offline.shard(), [&] { return offline.accounts().set_password(username, password); });
    }
    fmt::print("The password of {} is set; every device was signed out.\n", username);
    print_generated(options, password);
    return 0;
}

}  // namespace banter::app
