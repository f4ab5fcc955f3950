#include <fmt/core.h>
#include <functional>
#include <string>
#include <vector>

#include "adapters/embedded/data_directory.hpp"
#include "adapters/embedded/rocks_message_store.hpp"
#include "adapters/embedded/sqlite_database.hpp"
#include "app/commands/commands.hpp"
#include "app/startup_error.hpp"

namespace banter::app {
namespace {

using Faults = std::vector<std::string>;

void row(const char* what, const std::string& value) {
    fmt::print("  {:<24} {:>12}\n", what, value);
}

// What one engine found; that it cannot be opened at all is a fault, too.
Faults examine(const std::function<Faults()>& engine) {
    try {
        return engine();
    } catch (const std::exception& error) {
        return {error.what()};
    }
}

Faults examine_messages(const adapters::embedded::DataDirectory& directory) {
    base::Metrics metrics;
    adapters::embedded::RocksMessageStore store(directory.messages_path(), {}, metrics);
    const auto report = store.scan_all();
    row("chats with messages", std::to_string(report.chats));
    row("messages", std::to_string(report.messages));
    Faults faults;
    for (const auto& damage : report.damages)
        faults.push_back("chat " + to_string(damage.chat) + ": " + damage.what);
    return faults;
}

Faults examine_directory(const adapters::embedded::DataDirectory& directory) {
    return adapters::embedded::SqliteDatabase(directory.directory_path()).check();
}

}  // namespace

int run_doctor(const Config& config) {
    require_data_directory(config);
    const adapters::embedded::DataDirectory directory(config.data_dir);
    fmt::print("Checking {} …\n", directory.path().string());
    const auto messages = examine([&] { return examine_messages(directory); });
    const auto accounts = examine([&] { return examine_directory(directory); });
    row("faults in messages", std::to_string(messages.size()));
    row("faults in the directory", std::to_string(accounts.size()));
    if (messages.empty() && accounts.empty()) {
        fmt::print("All is well.\n");
        return static_cast<int>(Exit::ok);
    }
    for (const auto& fault : messages)
        fmt::print("messages: {}\n", fault);
    for (const auto& fault : accounts)
        fmt::print("directory: {}\n", fault);
    fmt::print("The data is damaged: keep a copy of the directory, then restore a backup.\n");
    return static_cast<int>(Exit::data_directory);
}

}  // namespace banter::app
