#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/config/config.hpp"

namespace banter::app {

// Which texts a setting takes.
struct TextRule {
    bool (*allows)(const std::string&);
    std::string_view words;       // "an IP address and a port"
    std::string_view list_words;  // of several
};

// The kinds of settings. Each knows where its value lives in a Config.
struct NumberSetting {
    std::uint64_t& (*of)(Config&);
    std::uint64_t min = 0;
    std::uint64_t max = 0;
};
struct FlagSetting {
    bool& (*of)(Config&);
};
struct TextSetting {
    std::string& (*of)(Config&);
    const TextRule& rule;
};
struct ListSetting {
    std::vector<std::string>& (*of)(Config&);
    const TextRule& rule;  // of each item
};
struct ChoiceSetting {
    std::span<const std::string_view> names;  // in the order of the enumeration
    std::size_t (*get)(const Config&);
    void (*set)(Config&, std::size_t);
};

// One setting, declared once: its sample, its reference and its checks are made from this.
struct ConfigField {
    std::string_view name;  // as in TOML: "limits.window"
    std::variant<NumberSetting, FlagSetting, TextSetting, ListSetting, ChoiceSetting> setting;
    std::string_view text;  // what it decides, and in what unit
};

std::span<const ConfigField> config_fields();
const ConfigField* find_config_field(std::string_view name);

// "limits.window" -> "BANTER_LIMITS_WINDOW", "--limits-window".
std::string environment_name(const ConfigField& field);
std::string flag_name(const ConfigField& field);

// Lists are written with commas between. Throws StartupError (usage) with a sentence that names
// `where` the value came from.
void set_from_text(const ConfigField& field, Config& config, const std::string& text,
                   const std::string& where);
// The value as TOML writes it.
std::string toml_value(const ConfigField& field, const Config& config);
// "a number from 1 to 9", "true or false", …
std::string allowed_values(const ConfigField& field);

// The known name that `name` was most likely meant to be, at most `max_edits` letters away; empty:
// none is so near.
std::string nearest_name(std::string_view name, const std::vector<std::string>& known,
                         std::size_t max_edits);
// The same, with more patience for longer names.
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

}  // namespace banter::app
