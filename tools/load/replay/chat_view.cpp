#include "load/replay/chat_view.hpp"

#include <algorithm>

namespace banter::load {

void ChatView::receipt(Person member, Marks marks) {
    auto& known = marks_[member];
    known.delivered = std::max(known.delivered, marks.delivered);
    known.read = std::max(known.read, marks.read);
    known.delivered = std::max(known.delivered, known.read);
}

std::uint64_t ChatView::wrong_statuses(const Member& member, Seq first) const {
    const auto found = marks_.find(member.person);
    const Marks here = found == marks_.end() ? Marks{} : found->second;
    const Marks& there = member.marks;
    // What was said before he joined does not concern him.
    const Seq from = std::max(first, member.joined);
    const auto apart = [&](Seq one, Seq other) {
        return own_between(std::min(one, other), std::max(one, other), from);
    };
    return apart(here.delivered, there.delivered) + apart(here.read, there.read);
}

// After `after`, up to `to`, none before `first`.
std::uint64_t ChatView::own_between(Seq after, Seq to, Seq first) const {
    const auto begin = own_.lower_bound(std::max(after + 1, first));
    const auto end = own_.upper_bound(to);
    if (begin == own_.end() || *begin > to) return 0;
    return static_cast<std::uint64_t>(std::distance(begin, end));
}

}  // namespace banter::load
