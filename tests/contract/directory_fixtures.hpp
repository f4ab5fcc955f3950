#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "adapters/embedded/sqlite_chat_directory.hpp"
#include "adapters/embedded/sqlite_database.hpp"
#include "adapters/embedded/sqlite_personal_states.hpp"
#include "adapters/embedded/sqlite_reports.hpp"
#include "adapters/embedded/sqlite_user_directory.hpp"
#include "adapters/memory/manual_clock.hpp"
#include "adapters/memory/manual_executor.hpp"
#include "adapters/memory/memory_chat_directory.hpp"
#include "adapters/memory/memory_personal_states.hpp"
#include "adapters/memory/memory_reports.hpp"
#include "adapters/memory/memory_user_directory.hpp"
#include "adapters/memory/seeded_random.hpp"

namespace banter::contract {

// A directory that is gone when the test is.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "banter-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) std::abort();
        path_ = name;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    std::filesystem::path file() const { return path_ / "directory.sqlite"; }

private:
    std::filesystem::path path_;
};

// The directories in memory.
struct MemoryEngine {
    adapters::memory::ManualClock clock;
    adapters::memory::ManualExecutor executor{&clock};
    adapters::memory::SeededRandom random;
    adapters::memory::MemoryUserDirectory users;
    adapters::memory::MemoryChatDirectory chats{clock};
    adapters::memory::MemoryPersonalStates states{chats, clock};
    adapters::memory::MemoryReports reports;
};

// The directories in one SQLite file.
struct SqliteEngine {
    adapters::memory::ManualClock clock;
    adapters::memory::ManualExecutor executor{&clock};
    adapters::memory::SeededRandom random;
    TemporaryDirectory directory;
    adapters::embedded::SqliteDatabase database{directory.file()};
    adapters::embedded::SqliteUserDirectory users{database};
    adapters::embedded::SqliteChatDirectory chats{database, clock};
    adapters::embedded::SqlitePersonalStates states{database, clock};
    adapters::embedded::SqliteReports reports{database};
};

}  // namespace banter::contract
