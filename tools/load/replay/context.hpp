#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "load/account.hpp"
#include "load/histogram.hpp"
#include "load/random.hpp"
#include "load/replay/checker.hpp"

// What everyone who takes part in a replay shares.
namespace banter::load {

struct ReplayOptions {
    std::string file;
    std::string server = "http://127.0.0.1:8080";
    int server_pid = 0;  // 0: its CPU time is not measured
    std::size_t logs = 0;
    std::size_t max_users = 6000;
    double speed = 300;
    double max_pause_minutes = 10;
    double offline_share = 0.1;
    double cut_chance = 0.005;  // that the connection breaks right after a send
    std::uint64_t seed = 1;
    std::string prefix;  // of usernames; empty: a new one
    bool markdown = false;
};

struct ReplayStats {
    Histogram ack;       // intended send → `sent`, on the connection of the send
    Histogram delivery;  // intended send → `message` at a member who was online all the while
    std::uint64_t sends = 0;
    std::uint64_t resends = 0;
    std::uint64_t deliveries = 0;  // messages and events that arrived
    std::uint64_t receipts = 0;
    std::uint64_t connections = 0;
    std::uint64_t reconnects = 0;
    std::uint64_t dropped = 0;      // connections that nobody here meant to end
    std::uint64_t told_to_wait = 0; // rate_limited and overloaded, tried again
    std::uint64_t refused = 0;      // sends refused for another reason
    std::uint64_t errors = 0;       // other requests that failed
    std::string first_error;

    void error(std::uint64_t& counter, const std::string& what) {
        ++counter;
        if (first_error.empty()) first_error = what;
    }
};

// One message on its way; its place in the list is the index in its client_id.
struct Seat;
struct Send {
    Seat* seat = nullptr;
    std::string text;
    Time intended;
    std::uint32_t connection = 0;  // of the sender, on which it was sent first; 0: none yet
    bool retried = false;
};

struct ReplayContext {
    EventLoop& loop;
    HttpClient& http;
    Accounts& accounts;
    const Address& address;
    const ReplayOptions& options;
    ReplayStats& stats;
    Random& random;
    std::uint64_t run = 0;  // in every client_id
    std::vector<Send> sends;
    std::unordered_map<std::string, Person> people;  // by user id
};

}  // namespace banter::load
