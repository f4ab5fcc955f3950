#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace banter::app {

struct ControlAnswer {
    int status = 0;
    std::string body;
};

// Asks the server that runs on this data directory, over its control socket. nullopt: none runs.
// Throws StartupError (failed) when one does and the exchange breaks. Waits 30 s at most.
std::optional<ControlAnswer> ask_server(const std::filesystem::path& socket,
                                        const std::string& method, const std::string& path,
                                        const std::string& body);

}  // namespace banter::app
