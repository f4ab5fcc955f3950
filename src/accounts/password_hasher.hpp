#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/executor.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace banter::accounts {

// Turns passwords into what may be stored. Called on a shard, answers there.
// Errors: `overloaded` when too many passwords wait.
class PasswordHasher {
public:
    virtual ~PasswordHasher() = default;

    virtual base::Task<base::Result<std::string>> hash(std::string password) = 0;
    // `hash` nullopt (no such user): takes as long as any other and answers false.
    virtual base::Task<base::Result<bool>> verify(std::string password,
                                                  std::optional<std::string> hash) = 0;
};

// Argon2id, m = 19 MiB, t = 2, p = 1 (OWASP's minimum), on threads of its own: each takes some
// 20 ms and 19 MiB while it works. Destroy it before the executors that call it.
class Argon2PasswordHasher : public PasswordHasher {
public:
    struct Options {
        std::size_t threads = 1;
        std::size_t queue = 64;  // waiting passwords; more are refused
    };

    // Throws std::runtime_error when libsodium does not start.
    explicit Argon2PasswordHasher(Options options);
    ~Argon2PasswordHasher() override;

    base::Task<base::Result<std::string>> hash(std::string password) override;
    base::Task<base::Result<bool>> verify(std::string password,
                                          std::optional<std::string> hash) override;

private:
    template <class T, class F>
    base::Task<base::Result<T>> run(F work);
    bool enqueue(base::Work work);
    void work();

    const std::size_t queue_limit_;
    std::string dummy_hash_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<base::Work> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace banter::accounts
