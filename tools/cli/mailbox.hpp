#pragma once

#include <functional>
#include <mutex>
#include <vector>

namespace banter::cli {

// Work that other threads leave for the thread that owns the mailbox.
class Mailbox {
public:
    using Work = std::move_only_function<void()>;

    Mailbox();  // throws std::system_error when the system gives no descriptor
    ~Mailbox();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    // Any thread.
    void post(Work work);

    // Readable while there is work, for poll(2).
    int descriptor() const { return descriptor_; }
    // Does all the work there is, in the order posted. The owner's thread.
    void run_all();

private:
    int descriptor_;
    std::mutex mutex_;
    std::vector<Work> waiting_;
};

}  // namespace banter::cli
