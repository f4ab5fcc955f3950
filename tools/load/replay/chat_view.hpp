#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <unordered_map>

#include "load/replay/checker.hpp"

namespace banter::load {

// What one person's client shows of a group from the frames it got: which of his own messages each
// member has received and read, and how far he himself has read. Pure.
class ChatView {
public:
    struct Marks {
        Seq delivered = 0;
        Seq read = 0;
    };
    // A member as the server lists him.
    struct Member {
        Person person = 0;
        Seq joined = 0;  // the seq of the event that made him one
        Marks marks;
    };

    void own_message(Seq seq) { own_.insert(seq); }
    // `receipt` frames; 0: the frame says nothing of this mark.
    void receipt(Person member, Marks marks);
    void read_up_to(Seq seq) { read_ = std::max(read_, seq); }

    bool is_own(Seq seq) const { return own_.contains(seq); }
    Seq read() const { return read_; }

    // How many of the own messages from `first` on have another status here than the server's
    // marks of the member give them.
    std::uint64_t wrong_statuses(const Member& member, Seq first) const;

private:
    std::uint64_t own_between(Seq after, Seq to, Seq first) const;

    std::set<Seq> own_;
    std::unordered_map<Person, Marks> marks_;
    Seq read_ = 0;
};

}  // namespace banter::load
