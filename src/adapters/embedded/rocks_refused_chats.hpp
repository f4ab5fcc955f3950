#pragma once

#include <atomic>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "base/result.hpp"
#include "domain/ids.hpp"

namespace banter::adapters::embedded {

// The answer to whoever asks for something of a damaged chat.
inline base::Problem damaged_chat(const domain::ChatId& chat) {
    return {base::ErrorCode::overloaded,
            "The chat " + to_string(chat) +
                " is damaged in the message store; the operator can find out more with `banter "
                "doctor`.",
            std::chrono::seconds(60)};
}

// Chats that a check found damaged. Any thread.
class RefusedChats {
public:
    void add(const domain::ChatId& chat, std::string what) {
        const std::unique_lock lock(mutex_);
        chats_.insert_or_assign(chat, std::move(what));
        any_.store(true, std::memory_order_release);
    }

    std::optional<base::Problem> find(const domain::ChatId& chat) const {
        if (!any()) return std::nullopt;
        const std::shared_lock lock(mutex_);
        if (!chats_.contains(chat)) return std::nullopt;
        return damaged_chat(chat);
    }

    bool any() const { return any_.load(std::memory_order_acquire); }

    std::unordered_map<domain::ChatId, std::string> all() const {
        const std::shared_lock lock(mutex_);
        return chats_;
    }

private:
    mutable std::shared_mutex mutex_;
    std::unordered_map<domain::ChatId, std::string> chats_;
    std::atomic<bool> any_{false};
};

}  // namespace banter::adapters::embedded
