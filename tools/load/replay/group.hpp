#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "load/replay/chat_view.hpp"
#include "load/replay/conversation.hpp"
#include "load/replay/participant.hpp"

namespace banter::load {

class Group;

// One person's place in one group.
struct Seat {
    Group* group = nullptr;
    Participant* participant = nullptr;
    Person person = 0;
    StreamChecker stream;
    ChatView view;
    bool unacknowledged = false;  // something arrived since the last acknowledgement
    Seq acknowledged_here = 0;    // on this connection
    Seq settling = 0;             // of that, what was acknowledged a while ago

    struct Act {
        Step step;
        Time intended;
    };
    std::deque<Act> waiting;     // to be done in this order
    std::size_t unanswered = 0;  // sends of this seat
    bool changing = false;       // a join or a leave is on its way
};

// One log as a group of the server: plays its script and checks what everyone sees of it.
class Group {
public:
    Group(ReplayContext& context, GroupScript script, std::vector<Participant*> participants);
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;

    // Makes the group on the server.
    void create(std::function<void()> done);
    const std::string& chat() const { return chat_; }
    const GroupScript& script() const { return script_; }
    std::deque<Seat>& seats() { return seats_; }
    const GroupLedger& ledger() const { return ledger_; }
    Participant& owner() { return *seat_of(script_.owner).participant; }

    // What one person says goes out in order; a join or leave waits for what he said before, and
    // what he says after waits for it.
    void perform(Step step, Time intended);
    bool idle() const { return busy_ == 0; }

    void arrived(Seat& seat, const Frame& frame);
    void receipt(Seat& seat, const Frame& frame);
    void sent(Seat& seat, std::size_t index, const Frame& frame, bool measured);
    // A send has its answer, whatever it is.
    void answered(Seat& seat);

private:
    struct Waiting {  // a delivery whose send has no ack yet
        Seq seq;
        Time at;
        Time synced_at;
    };
    Seat& seat_of(Person person);
    void advance(Seat& seat);
    void change(Seat& seat, Step::Kind kind);
    void request_change(Seat& seat, Participant& actor, HttpRequest request);
    void changed(Seat& seat, const HttpResponse& response, Participant& actor,
                 HttpRequest request);
    void note_delivery(Seq seq, Time at, Time synced_at);

    ReplayContext& context_;
    GroupScript script_;
    std::string chat_;
    std::deque<Seat> seats_;
    GroupLedger ledger_;
    std::vector<std::int64_t> send_at_;  // by seq: the send; -1: not known (yet)
    std::vector<Waiting> early_;
    std::size_t busy_ = 0;  // acts that are not done
};

}  // namespace banter::load
