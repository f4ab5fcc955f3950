#include "app/config/config_loader.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <toml++/toml.h>
#include <unistd.h>

#include "app/startup_error.hpp"

extern char** environ;

namespace banter::app {
namespace {

constexpr const char* default_file = "banter.toml";
constexpr std::string_view environment_prefix = "BANTER_";
constexpr std::size_t most_typing_errors = 2;

std::vector<std::string> field_names() {
    std::vector<std::string> names;
    for (const auto& field : config_fields())
        names.emplace_back(field.name);
    return names;
}

std::string did_you_mean(const std::string& nearest) {
    return nearest.empty() ? "see 'banter config sample' for all"
                           : "did you mean '" + nearest + "'?";
}

// The texts of a TOML array with commas between; nullopt: it holds something else.
std::optional<std::string> joined(const toml::array& list) {
    std::string out;
    for (const auto& item : list) {
        if (!item.is_string()) return std::nullopt;
        if (!out.empty()) out += ',';
        out += item.as_string()->get();
    }
    return out;
}

// The value of a TOML node as set_from_text takes it; nullopt: it has another type, such as a
// number in quotes.
std::optional<std::string> text_of(const ConfigField& field, const toml::node& node) {
    const auto& setting = field.setting;
    if (std::holds_alternative<NumberSetting>(setting)) {
        if (const auto* number = node.as_integer()) return std::to_string(number->get());
    } else if (std::holds_alternative<FlagSetting>(setting)) {
        if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    } else if (std::holds_alternative<ListSetting>(setting)) {
        if (const auto* list = node.as_array()) return joined(*list);
    } else if (const auto* text = node.as_string()) {
        return text->get();
    }
    return std::nullopt;
}

void apply_table(const toml::table& table, const std::string& prefix, const std::string& file,
                 LoadedConfig& loaded) {
    for (const auto& [key, node] : table) {
        const std::string name = prefix + std::string(key.str());
        if (const auto* nested = node.as_table()) {
            apply_table(*nested, name + ".", file, loaded);
            continue;
        }
        const auto* field = find_config_field(name);
        if (field == nullptr) {
            throw StartupError(Exit::usage, "There is no setting '" + name + "' (in " + file +
                                                "); " +
                                                did_you_mean(nearest_name(name, field_names())));
        }
        const auto text = text_of(*field, node);
        if (!text) {
            throw StartupError(Exit::usage, "The setting '" + name + "' in " + file + " must be " +
                                                allowed_values(*field) + ".");
        }
        set_from_text(*field, loaded.config, *text, "in " + file);
        loaded.origin[name] = file;
    }
}

void apply_file(const std::string& file, LoadedConfig& loaded) {
    try {
        apply_table(toml::parse_file(file), "", file, loaded);
    } catch (const toml::parse_error& error) {
        const auto at = error.source().begin;
        throw StartupError(Exit::usage, "The configuration " + file +
                                            " cannot be read: " + std::string(error.description()) +
                                            " (line " + std::to_string(at.line) + ").");
    }
}

// Other programs may use BANTER_… too (an orchestrator that names a service so), but a name that is
// all but one of ours was meant to be it.
void refuse_misspelt_environment() {
    std::vector<std::string> known;
    for (const auto& field : config_fields())
        known.push_back(environment_name(field));
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto name = text.substr(0, text.find('='));
        if (!name.starts_with(environment_prefix) || std::ranges::count(known, name) > 0) continue;
        const auto nearest = nearest_name(name, known, most_typing_errors);
        if (nearest.empty()) continue;
        throw StartupError(Exit::usage, "There is no setting for " + std::string(name) +
                                            " in the environment; did you mean " + nearest + "?");
    }
}

void apply_environment(LoadedConfig& loaded) {
    refuse_misspelt_environment();
    for (const auto& field : config_fields()) {
        const std::string name = environment_name(field);
        const char* value = std::getenv(name.c_str());
        if (value == nullptr) continue;
        set_from_text(field, loaded.config, value, name);
        loaded.origin[std::string(field.name)] = name;
    }
}

}  // namespace

LoadedConfig load_config(const ConfigSources& sources) {
    LoadedConfig loaded;
    if (!sources.file.empty()) {
        if (!std::filesystem::is_regular_file(sources.file)) {
            throw StartupError(Exit::usage, "There is no configuration file " + sources.file + ".");
        }
        apply_file(sources.file, loaded);
    } else if (std::filesystem::is_regular_file(default_file)) {
        apply_file(default_file, loaded);
    }
    apply_environment(loaded);
    for (const auto& [name, value] : sources.flags) {
        const auto& field = *find_config_field(name);
        set_from_text(field, loaded.config, value, flag_name(field));
        loaded.origin[name] = flag_name(field);
    }
    return loaded;
}

}  // namespace banter::app
