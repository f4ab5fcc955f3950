#pragma once

#include <memory>
#include <optional>
#include <string>

#include "load/bench/banter_driver.hpp"
#include "load/bench/meter.hpp"
#include "load/server_process.hpp"
#include "load/table.hpp"

namespace banter::load {

struct BenchOptions {
    std::string server = "http://127.0.0.1:8080";
    std::string admin;   // URL of the admin listener; empty: no commit counts
    int server_pid = 0;  // 0: no CPU time and memory
    std::string disk;    // a folder on the server's disk; empty: no probe
    double rate = 1000;  // messages a second; with find_knee the first step
    double duration_s = 20;
    double warmup_s = 3;
    double step_s = 4;  // of the search for the knee
    std::size_t pairs = 100;
    std::size_t text_bytes = 64;
    std::size_t idle_connections = 0;
    bool find_knee = false;
    bool with_floor = false;
    double knee_p99_ms = 0;  // 0: 10 times the disk's p99, at least 20 ms
    int core = -1;           // to pin the generator to
    std::string prefix;
    bool markdown = false;
};

// Measures 1:1 durable messages: each acknowledged, delivered, and the sender told of that.
class Bench {
public:
    explicit Bench(BenchOptions options);

    // Prints the table; false when a message was lost, repeated or out of order, or the run broke
    // down: then no speed is reported. Throws std::runtime_error when it cannot be run at all.
    bool run();
    // The floor alone, at the rate of the options.
    bool run_floor();

private:
    struct Run {
        Measurement measured;
        nanoseconds server_cpu{0};
        nanoseconds generator_cpu{0};
        double commits = 0;
        double syncs = 0;
        double messages = 0;  // as the server counts them
    };

    // The generator's p99 of being late that makes latencies worthless.
    static constexpr milliseconds tolerable_lag{5};

    Run measure(Meter& meter, const ServerProcess& process, bool metrics, double rate,
                double seconds);
    bool keeps_up(double rate);
    double search_knee();
    void measure_memory();
    Run measure_floor(double rate, const std::string& disk);
    bool report_faults(const Run& run) const;
    void describe(Table& table) const;
    void add_speed(Table& table) const;
    void add_latencies(Table& table) const;
    void add_commits(Table& table) const;
    void add_floor(Table& table, const Run& floor, std::string_view what) const;
    void print(const Table& table) const;
    std::string read_metrics();
    double per_message_us(const Run& run) const;
    std::string per_cpu_second(const Run& run) const;

    BenchOptions options_;
    EventLoop loop_;
    Address address_;
    HttpClient http_;
    std::unique_ptr<HttpClient> admin_;
    ServerProcess server_;
    Progress progress_;
    std::unique_ptr<BanterDriver> driver_;
    std::unique_ptr<Meter> meter_;
    Histogram disk_;
    Run run_;
    std::optional<Run> floor_;
    std::optional<Run> durable_floor_;  // on the disk that is probed
    double knee_ = 0;
    Run at_knee_;
    bool knee_of_generator_ = false;
    std::optional<double> bytes_per_connection_;
};

}  // namespace banter::load
