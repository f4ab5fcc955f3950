#include <filesystem>

#include "app/commands/commands.hpp"
#include "app/startup_error.hpp"

namespace banter::app {

void require_data_directory(const Config& config) {
    std::error_code error;
    if (std::filesystem::exists(config.data_dir, error) || error) return;
    throw StartupError(Exit::data_directory, "There is no data directory " + config.data_dir +
                                                 "; name the server's with --data-dir.");
}

}  // namespace banter::app
