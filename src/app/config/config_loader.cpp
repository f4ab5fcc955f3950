#include "app/config/config_loader.hpp"

#include <filesystem>
#include <toml++/toml.h>
#include <unistd.h>

#include "app/startup_error.hpp"

extern char** environ;

namespace banter::app {
namespace {

constexpr const char* default_file = "banter.toml";

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

// The value of a TOML node as set_from_text takes it.
std::string text_of(const toml::node& node, const std::string& name, const std::string& file) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    if (const auto* list = node.as_array()) {
        std::string joined;
        for (const auto& item : *list) {
            if (!item.is_string()) break;
            if (!joined.empty()) joined += ',';
            joined += item.as_string()->get();
        }
        return joined;
    }
    throw StartupError(Exit::usage, "The setting '" + name + "' in " + file +
                                        " must be a string, a number, true, false or a list.");
}

// A number in quotes, or a bare word where a text belongs, is a mistake worth telling.
void check_type(const ConfigField& field, const toml::node& node, const std::string& file) {
    const bool fits = std::holds_alternative<NumberSetting>(field.setting) ? node.is_integer()
                      : std::holds_alternative<FlagSetting>(field.setting) ? node.is_boolean()
                      : std::holds_alternative<ListSetting>(field.setting) ? node.is_array()
                                                                           : node.is_string();
    if (fits) return;
    throw StartupError(Exit::usage, "The setting '" + std::string(field.name) + "' in " + file +
                                        " must be " + allowed_values(field) + ".");
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
        check_type(*field, node, file);
        set_from_text(*field, loaded.config, text_of(node, name, file), "in " + file);
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

void apply_environment(LoadedConfig& loaded) {
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
