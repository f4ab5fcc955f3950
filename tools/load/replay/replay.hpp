#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "load/replay/group.hpp"
#include "load/server_process.hpp"

namespace banter::load {

// Plays conversations on a running server and checks what every receiver sees.
class Replay {
public:
    explicit Replay(ReplayOptions options);

    // Prints the table; true when no promise was broken. Throws std::runtime_error when it cannot
    // be played at all.
    bool run();

private:
    struct Cue {  // one step of one group, in the time of the replay
        nanoseconds at;
        std::uint32_t group;
        std::uint32_t step;
        auto operator<=>(const Cue&) const = default;
    };
    struct Verdict {
        Faults faults;
        std::uint64_t messages = 0;
        std::uint64_t events = 0;
        std::uint64_t heads_apart = 0;   // groups whose head the server says is another
        std::uint64_t marks_behind = 0;  // members whose delivered mark is not at the head
        std::uint64_t wrong_statuses = 0;  // own messages that a client shows with another tick
        std::uint64_t wrong_chats = 0;     // chats that a client shows with another head, read or
                                           // unread count

        bool clients_agree() const {
            return marks_behind == 0 && wrong_statuses == 0 && wrong_chats == 0;
        }
    };

    void prepare(Script script);
    void create_groups();
    void connect_members();
    void play();
    void cue();
    void start_spells();
    void spell(Participant& participant);
    void tick();
    void settle();
    bool everyone_has_everything();
    Verdict audit();
    void describe_faults(const Group& group, const Seat& seat, const Faults& faults);
    void compare_with_server(Group& group, Verdict& verdict);
    void compare_clients(Verdict& verdict);
    void compare_members(Group& group, Verdict& verdict);
    void compare_chat_list(Participant& participant, Verdict& verdict);
    // GET of every page; the token is the participant's.
    void each_item(Participant& participant, const std::string& path,
                   const std::function<void(std::string_view)>& visit);
    void print(const Verdict& verdict) const;

    ReplayOptions options_;
    Random random_;
    EventLoop loop_;
    Address address_;
    HttpClient http_;
    Accounts accounts_api_;
    ReplayStats stats_;
    ReplayContext context_;
    Progress progress_;
    std::size_t left_out_ = 0;
    std::deque<Account> accounts_;
    std::deque<Participant> participants_;
    std::deque<Group> groups_;
    std::vector<Cue> cues_;
    std::size_t next_cue_ = 0;
    Time play_began_;
    nanoseconds played_{0};
    nanoseconds server_cpu_{0};
    nanoseconds own_cpu_{0};
    bool playing_ = false;
    std::vector<std::string> troubles_;
};

}  // namespace banter::load
