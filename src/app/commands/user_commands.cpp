#include <fmt/core.h>

#include "app/blocking.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/data_access.hpp"
#include "app/password_input.hpp"
#include "gateway/http_message.hpp"
#include "protocol/fields.hpp"
#include "protocol/json_writer.hpp"

namespace banter::app {
namespace {

constexpr std::size_t list_page = 200;

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
        const auto body = ask_running(config, "GET", path);
        if (!body) return false;
        after = print_page(*body);
    } while (after);
    return true;
}

void list_offline(const Config& config) {
    Offline offline(config);
    ports::PageRequest request;
    request.limit = list_page;
    do {
        const auto page = wait_or_throw<ports::Page<domain::User>>(
            offline.shard(), [&] { return offline.parts().accounts.search("", request); });
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
    if (!ask_running(config, "POST", "/control/users", body)) {
        Offline offline(config);
        wait_or_throw<domain::User>(offline.shard(),
                                    [&] { return offline.parts().accounts.add_user(request); });
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
    if (!ask_running(config, "PUT", path, body)) {
        Offline offline(config);
        wait_or_throw<domain::User>(offline.shard(), [&] {
            return offline.parts().accounts.set_password(username, password);
        });
    }
    fmt::print("The password of {} is set; every device was signed out.\n", username);
    print_generated(options, password);
    return 0;
}

}  // namespace banter::app
