// How settings are written and read as text.
#include <algorithm>
#include <charconv>
#include <fmt/core.h>
#include <numeric>
#include <optional>

#include "app/config/config_fields.hpp"
#include "app/startup_error.hpp"

namespace banter::app {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
    using Fs::operator()...;
};

// A basic string of TOML 1.0.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            out += fmt::format("\\u{:04x}", static_cast<int>(c));
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::vector<std::string> split_list(const std::string& text) {
    std::vector<std::string> items;
    std::size_t start = 0;
    while (start <= text.size()) {
        const std::size_t comma = std::min(text.find(',', start), text.size());
        std::string item = text.substr(start, comma - start);
        std::erase(item, ' ');
        if (!item.empty()) items.push_back(std::move(item));
        start = comma + 1;
    }
    return items;
}

std::optional<std::uint64_t> parse_number(const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// False: the text is no value of the setting.
bool assign(const NumberSetting& setting, Config& config, const std::string& text) {
    const auto value = parse_number(text);
    if (!value || *value < setting.min || *value > setting.max) return false;
    setting.of(config) = *value;
    return true;
}

bool assign(const FlagSetting& setting, Config& config, const std::string& text) {
    const bool on = text == "true" || text == "1" || text == "yes" || text == "on";
    const bool off = text == "false" || text == "0" || text == "no" || text == "off";
    if (on || off) setting.of(config) = on;
    return on || off;
}

bool assign(const TextSetting& setting, Config& config, const std::string& text) {
    if (!setting.rule.allows(text)) return false;
    setting.of(config) = text;
    return true;
}

bool assign(const ListSetting& setting, Config& config, const std::string& text) {
    auto items = split_list(text);
    if (!std::ranges::all_of(items, setting.rule.allows)) return false;
    setting.of(config) = std::move(items);
    return true;
}

bool assign(const ChoiceSetting& setting, Config& config, const std::string& text) {
    const auto found = std::ranges::find(setting.names, text);
    if (found == setting.names.end()) return false;
    setting.set(config, static_cast<std::size_t>(found - setting.names.begin()));
    return true;
}

// Levenshtein's distance.
std::size_t distance(std::string_view one, std::string_view other) {
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= one.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= other.size(); ++j) {
            const std::size_t replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

}  // namespace

std::string environment_name(const ConfigField& field) {
    std::string name = "BANTER_";
    for (const char c : field.name) {
        name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return name;
}

std::string flag_name(const ConfigField& field) {
    std::string name = "--";
    for (const char c : field.name)
        name += c == '.' || c == '_' ? '-' : c;
    return name;
}

void set_from_text(const ConfigField& field, Config& config, const std::string& text,
                   const std::string& where) {
    const bool valid = std::visit(
        [&](const auto& setting) { return assign(setting, config, text); }, field.setting);
    if (valid) return;
    throw StartupError(Exit::usage, "The setting '" + std::string(field.name) + "' (" + where +
                                        ") must be " + allowed_values(field) + ", not '" + text +
                                        "'.");
}

std::string toml_value(const ConfigField& field, const Config& config) {
    Config copy = config;
    return std::visit(
        Overloaded{
            [&](const NumberSetting& setting) { return std::to_string(setting.of(copy)); },
            [&](const FlagSetting& setting) {
                return std::string(setting.of(copy) ? "true" : "false");
            },
            [&](const TextSetting& setting) { return quoted(setting.of(copy)); },
            [&](const ListSetting& setting) {
                std::string out = "[";
                for (const auto& item : setting.of(copy)) {
                    if (out.size() > 1) out += ", ";
                    out += quoted(item);
                }
                return out + "]";
            },
            [&](const ChoiceSetting& setting) { return quoted(setting.names[setting.get(copy)]); },
        },
        field.setting);
}

std::string allowed_values(const ConfigField& field) {
    return std::visit(
        Overloaded{
            [](const NumberSetting& setting) {
                return "a number from " + std::to_string(setting.min) + " to " +
                       std::to_string(setting.max);
            },
            [](const FlagSetting&) { return std::string("true or false"); },
            [](const TextSetting& setting) { return std::string(setting.rule.words); },
            [](const ListSetting& setting) {
                return "a list of " + std::string(setting.rule.list_words);
            },
            [](const ChoiceSetting& setting) {
                std::string out = "one of ";
                for (const auto name : setting.names) {
                    if (!out.ends_with(' ')) out += ", ";
                    out += name;
                }
                return out;
            },
        },
        field.setting);
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& known) {
    return nearest_name(name, known, name.size() / 2);
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& known,
                         std::size_t max_edits) {
    std::string best;
    std::size_t least = max_edits + 1;
    for (const auto& candidate : known) {
        const std::size_t apart = distance(name, candidate);
        if (apart < least) {
            least = apart;
            best = candidate;
        }
    }
    return best;
}

}  // namespace banter::app
