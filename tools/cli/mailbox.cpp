#include "cli/mailbox.hpp"

#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace banter::cli {

Mailbox::Mailbox() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Mailbox::~Mailbox() {
    ::close(descriptor_);
}

void Mailbox::post(Work work) {
    const std::scoped_lock guard(mutex_);
    waiting_.push_back(std::move(work));
    const std::uint64_t one = 1;
    // Cannot fail but by a full counter, which is readable all the same.
    [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
}

void Mailbox::run_all() {
    std::vector<Work> work;
    {
        const std::scoped_lock guard(mutex_);
        std::uint64_t count = 0;
        [[maybe_unused]] const auto taken = ::read(descriptor_, &count, sizeof count);
        work = std::exchange(waiting_, {});
    }
    for (auto& piece : work)
        piece();
}

}  // namespace banter::cli
