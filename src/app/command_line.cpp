#include "app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "adapters/embedded/data_directory.hpp"
#include "app/commands/commands.hpp"
#include "app/server.hpp"
#include "app/startup_error.hpp"
#include "app/version.hpp"
#include "app/wrap.hpp"
#include "cli/chat_command.hpp"
#include "cli/chat_options.hpp"

namespace banter::app {
namespace {

constexpr std::size_t flag_column = 34;
constexpr std::size_t text_columns = 62;

// What the command line says, filled by CLI11.
struct Arguments {
    ConfigSources sources;
    std::string username;
    std::string display_name;
    PasswordOptions password;
    std::string report;
    std::string note;
    bool all = false;
    cli::ChatOptions chat;
    std::string help_on;
};

Config config_of(const Arguments& arguments) {
    return load_config(arguments.sources).config;
}

// For the help: what kind of value a flag takes.
std::string value_of(const ConfigField& field) {
    if (std::holds_alternative<NumberSetting>(field.setting)) return "NUMBER";
    if (std::holds_alternative<FlagSetting>(field.setting)) return "true|false";
    if (std::holds_alternative<ListSetting>(field.setting)) return "ORIGIN,...";
    if (const auto* choice = std::get_if<ChoiceSetting>(&field.setting)) {
        std::string names;
        for (const auto name : choice->names)
            names += (names.empty() ? "" : "|") + std::string(name);
        return names;
    }
    return "TEXT";
}

std::string help_of(const ConfigField& field) {
    std::string out;
    const std::string text = std::string(field.text) + " [" + toml_value(field, Config{}) + "]";
    for (const auto& line : wrap(text, text_columns))
        out += (out.empty() ? "" : "\n") + line;
    return out;
}

// Every setting as a flag of the command.
void declare_settings(CLI::App& command, Arguments& arguments) {
    command.add_option("--config", arguments.sources.file, "TOML file with the settings")
        ->type_name("FILE");
    for (const auto& field : config_fields()) {
        const std::string name(field.name);
        command
            .add_option_function<std::string>(
                flag_name(field),
                [&arguments, name](const std::string& value) {
                    arguments.sources.flags[name] = value;
                },
                help_of(field))
            ->group("Settings, with their defaults")
            ->type_name(value_of(field));
    }
}

void declare_data_dir(CLI::App& command, Arguments& arguments) {
    command.add_option("--config", arguments.sources.file, "TOML file with the server's settings")
        ->type_name("FILE");
    command
        .add_option_function<std::string>(
            "--data-dir",
            [&arguments](const std::string& value) { arguments.sources.flags["data_dir"] = value; },
            "The server's data directory")
        ->type_name("FOLDER");
}

void declare_password(CLI::App& command, Arguments& arguments) {
    command.add_option("username", arguments.username, "The user's name")->required();
    auto* file = command.add_option("--password-file", arguments.password.file,
                                    "Read the password from the first line of this file");
    file->type_name("FILE");
    command
        .add_flag("--generate", arguments.password.generate,
                  "Make a password and print it; else it is asked for")
        ->excludes(file);
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
    auto* list = user->add_subcommand("list", "List the users: id, username, display name");
    declare_data_dir(*list, arguments);
    list->callback([&] { code = run_user_list(config_of(arguments)); });
    auto* passwd = user->add_subcommand("passwd", "Set a password; signs the user out everywhere");
    declare_password(*passwd, arguments);
    passwd->callback([&] {
        code = run_user_password(config_of(arguments), arguments.username, arguments.password);
    });
}

void declare_report_commands(CLI::App& program, Arguments& arguments, int& code) {
    auto* reports = program.add_subcommand("reports", "See to what users report");
    reports->require_subcommand(1);
    auto* list = reports->add_subcommand("list", "List the open reports, the oldest first");
    list->add_flag("--all", arguments.all, "The closed ones, too");
    declare_data_dir(*list, arguments);
    list->callback([&] { code = run_reports_list(config_of(arguments), arguments.all); });
    auto* show = reports->add_subcommand("show", "Show a report with its evidence");
    show->add_option("report", arguments.report, "Its number")->required();
    declare_data_dir(*show, arguments);
    show->callback([&] { code = run_report_show(config_of(arguments), arguments.report); });
    auto* close = reports->add_subcommand("close", "Close a report");
    close->add_option("report", arguments.report, "Its number")->required();
    close->add_option("--note", arguments.note, "What was done about it")->type_name("TEXT");
    declare_data_dir(*close, arguments);
    close->callback(
        [&] { code = run_report_close(config_of(arguments), arguments.report, arguments.note); });
}

std::string help_text(const CLI::App& command, const std::string& name) {
    return command.get_formatter()->make_help(&command, name, CLI::AppFormatMode::Normal);
}

void declare_help(CLI::App& program, Arguments& arguments) {
    auto* help = program.add_subcommand("help", "Print this, or the help of a command");
    help->add_option("command", arguments.help_on, "The command");
    help->callback([&] {
        if (arguments.help_on.empty()) {
            fmt::print("{}", help_text(program, "banter"));
            return;
        }
        const auto found = program.get_subcommands(
            [&](const CLI::App* command) { return command->check_name(arguments.help_on); });
        if (found.empty()) {
            throw StartupError(
                Exit::usage, "There is no command '" + arguments.help_on + "'; see 'banter help'.");
        }
        const auto* command = found.front();
        fmt::print("{}", help_text(*command, "banter " + command->get_name()));
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
    declare_report_commands(program, arguments, code);
    declare_config_commands(program, arguments);
    auto* doctor = program.add_subcommand("doctor", "Check all data; no server may run on it");
    declare_data_dir(*doctor, arguments);
    doctor->callback([&] { code = run_doctor(config_of(arguments)); });
    program.add_subcommand("version", "Print the version")->callback([] {
        fmt::print("banter {}\n", version);
    });
    declare_help(program, arguments);
}

// The command that was chosen, as far as it was, and its full name.
const CLI::App& chosen_command(const CLI::App& program, std::string& name) {
    const CLI::App* command = &program;
    name = program.get_name();
    while (!command->get_subcommands().empty()) {
        command = command->get_subcommands().front();
        name += " " + command->get_name();
    }
    return *command;
}

std::string did_you_mean(const std::string& nearest, const std::string& command) {
    return nearest.empty() ? "see '" + command + " --help'." : "did you mean '" + nearest + "'?";
}

// What CLI11 found wrong, as one sentence, with the nearest name for an unknown one.
std::string usage_sentence(const CLI::App& program, const CLI::ParseError& error) {
    std::string name;
    const auto& command = chosen_command(program, name);
    std::vector<std::string> flags;
    for (const auto* option : command.get_options())
        flags.push_back(option->get_name());
    std::vector<std::string> commands;
    for (const auto* known : command.get_subcommands([](const CLI::App*) { return true; }))
        commands.push_back(known->get_name());
    for (const auto& extra : program.remaining(true)) {
        const auto word = extra.substr(0, extra.find('='));
        if (word.starts_with('-')) {
            return "There is no flag '" + word + "'; " +
                   did_you_mean(nearest_name(word, flags), name);
        }
        if (!commands.empty()) {
            return "There is no command '" + name + " " + word + "'; " +
                   did_you_mean(nearest_name(word, commands), name);
        }
    }
    std::string sentence = error.what();
    while (sentence.ends_with('\n') || sentence.ends_with('.'))
        sentence.pop_back();
    return sentence + "; see '" + name + " --help'.";
}

int parse_and_run(int argc, const char* const* argv) {
    CLI::App program("Banter: a chat server, its clients and tools, in one program.", "banter");
    program.require_subcommand(1);
    program.get_formatter()->column_width(flag_column);
    program.set_version_flag("--version", "banter " + std::string(version), "Print the version");
    Arguments arguments;
    int code = 0;
    declare_commands(program, arguments, code);
    program.footer("Begin with 'banter serve'; 'banter help COMMAND' tells more.");
    try {
        program.parse(argc, argv);
        return code;
    } catch (const CLI::Success& success) {
        return program.exit(success);  // --help, --version
    } catch (const CLI::ParseError& error) {
        fmt::print(stderr, "banter: {}\n", usage_sentence(program, error));
        return static_cast<int>(Exit::usage);
    }
}

int fail(Exit code, const std::exception& error) {
    fmt::print(stderr, "banter: {}\n", error.what());
    return static_cast<int>(code);
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
    try {
        return parse_and_run(argc, argv);
    } catch (const StartupError& error) {
        return fail(static_cast<Exit>(error.exit_code), error);
    } catch (const adapters::embedded::DataDirectoryError& error) {
        return fail(Exit::data_directory, error);
    } catch (const std::exception& error) {
        return fail(Exit::failed, error);
    }
}

}  // namespace banter::app
