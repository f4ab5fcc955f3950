#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "load/content.hpp"

// Decides whether what the receivers of a group saw keeps the promises of protocol.md. Pure: no
// I/O, no clock, so a test can feed it every fault.
namespace banter::load {

using Person = std::uint32_t;

// What must be zero at the end, and a few counts that need not be.
struct Faults {
    std::uint64_t lost = 0;         // visible to a member, never arrived
    std::uint64_t duplicates = 0;   // twice on one connection, again long after it was
                                    // acknowledged, or one send stored twice
    std::uint64_t disorder = 0;     // not the next seq of the stream
    std::uint64_t outside = 0;      // of a time when the receiver was no member
    std::uint64_t different = 0;    // not the same content for everyone, or not what was sent
    std::uint64_t redelivered = 0;  // again on a new connection: allowed, not counted in total()

    std::uint64_t total() const { return lost + duplicates + disorder + outside + different; }
    Faults& operator+=(const Faults& other);
};

// What a message does to membership: nothing (no event), nothing (another event), or it makes or
// unmakes members.
enum class Change { none, other, begins, ends };

// One person's view of one group, over all his connections.
class StreamChecker {
public:
    void connection_started() { fresh_ = true; }

    // A message arrived; `own` is what it does to the receiver's own membership.
    void message(Seq seq, Change own);
    // The ack of a send of this very connection; it takes the message's place in the stream,
    // unless that has passed it already.
    void sent(Seq seq);
    // The receiver has acknowledged up to `seq`.
    void acknowledged(Seq seq) { acknowledged_ = std::max(acknowledged_, seq); }
    // So much time has passed that the server must have taken in everything acknowledged up to
    // `seq`: nothing of it may come again.
    void acknowledgement_settled(Seq seq) { settled_ = std::max(settled_, seq); }

    bool seen(Seq seq) const { return seq < seen_.size() && seen_[seq]; }
    Seq last() const { return next_ - 1; }  // 0: nothing yet
    Seq last_acknowledged() const { return acknowledged_; }
    const Faults& faults() const { return faults_; }
    // What was wrong first, for whoever looks for the cause.
    struct Oddity {
        std::string_view what;  // empty: nothing
        Seq seq = 0;
        Seq expected = 0;
        Seq connection_began = 0;  // with this seq; 0: with the very one
        Seq settled = 0;           // acknowledged long enough before
    };
    const Oddity& first_oddity() const { return oddity_; }
    // Seqs first … last that were given up by being added anew while away (protocol.md:
    // "re-joined: from the new join").
    const std::vector<std::pair<Seq, Seq>>& waived() const { return waived_; }

private:
    void take(Seq seq, Change own);
    void mark(Seq seq);
    void count(std::uint64_t& fault, std::string_view what, Seq seq);

    std::vector<bool> seen_;
    Seq next_ = 1;              // expected on this connection
    bool fresh_ = true;         // nothing arrived on this connection yet
    bool any_ = false;          // anything ever arrived
    bool ended_ = false;        // the last that arrived ended the membership
    Seq connection_begin_ = 0;  // the first seq on this connection
    Seq acknowledged_ = 0;
    Seq settled_ = 0;  // of what is acknowledged
    std::vector<std::pair<Seq, Seq>> waived_;
    Faults faults_;
    Oddity oddity_;
};

// What a group's log contains, as all receivers together have seen it.
class GroupLedger {
public:
    // Somebody saw this message; `content` must be the same for everyone.
    void observed(Seq seq, std::uint64_t content, Change change,
                  const std::vector<Person>& people);
    // A send was acknowledged. `content` as a receiver computes it.
    void accepted(Seq seq, std::uint64_t content);

    Seq head() const { return entries_.empty() ? 0 : entries_.size() - 1; }
    std::uint64_t messages() const { return messages_; }  // accepted
    std::uint64_t events() const { return events_; }
    const Faults& faults() const { return faults_; }

    // The times of membership as [first, last] in the order of the log; last is 0 while it lasts.
    std::vector<std::pair<Seq, Seq>> memberships(Person person) const;
    // Is the person a member at the head?
    bool is_member(Person person) const;
    // What a whole and well-behaved stream of this person would have ended with.
    Seq expected_last(Person person) const;

    // The messages of a time of membership that begins with `first`, after `after`, that are no
    // events.
    template <class Visit>
    void each_message(Seq after, Seq first, Visit visit) const {
        for (Seq seq = std::max(after + 1, first); seq < entries_.size(); ++seq) {
            if (!entries_[seq].event) visit(seq);
        }
    }

    // The verdict at the end, when nothing is on its way any more.
    Faults audit(Person person, const StreamChecker& stream) const;
    // Messages that nobody acknowledged to a sender, and acknowledged ones that nobody ever saw.
    Faults audit_log() const;

private:
    struct Entry {
        std::optional<std::uint64_t> content;
        bool accepted = false;
        bool event = false;
        bool observed = false;
    };
    struct MembershipChange {
        Seq seq;
        bool begins;
        std::vector<Person> people;
    };
    Entry& entry(Seq seq);
    void compare(Entry& entry, std::uint64_t content);

    std::vector<Entry> entries_;
    std::vector<MembershipChange> changes_;  // in order of seq
    std::uint64_t messages_ = 0;
    std::uint64_t events_ = 0;
    Faults faults_;
};

}  // namespace banter::load
