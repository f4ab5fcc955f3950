#include "accounts/password_hasher.hpp"

#include <array>
#include <sodium.h>
#include <stdexcept>
#include <string_view>

#include "base/thread_name.hpp"

namespace banter::accounts {
namespace {

constexpr unsigned long long operations = 2;
constexpr std::size_t memory_bytes = 19 * 1024 * 1024;
constexpr std::chrono::milliseconds retry_after = std::chrono::seconds(1);

base::Problem busy() {
    return {base::ErrorCode::overloaded,
            "Too many people are signing in at this moment. Try again in a moment.", retry_after};
}

// nullopt: there is no memory for it now.
std::optional<std::string> argon2id(std::string_view password) {
    std::array<char, crypto_pwhash_argon2id_STRBYTES> text{};
    const int failed = crypto_pwhash_argon2id_str(text.data(), password.data(), password.size(),
                                                  operations, memory_bytes);
    if (failed != 0) return std::nullopt;
    return std::string(text.data());
}

void wipe(std::string& secret) {
    sodium_memzero(secret.data(), secret.size());
}

}  // namespace

Argon2PasswordHasher::Argon2PasswordHasher(Options options) : queue_limit_(options.queue) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium did not start.");
    const auto dummy = argon2id("the password of nobody");
    if (!dummy) throw std::runtime_error("There are not 19 MiB of memory to hash passwords in.");
    dummy_hash_ = *dummy;
    for (std::size_t i = 0; i < options.threads; ++i) {
        threads_.emplace_back([this] {
            base::name_thread("password hash");
            work();
        });
    }
}

// What waits is still done and answered.
Argon2PasswordHasher::~Argon2PasswordHasher() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_)
        thread.join();
}

bool Argon2PasswordHasher::enqueue(base::Work work) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || queue_.size() >= queue_limit_) return false;
        queue_.push_back(std::move(work));
    }
    wake_.notify_one();
    return true;
}

void Argon2PasswordHasher::work() {
    while (true) {
        base::Work next;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) return;
            next = std::move(queue_.front());
            queue_.pop_front();
        }
        next();
    }
}

template <class T, class F>
base::Task<base::Result<T>> Argon2PasswordHasher::run(F work) {
    using Result = base::Result<T>;
    base::Executor& home = base::Executor::current();
    typename base::CallbackAwaiter<Result>::Start start = [&](base::Completion<Result> done) {
        base::Work job = [&home, done, work = std::move(work)]() mutable {
            home.post([done, result = work()]() mutable { done(std::move(result)); });
        };
        if (!enqueue(std::move(job))) done(std::unexpected(busy()));
    };
    base::CallbackAwaiter<Result> hop(std::move(start));
    co_return co_await hop;
}

base::Task<base::Result<std::string>> Argon2PasswordHasher::hash(std::string password) {
    auto work = [password = std::move(password)]() mutable -> base::Result<std::string> {
        auto hash = argon2id(password);
        wipe(password);
        if (!hash) return std::unexpected(busy());
        return std::move(*hash);
    };
    return run<std::string>(std::move(work));
}

base::Task<base::Result<bool>> Argon2PasswordHasher::verify(std::string password,
                                                            std::optional<std::string> hash) {
    auto work = [password = std::move(password), known = hash.has_value(),
                 hash = hash.value_or(dummy_hash_)]() mutable -> base::Result<bool> {
        const bool right =
            crypto_pwhash_argon2id_str_verify(hash.c_str(), password.data(), password.size()) == 0;
        wipe(password);
        return right && known;
    };
    return run<bool>(std::move(work));
}

}  // namespace banter::accounts
