#include "client/marks.hpp"

namespace banter::client {

void Acknowledgements::add(const domain::ChatId& chat, domain::Seq seq, base::Steady now) {
    auto& mark = marks_[chat];
    mark = std::max(mark, seq);
    ++messages_;
    if (!due_) due_ = now + delay_;
}

Marks Acknowledgements::take() {
    Marks marks(marks_.begin(), marks_.end());
    marks_.clear();
    messages_ = 0;
    due_.reset();
    return marks;
}

bool ReadMarks::advance(const domain::ChatId& chat, domain::Seq seq) {
    auto& mark = marks_[chat];
    if (seq <= mark.seq) return false;
    mark = Mark{.seq = seq, .confirmed = false, .pings_before = {}};
    return true;
}

Marks ReadMarks::unconfirmed() const {
    Marks marks;
    for (const auto& [chat, mark] : marks_) {
        if (!mark.confirmed) marks.emplace_back(chat, mark.seq);
    }
    return marks;
}

void ReadMarks::on_written(const domain::ChatId& chat, std::int64_t pings_before) {
    marks_[chat].pings_before = pings_before;
}

void ReadMarks::on_refused() {
    for (auto& [chat, mark] : marks_) {
        mark.confirmed = false;
        mark.pings_before.reset();
    }
}

void ReadMarks::on_pong(std::int64_t n) {
    for (auto& [chat, mark] : marks_) {
        if (mark.pings_before && *mark.pings_before < n) mark.confirmed = true;
    }
}

}  // namespace banter::client
