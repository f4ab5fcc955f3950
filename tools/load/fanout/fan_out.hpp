#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "load/account.hpp"
#include "load/histogram.hpp"
#include "load/net/websocket_client.hpp"
#include "load/server_process.hpp"

namespace banter::load {

struct FanOutOptions {
    std::string server = "http://127.0.0.1:8080";
    int server_pid = 0;  // needed: it is the server's cost that is measured
    std::vector<std::size_t> sizes = {10, 50, 100, 200, 500};  // members of the groups, rising
    std::size_t groups = 20;                                   // of each size
    std::size_t messages = 2000;  // to the groups of each size, in turn
    double rate = 400;            // messages a second
    std::size_t openings = 50;
    int core = -1;  // to pin the generator to
    std::string prefix;
};

// What a message costs that nobody is online for, and what it costs one of them to open the app
// afterwards: the two sides between which fan-out on write and on read differ. Run it on a server
// with `groups.fanout_on_write_below` at 0 and on one with it above every size.
class FanOut {
public:
    explicit FanOut(FanOutOptions options);
    ~FanOut();

    // Prints a table with a row for each size. Throws std::runtime_error when it cannot be run.
    void run();

private:
    class Client;
    struct Cost {
        nanoseconds cpu{0};
        std::uint64_t written = 0;  // bytes
    };
    struct Row {
        std::size_t members = 0;
        Cost message;  // of all
        Histogram ack;
        Cost opening;  // of all
        Histogram synced;
    };

    std::vector<std::string> make_groups(std::size_t members);
    Row measure(std::size_t members);
    void send(const std::vector<std::string>& chats, std::size_t messages, double rate);
    void open(Row& row, const std::vector<std::string>& chats);
    nanoseconds open_once(Account& account);
    Cost cost() const;
    void print(const std::vector<Row>& rows) const;

    FanOutOptions options_;
    EventLoop loop_;
    Address address_;
    HttpClient http_;
    ServerProcess server_;
    Progress progress_;
    Accounts accounts_;
    std::deque<Account> users_;
    std::unique_ptr<Client> sender_;
    std::uint64_t run_id_ = 0;
    std::uint64_t sends_ = 0;
};

}  // namespace banter::load
