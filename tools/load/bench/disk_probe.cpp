#include "load/bench/disk_probe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace banter::load {
namespace {

constexpr std::size_t block = 4096;

// A file that no name leads to any more, so that nothing is left behind.
class UnnamedFile {
public:
    explicit UnnamedFile(const std::string& folder) {
        std::string path = folder + "/.banter-load-XXXXXX";
        fd_ = mkostemp(path.data(), O_CLOEXEC);
        if (fd_ < 0) {
            throw std::runtime_error("Cannot write in " + folder + ": " + std::strerror(errno));
        }
        unlink(path.c_str());
    }
    ~UnnamedFile() { ::close(fd_); }
    UnnamedFile(const UnnamedFile&) = delete;
    UnnamedFile& operator=(const UnnamedFile&) = delete;

    void append_durably(const std::array<char, block>& bytes) {
        if (::write(fd_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
            ::fdatasync(fd_) != 0) {
            throw std::runtime_error(std::string("Cannot probe the disk: ") +
                                     std::strerror(errno));
        }
    }

private:
    int fd_ = -1;
};

}  // namespace

Histogram probe_disk(const std::string& folder, nanoseconds duration) {
    UnnamedFile file(folder);
    std::array<char, block> bytes{};
    bytes.fill('b');
    Histogram histogram;
    const Time end = Clock::now() + duration;
    for (Time before = Clock::now(); before < end;) {
        file.append_durably(bytes);
        const Time after = Clock::now();
        histogram.record(after - before);
        before = after;
    }
    return histogram;
}

}  // namespace banter::load
