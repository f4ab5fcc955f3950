#pragma once

#include <memory>
#include <vector>

#include "base/executor.hpp"
#include "domain/ids.hpp"

namespace banter::runtime {

// Which executor owns what. The same in a server of many threads and in a test on one.
struct Shards {
    std::vector<base::Executor*> executors;

    std::size_t count() const { return executors.size(); }
    std::size_t of(const domain::ChatId& chat) const {
        return std::hash<domain::ChatId>{}(chat) % executors.size();
    }
    std::size_t of(domain::UserId user) const {
        return (std::hash<domain::UserId>{}(user) >> 32) % executors.size();
    }
    base::Executor& operator[](std::size_t index) const { return *executors[index]; }
};

}  // namespace banter::runtime
