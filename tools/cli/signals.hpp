#pragma once

#include <csignal>

namespace banter::cli {

// SIGINT, SIGTERM and SIGHUP arrive at a descriptor for poll(2) instead of ending the program.
// Construct it before any thread is started: threads started within its life take no signals at
// all, after release_this_thread() this one takes those that are not listed here.
class Signals {
public:
    Signals();  // throws std::system_error
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    void release_this_thread();
    int descriptor() const { return descriptor_; }

private:
    sigset_t before_{};
    int descriptor_ = -1;
};

}  // namespace banter::cli
