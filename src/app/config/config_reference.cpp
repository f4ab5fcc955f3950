// The pages made from the declarations.
#include <fmt/core.h>

#include "app/config/config_loader.hpp"
#include "app/wrap.hpp"

namespace banter::app {
namespace {

constexpr std::size_t comment_columns = 88;

std::string table_of(std::string_view name) {
    const std::size_t dot = name.find('.');
    return dot == std::string_view::npos ? std::string() : std::string(name.substr(0, dot));
}

std::string_view key_of(std::string_view name) {
    const std::size_t dot = name.find('.');
    return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

std::string comment(std::string_view text) {
    std::string out;
    for (const auto& line : wrap(text, comment_columns))
        out += "# " + line + "\n";
    return out;
}

}  // namespace

std::string config_sample() {
    const Config defaults;
    std::string out =
        "# The settings of Banter with their defaults. Each may also be given in the environment\n"
        "# (BANTER_LIMITS_WINDOW) or as a flag (--limits-window); flags win over the environment,\n"
        "# which wins over this file.\n";
    std::string table;
    for (const auto& field : config_fields()) {
        out += '\n';
        if (const auto own = table_of(field.name); own != table) {
            table = own;
            out += "[" + table + "]\n";
        }
        out += comment(field.text);
        out += comment("Allowed: " + allowed_values(field) + ".");
        out += fmt::format("{} = {}\n", key_of(field.name), toml_value(field, defaults));
    }
    return out;
}

std::string config_reference() {
    const Config defaults;
    std::string out =
        "# Settings\n\n"
        "Made by `banter config docs` from the declarations in "
        "src/app/config/config_fields.cpp.\n\n"
        "A setting comes from a flag, else from the environment, else from the TOML file that\n"
        "`--config` names (or `./banter.toml`), else it has its default. An unknown key is an\n"
        "error.\n\n"
        "| setting | environment | flag | default | allowed | what it decides |\n"
        "|---|---|---|---|---|---|\n";
    for (const auto& field : config_fields()) {
        out += fmt::format("| `{}` | `{}` | `{}` | `{}` | {} | {} |\n", field.name,
                           environment_name(field), flag_name(field), toml_value(field, defaults),
                           allowed_values(field), field.text);
    }
    return out;
}

std::string config_listing(const LoadedConfig& loaded) {
    std::string out;
    for (const auto& field : config_fields()) {
        const auto origin = loaded.origin.find(std::string(field.name));
        out += fmt::format("{} = {}  # {}\n", field.name, toml_value(field, loaded.config),
                           origin == loaded.origin.end() ? "default" : origin->second);
    }
    return out;
}

}  // namespace banter::app
