#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/executor.hpp"

namespace banter::base {

template <class T>
class Task;

namespace detail {

struct PromiseBase {
    std::coroutine_handle<> continuation = std::noop_coroutine();

    std::suspend_always initial_suspend() noexcept { return {}; }

    struct FinalAwaiter {
        bool await_ready() noexcept { return false; }
        template <class P>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<P> finished) noexcept {
            return finished.promise().continuation;
        }
        void await_resume() noexcept {}
    };
    FinalAwaiter final_suspend() noexcept { return {}; }

    // Errors are values; an exception here is a broken invariant, so the process ends.
    void unhandled_exception() noexcept { std::terminate(); }
};

template <class T>
struct Promise : PromiseBase {
    std::optional<T> value;

    Task<T> get_return_object();
    void return_value(T result) { value.emplace(std::move(result)); }
    T take() { return std::move(*value); }
};

template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object();
    void return_void() {}
    void take() {}
};

}  // namespace detail

// A lazy coroutine: it starts when awaited and resumes its awaiter when it ends. It stays on the
// thread that awaits it unless what it awaits says otherwise.
template <class T>
class [[nodiscard]] Task {
public:
    using promise_type = detail::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    explicit Task(Handle handle) : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            if (handle_) handle_.destroy();
            handle_ = std::exchange(other.handle_, {});
        }
        return *this;
    }
    ~Task() {
        if (handle_) handle_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
        handle_.promise().continuation = awaiting;
        return handle_;
    }
    T await_resume() { return handle_.promise().take(); }

private:
    Handle handle_;
};

namespace detail {

template <class T>
Task<T> Promise<T>::get_return_object() {
    return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}

inline Task<void> Promise<void>::get_return_object() {
    return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

// A coroutine that starts at once and frees itself at its end.
struct Detached {
    struct promise_type {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() noexcept { std::terminate(); }
    };
};

}  // namespace detail

// Starts `task` now, on this thread, and lets it run to its end by itself.
inline detail::Detached spawn(Task<void> task) {
    co_await std::move(task);
}

// Starts `task` now; `done` receives its result.
template <class T, class F>
detail::Detached spawn(Task<T> task, F done) {
    done(co_await std::move(task));
}

template <class T>
class CallbackAwaiter;

// The one-shot answer to a suspended coroutine. Call it once, on the thread of the coroutine,
// also from inside the function that received it.
template <class T>
class Completion {
public:
    explicit Completion(CallbackAwaiter<T>* awaiter) : awaiter_(awaiter) {}
    void operator()(T value) const;

private:
    CallbackAwaiter<T>* awaiter_;
};

// Turns a callback API into something to await: `start` receives the Completion.
template <class T>
class [[nodiscard]] CallbackAwaiter {
public:
    using Start = std::move_only_function<void(Completion<T>)>;

    explicit CallbackAwaiter(Start start) : start_(std::move(start)) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting) {
        awaiting_ = awaiting;
        start_(Completion<T>(this));
        suspended_ = !value_.has_value();
        return suspended_;
    }
    T await_resume() { return std::move(*value_); }

private:
    friend class Completion<T>;

    Start start_;
    std::coroutine_handle<> awaiting_;
    std::optional<T> value_;
    bool suspended_ = false;
};

template <class T>
void Completion<T>::operator()(T value) const {
    awaiter_->value_.emplace(std::move(value));
    if (awaiter_->suspended_) awaiter_->awaiting_.resume();
}

// Runs `function` on `worker` and resumes the caller, with the result, on the executor it came
// from.
template <class F, class R = std::invoke_result_t<F&>>
Task<R> run_on(Executor& worker, F function) {
    Executor& home = Executor::current();
    typename CallbackAwaiter<R>::Start start = [&](Completion<R> done) {
        worker.post([&home, done, function = std::move(function)]() mutable {
            home.post([done, result = function()]() mutable { done(std::move(result)); });
        });
    };
    CallbackAwaiter<R> hop(std::move(start));
    co_return co_await hop;
}

// Awaits, on `other`, the task that `make` returns, and resumes the caller on its own executor.
template <class F, class R = std::remove_cvref_t<
                       decltype(std::declval<std::invoke_result_t<F&>>().await_resume())>>
Task<R> await_on(Executor& other, F make) {
    Executor& home = Executor::current();
    if (&home == &other) co_return co_await make();
    typename CallbackAwaiter<R>::Start start = [&](Completion<R> done) {
        other.post([&home, done, make = std::move(make)]() mutable {
            auto kept = std::make_shared<F>(std::move(make));  // outlives the coroutine it makes
            spawn((*kept)(), [&home, done, kept](R result) {
                home.post(
                    [done, result = std::move(result)]() mutable { done(std::move(result)); });
            });
        });
    };
    CallbackAwaiter<R> hop(std::move(start));
    co_return co_await hop;
}

}  // namespace banter::base
