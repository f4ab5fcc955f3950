#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "adapters/embedded/data_directory.hpp"
#include "app/commands/commands.hpp"
#include "app/server.hpp"
#include "app/startup_error.hpp"
#include "app/version.hpp"
#include "cli/chat_command.hpp"
#include "cli/chat_options.hpp"

namespace banter::app {
namespace {

// What the command line says, filled by CLI11.
struct Arguments {
    ConfigSources sources;
    std::string username;
    std::string display_name;
    PasswordOptions password;
    cli::ChatOptions chat;
};

Config config_of(const Arguments& arguments) {
    return load_config(arguments.sources).config;
}

// Every setting as a flag of the command.
void declare_settings(CLI::App& command, Arguments& arguments) {
    command.add_option("--config", arguments.sources.file, "TOML file with the settings");
    for (const auto& field : config_fields()) {
        const std::string name(field.name);
        command
            .add_option_function<std::string>(
                flag_name(field),
                [&arguments, name](const std::string& value) {
                    arguments.sources.flags[name] = value;
                },
                std::string(field.text))
            ->group("Settings");
    }
}

void declare_data_dir(CLI::App& command, Arguments& arguments) {
    command.add_option("--config", arguments.sources.file, "TOML file with the settings");
    command.add_option_function<std::string>(
        "--data-dir",
        [&arguments](const std::string& value) { arguments.sources.flags["data_dir"] = value; },
        "The server's data directory");
}

void declare_password(CLI::App& command, Arguments& arguments) {
    command.add_option("username", arguments.username, "The user's name")->required();
    command.add_option("--password-file", arguments.password.file, "Read the password from there");
    command.add_flag("--generate", arguments.password.generate, "Make a password and print it");
    declare_data_dir(command, arguments);
}

void declare_config_commands(CLI::App& program, Arguments& arguments) {
    auto* config = program.add_subcommand("config", "Look at the settings");
    config->require_subcommand(1);
    auto* check = config->add_subcommand("check", "Say whether the settings are valid");
    declare_settings(*check, arguments);
    check->callback([&] {
        load_config(arguments.sources);
        fmt::print("The settings are valid.\n");
    });
    auto* show = config->add_subcommand("show", "Print the effective settings and their origin");
    declare_settings(*show, arguments);
    show->callback([&] { fmt::print("{}", config_listing(load_config(arguments.sources))); });
    config->add_subcommand("sample", "Print a file with every setting")->callback([] {
        fmt::print("{}", config_sample());
    });
    config->add_subcommand("docs", "Print the reference page of the settings")->callback([] {
        fmt::print("{}", config_reference());
    });
}

void declare_user_commands(CLI::App& program, Arguments& arguments, int& code) {
    auto* user = program.add_subcommand("user", "Manage users, with or without a running server");
    user->require_subcommand(1);
    auto* add = user->add_subcommand("add", "Add a user");
    declare_password(*add, arguments);
    add->add_option("--display-name", arguments.display_name, "The name that others see");
    add->callback([&] {
        code = run_user_add(config_of(arguments), arguments.username, arguments.display_name,
                            arguments.password);
    });
    auto* list = user->add_subcommand("list", "List the users");
    declare_data_dir(*list, arguments);
    list->callback([&] { code = run_user_list(config_of(arguments)); });
    auto* passwd = user->add_subcommand("passwd", "Set a password; signs the user out everywhere");
    declare_password(*passwd, arguments);
    passwd->callback([&] {
        code = run_user_password(config_of(arguments), arguments.username, arguments.password);
    });
}

void declare_commands(CLI::App& program, Arguments& arguments, int& code) {
    auto* serve_command = program.add_subcommand("serve", "Run the server");
    declare_settings(*serve_command, arguments);
    serve_command->callback([&] { code = serve(config_of(arguments)); });
    auto* chat = program.add_subcommand("chat", "Chat in the terminal");
    cli::declare_chat_options(*chat, arguments.chat);
    chat->callback([&] { code = cli::run_chat(arguments.chat); });
    declare_user_commands(program, arguments, code);
    declare_config_commands(program, arguments);
    auto* doctor = program.add_subcommand("doctor", "Check all data; the server must not run");
    declare_data_dir(*doctor, arguments);
    doctor->callback([&] { code = run_doctor(config_of(arguments)); });
    program.add_subcommand("version", "Print the version")->callback([] {
        fmt::print("banter {}\n", version);
    });
}

// What CLI11 found wrong, as one sentence, with the nearest flag for an unknown one.
std::string usage_sentence(const CLI::App& program, const CLI::ParseError& error) {
    std::string sentence = error.what();
    const CLI::App* command = &program;
    while (!command->get_subcommands().empty())
        command = command->get_subcommands().front();
    std::vector<std::string> known;
    for (const auto* option : command->get_options())
        known.push_back(option->get_name());
    for (const auto& extra : program.remaining(true)) {
        const auto nearest = nearest_name(extra.substr(0, extra.find('=')), known);
        if (extra.starts_with("--") && !nearest.empty()) {
            return "There is no flag '" + extra + "'; did you mean '" + nearest + "'?";
        }
    }
    while (sentence.ends_with('\n') || sentence.ends_with('.'))
        sentence.pop_back();
    return sentence + "; see 'banter " + (command == &program ? "" : command->get_name() + " ") +
           "--help'.";
}

int run(int argc, char** argv) {
    CLI::App program("Banter: a chat server, its clients and tools, in one program.", "banter");
    program.require_subcommand(1);
    Arguments arguments;
    int code = 0;
    declare_commands(program, arguments, code);
    try {
        program.parse(argc, argv);
        return code;
    } catch (const CLI::Success& success) {
        return program.exit(success);  // --help
    } catch (const CLI::ParseError& error) {
        fmt::print(stderr, "banter: {}\n", usage_sentence(program, error));
        return static_cast<int>(Exit::usage);
    }
}

}  // namespace
}  // namespace banter::app

int main(int argc, char** argv) {
    using banter::app::Exit;
    try {
        return banter::app::run(argc, argv);
    } catch (const banter::app::StartupError& error) {
        fmt::print(stderr, "banter: {}\n", error.what());
        return error.exit_code;
    } catch (const banter::adapters::embedded::DataDirectoryError& error) {
        fmt::print(stderr, "banter: {}\n", error.what());
        return static_cast<int>(Exit::data_directory);
    } catch (const std::exception& error) {
        fmt::print(stderr, "banter: {}\n", error.what());
        return static_cast<int>(Exit::failed);
    }
}
