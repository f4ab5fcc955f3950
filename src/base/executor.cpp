#include "base/executor.hpp"

#include <cstdlib>

namespace banter::base {
namespace {
thread_local Executor* current_executor = nullptr;
}

Executor& Executor::current() {
    if (current_executor == nullptr) std::abort();
    return *current_executor;
}

Executor* Executor::current_or_null() {
    return current_executor;
}

void Executor::set_current(Executor* executor) {
    current_executor = executor;
}

}  // namespace banter::base
