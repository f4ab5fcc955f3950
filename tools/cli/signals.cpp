#include "cli/signals.hpp"

#include <cerrno>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>

namespace banter::cli {
namespace {

sigset_t ending_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        sigaddset(&set, signal);
    return set;
}

}  // namespace

Signals::Signals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
    const auto ending = ending_signals();
    descriptor_ = ::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
}

Signals::~Signals() {
    // What has arrived has been acted upon.
    signalfd_siginfo info{};
    while (::read(descriptor_, &info, sizeof info) > 0) {
    }
    ::close(descriptor_);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Signals::release_this_thread() {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    const auto ending = ending_signals();
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);
}

}  // namespace banter::cli
