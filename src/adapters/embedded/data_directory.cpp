#include "adapters/embedded/data_directory.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banter::adapters::embedded {
namespace {

namespace fs = std::filesystem;

constexpr int layout_version = 1;

[[noreturn]] void refuse(DataDirectoryFault fault, const std::string& sentence) {
    throw DataDirectoryError(fault, sentence);
}

[[noreturn]] void unwritable(const fs::path& path, const std::string& reason) {
    refuse(DataDirectoryFault::unwritable,
           "The data directory " + path.string() + " can't be written: " + reason +
               ". Give this user the right to write there, or choose another with --data-dir.");
}

std::string read_all(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::optional<int> parse_version(const std::string& text) {
    int version = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    const std::string rest(end, text.data() + text.size());
    if (error != std::errc{} || version < 1 || (!rest.empty() && rest != "\n")) return std::nullopt;
    return version;
}

void sync_directory(const fs::path& path) {
    const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return;
    ::fsync(directory);
    ::close(directory);
}

// Whole or not at all, also when the power fails.
void write_file(const fs::path& directory, const char* name, const std::string& content) {
    const fs::path target = directory / name;
    const fs::path draft = target.string() + ".new";
    const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) unwritable(directory, std::strerror(errno));
    const auto size = static_cast<ssize_t>(content.size());
    const bool written = ::write(file, content.data(), content.size()) == size && !::fsync(file);
    const int error = errno;
    ::close(file);
    if (!written) unwritable(directory, std::strerror(error));
    if (::rename(draft.c_str(), target.c_str()) != 0) unwritable(directory, std::strerror(errno));
    sync_directory(directory);
}

}  // namespace

DataDirectory::DataDirectory(const fs::path& path) : path_(fs::absolute(path)) {
    create();
    lock();
    try {
        check_version();
    } catch (...) {
        ::close(lock_);
        throw;
    }
}

DataDirectory::~DataDirectory() {
    ::close(lock_);
}

void DataDirectory::create() const {
    std::error_code error;
    fs::create_directories(path_.parent_path(), error);
    if (error) unwritable(path_, error.message());
    if (::mkdir(path_.c_str(), 0700) == 0) {
        sync_directory(path_.parent_path());
        return;
    }
    const int reason = errno;
    struct stat status{};
    if (::stat(path_.c_str(), &status) != 0) unwritable(path_, std::strerror(reason));
    if (!S_ISDIR(status.st_mode)) unwritable(path_, "it is not a directory");
    // What is in it is for this user alone, whoever made the directory.
    if ((status.st_mode & 0077) == 0) return;
    if ((status.st_mode & S_ISVTX) != 0) unwritable(path_, "it is shared with other users");
    if (::chmod(path_.c_str(), 0700) != 0) unwritable(path_, std::strerror(errno));
}

void DataDirectory::lock() {
    const fs::path file = path_ / "LOCK";
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) unwritable(path_, std::strerror(errno));
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        const int reason = errno;
        ::close(lock_);
        if (reason != EWOULDBLOCK) unwritable(path_, std::strerror(reason));
        std::string holder = read_all(file);
        while (!holder.empty() && holder.back() == '\n')
            holder.pop_back();
        refuse(DataDirectoryFault::in_use, "The data directory " + path_.string() +
                                               " is in use by the process " +
                                               (holder.empty() ? "that just started" : holder) +
                                               "; stop it, or choose another with --data-dir.");
    }
    const std::string pid = std::to_string(::getpid()) + "\n";
    const bool written = ::ftruncate(lock_, 0) == 0 && ::pwrite(lock_, pid.data(), pid.size(), 0) ==
                                                           static_cast<ssize_t>(pid.size());
    if (!written) {
        const int reason = errno;
        ::close(lock_);
        unwritable(path_, std::strerror(reason));
    }
}

void DataDirectory::check_version() const {
    const fs::path file = path_ / "VERSION";
    std::error_code error;
    if (!fs::exists(file, error)) {
        if (fs::exists(messages_path(), error) || fs::exists(directory_path(), error)) {
            refuse(DataDirectoryFault::damaged,
                   "The data directory " + path_.string() +
                       " lacks its file VERSION; restore it from a backup.");
        }
        write_file(path_, "VERSION", std::to_string(layout_version) + "\n");
        return;
    }
    const auto version = parse_version(read_all(file));
    if (!version) {
        refuse(DataDirectoryFault::damaged, "The file " + file.string() +
                                                " holds no version number; restore it from a "
                                                "backup.");
    }
    if (*version > layout_version) {
        refuse(DataDirectoryFault::newer,
               "The data directory " + path_.string() + " was written by a newer version of " +
                   "Banter (layout " + std::to_string(*version) + ", this one knows " +
                   std::to_string(layout_version) + "); install the newer version.");
    }
}

}  // namespace banter::adapters::embedded
