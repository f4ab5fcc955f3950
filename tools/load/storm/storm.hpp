#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "load/account.hpp"
#include "load/net/websocket_client.hpp"
#include "load/server_process.hpp"
#include "load/storm/tally.hpp"
#include "load/table.hpp"

namespace banter::load {

struct StormOptions {
    std::string server = "http://127.0.0.1:8080";
    std::string admin;   // URL of the admin listener; empty: no counts of writes
    int server_pid = 0;  // 0: no CPU time
    std::size_t members = 500;
    std::size_t messages = 100;
    double rate = 20;      // messages a second
    double tick_ms = 100;  // the server's receipts.tick_ms, to say what is expected
    int core = -1;         // to pin the generator to
    std::string prefix;
    bool markdown = false;
};

// One group of which everyone receives and reads every message at once.
class Storm {
public:
    explicit Storm(StormOptions options);
    ~Storm();

    // Prints the table; false when a message was lost, repeated or out of order, a mark went back,
    // or receipts were told more often than a tick allows. Throws std::runtime_error when it
    // cannot be run.
    bool run();

private:
    class Member;
    struct Counts {
        double commits = 0;
        double syncs = 0;
        double receipt_rows = 0;
        double frames_received = 0;
    };

    void make_group();
    void connect();
    void send_all();
    Counts read_counts();
    void print(double seconds) const;
    std::uint64_t allowed_receipts(double seconds) const;
    void failed(const std::string& why) {
        if (failure_.empty()) failure_ = why;
    }

    StormOptions options_;
    EventLoop loop_;
    Address address_;
    HttpClient http_;
    std::unique_ptr<HttpClient> admin_;
    ServerProcess server_;
    Progress progress_;
    Accounts accounts_;
    std::deque<Account> users_;
    std::vector<std::unique_ptr<Member>> members_;  // the first one sends
    std::unique_ptr<StormTally> tally_;
    std::string chat_;
    std::uint64_t run_id_ = 0;
    std::string failure_;
    Counts counts_;
    nanoseconds server_cpu_{0};
    nanoseconds generator_cpu_{0};
    std::uint64_t acknowledgements_ = 0;
    std::uint64_t receipt_bytes_ = 0;
    std::uint64_t message_bytes_ = 0;
};

}  // namespace banter::load
