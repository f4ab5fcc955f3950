#include <fmt/core.h>

#include "adapters/embedded/data_directory.hpp"
#include "adapters/embedded/rocks_message_store.hpp"
#include "adapters/embedded/sqlite_database.hpp"
#include "app/commands/commands.hpp"
#include "app/startup_error.hpp"

namespace banter::app {

int run_doctor(const Config& config) {
    base::Metrics metrics;
    const adapters::embedded::DataDirectory directory(config.data_dir);
    fmt::print("Checking {} …\n", directory.path().string());
    adapters::embedded::RocksMessageStore store(directory.messages_path(), {}, metrics);
    const auto report = store.scan_all();
    const adapters::embedded::SqliteDatabase database(directory.directory_path());
    const auto faults = database.check();
    fmt::print("{:<24} {:>12}\n", "chats with messages", report.chats);
    fmt::print("{:<24} {:>12}\n", "messages", report.messages);
    fmt::print("{:<24} {:>12}\n", "faults in messages", report.damages.size());
    fmt::print("{:<24} {:>12}\n", "faults in the directory", faults.size());
    for (const auto& damage : report.damages) {
        fmt::print("chat {}: {}\n", to_string(damage.chat), damage.what);
    }
    for (const auto& fault : faults)
        fmt::print("directory: {}\n", fault);
    if (report.damages.empty() && faults.empty()) {
        fmt::print("All is well.\n");
        return 0;
    }
    fmt::print(
        "The data is damaged: restore a backup, or keep a copy of the directory before "
        "anything else.\n");
    return static_cast<int>(Exit::data_directory);
}

}  // namespace banter::app
