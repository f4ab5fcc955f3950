#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "domain/ids.hpp"

namespace banter::client {

using Marks = std::vector<std::pair<domain::ChatId, domain::Seq>>;

// Collects what `received` frames are to say, so that one frame speaks for many messages.
class Acknowledgements {
public:
    explicit Acknowledgements(std::chrono::milliseconds delay) : delay_(delay) {}

    // The server's window of unacknowledged messages; a quarter of it is acknowledged at once.
    void set_window(std::size_t window) { at_once_ = std::max<std::size_t>(1, window / 4); }

    // The device has every message of `chat` up to `seq`.
    void add(const domain::ChatId& chat, domain::Seq seq, base::Steady now);

    bool is_full() const { return messages_ >= at_once_; }
    // When to write what has been collected; none when there is nothing.
    std::optional<base::Steady> due() const { return due_; }
    Marks take();

private:
    std::chrono::milliseconds delay_;
    std::size_t at_once_ = 16;
    std::size_t messages_ = 0;
    std::map<domain::ChatId, domain::Seq> marks_;
    std::optional<base::Steady> due_;
};

// The user's read marks on their way. `read` has no answer, so a mark counts as arrived once a
// pong has answered a ping written after it; until then a new connection writes it again.
class ReadMarks {
public:
    // False when the mark is no news.
    bool advance(const domain::ChatId& chat, domain::Seq seq);
    // Everything that has to be written on a new connection.
    Marks unconfirmed() const;
    void on_written(const domain::ChatId& chat, std::int64_t pings_before);
    void on_pong(std::int64_t n);
    // The server refused one for now, and does not say which: none counts as arrived.
    void on_refused();
    // A membership ended: its marks mean nothing to the next one.
    void forget(const domain::ChatId& chat) { marks_.erase(chat); }

private:
    struct Mark {
        domain::Seq seq;
        bool confirmed = false;
        std::optional<std::int64_t> pings_before;  // it was written after so many pings
    };
    std::map<domain::ChatId, Mark> marks_;
};

}  // namespace banter::client
