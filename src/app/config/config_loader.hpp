#pragma once

#include <map>
#include <string>

#include "app/config/config_fields.hpp"

namespace banter::app {

// Where settings come from, the later before the earlier: defaults, a TOML file, the environment,
// flags.
struct ConfigSources {
    std::string file;                          // empty: ./banter.toml when there is one
    std::map<std::string, std::string> flags;  // by name of the field
};

struct LoadedConfig {
    Config config;
    std::map<std::string, std::string> origin;  // by name: "default", "banter.toml", …
};

// Throws StartupError (usage) with one sentence: unknown keys with the nearest name, values out of
// bounds, a file that cannot be read.
LoadedConfig load_config(const ConfigSources& sources);

// A TOML file with every setting at its default and what it means.
std::string config_sample();
// The reference page, Markdown.
std::string config_reference();
// The effective values, and where each came from.
std::string config_listing(const LoadedConfig& loaded);

}  // namespace banter::app
