#include "load/bench/bench.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <random>
#include <stdexcept>
#include <sys/prctl.h>

#include "load/bench/disk_probe.hpp"
#include "load/bench/floor_driver.hpp"
#include "load/bench/floor_server.hpp"
#include "load/bench/idle_connections.hpp"
#include "load/bench/knee.hpp"
#include "load/bench/metrics_page.hpp"

namespace banter::load {
namespace {

constexpr std::size_t http_connections = 32;
constexpr auto disk_probe_time = std::chrono::seconds(2);
constexpr double step_warmup_s = 1;
// The server keeps up when it completes this share of what is sent …
constexpr double enough = 0.97;
// … and the generator is not what is late, for want of a core.
constexpr double busy_generator = 0.8;
constexpr int tries = 2;  // of each step that fails

}  // namespace

Bench::Bench(BenchOptions options)
    : options_(std::move(options)),
      address_(parse_address(options_.server)),
      http_(loop_, address_, http_connections),
      server_(options_.server_pid) {
    if (options_.prefix.empty()) options_.prefix = fmt::format("b{:08x}", std::random_device{}());
    if (!options_.admin.empty()) {
        admin_ = std::make_unique<HttpClient>(loop_, parse_address(options_.admin), 1);
    }
    raise_connection_limit();
    prctl(PR_SET_TIMERSLACK, 1000);  // ns: the kernel's 50 µs would blur the sending times
    if (options_.core >= 0) pin_to_core(options_.core);
}

bool Bench::run() {
    driver_ = std::make_unique<BanterDriver>(
        loop_, http_, address_,
        BanterDriver::Setup{options_.pairs, options_.text_bytes, options_.prefix});
    driver_->prepare(progress_);
    meter_ = std::make_unique<Meter>(loop_, *driver_);
    if (options_.idle_connections > 0) measure_memory();
    if (!options_.disk.empty()) disk_ = probe_disk(options_.disk, disk_probe_time);
    double rate = options_.rate;
    if (options_.find_knee) {
        knee_ = search_knee();
        if (knee_ == 0 || !run_.measured.sound()) return report_faults(run_);
        rate = knee_ / 2;
    }
    progress_.begin(fmt::format("Measuring at {:.0f} messages/s", rate), 100);
    run_ = measure(*meter_, server_, true, rate, options_.duration_s);
    progress_.finish();
    if (!options_.disk.empty()) disk_.merge(probe_disk(options_.disk, disk_probe_time));
    if (!run_.measured.sound()) return report_faults(run_);
    if (options_.with_floor) {
        floor_ = measure_floor(rate, {});
        if (!options_.disk.empty()) durable_floor_ = measure_floor(rate, options_.disk);
    }
    Table table;
    describe(table);
    add_speed(table);
    add_latencies(table);
    add_commits(table);
    if (floor_) add_floor(table, *floor_, "Floor: an epoll loop that moves the same frames");
    if (durable_floor_) {
        add_floor(table, *durable_floor_, "Durable floor: the same with fdatasync in each turn");
    }
    print(table);
    return run_.measured.refused == 0;
}

bool Bench::run_floor() {
    const Run floor = measure_floor(options_.rate, options_.disk);
    if (!floor.measured.sound()) return report_faults(floor);
    Table table;
    add_floor(table, floor, "Floor");
    print(table);
    return true;
}

Bench::Run Bench::measure(Meter& meter, const ServerProcess& process, bool metrics, double rate,
                          double seconds) {
    Run run;
    const std::string before = metrics ? read_metrics() : "";
    const Meter::Window window{[&] {
                                   run.server_cpu = process.cpu_time().value_or(nanoseconds(0));
                                   run.generator_cpu = own_cpu_time();
                               },
                               [&] {
                                   run.server_cpu =
                                       process.cpu_time().value_or(nanoseconds(0)) - run.server_cpu;
                                   run.generator_cpu = own_cpu_time() - run.generator_cpu;
                               }};
    const double warmup = seconds < options_.duration_s ? step_warmup_s : options_.warmup_s;
    run.measured =
        meter.run({rate, of_seconds(warmup), of_seconds(seconds)}, window,
                  [&](double share) { progress_.update(static_cast<std::uint64_t>(share * 100)); });
    const std::string after = metrics ? read_metrics() : "";
    const auto grown = [&](std::string_view name) {
        return metric_sum(after, name) - metric_sum(before, name);
    };
    run.commits = grown("banter_commit_batches_total");
    run.syncs = grown("banter_commit_syncs_total");
    run.messages = grown("banter_messages_committed_total");
    return run;
}

std::string Bench::read_metrics() {
    if (!admin_) return {};
    const auto answer = admin_->request_and_wait({"GET", "/metrics", "", ""});
    return answer.ok() ? answer.body : "";
}

bool Bench::keeps_up(double rate) {
    progress_.begin(fmt::format("Trying {:.0f} messages/s", rate), 100);
    run_ = measure(*meter_, server_, false, rate, options_.step_s);
    progress_.finish();
    const auto& measured = run_.measured;
    if (!measured.sound()) return false;
    const auto disk_p99 = disk_.quantile(0.99);
    const auto limit = options_.knee_p99_ms > 0
                           ? of_seconds(options_.knee_p99_ms / 1000)
                           : std::max<nanoseconds>(milliseconds(20), 10 * disk_p99);
    // Without a core of its own the generator is late as well, but then it is not its own limit.
    const auto lag = measured.lag.quantile(0.99);
    const bool busy = seconds_of(run_.generator_cpu) > busy_generator * seconds_of(measured.window);
    const bool late = lag > tolerable_lag && busy;
    knee_of_generator_ = knee_of_generator_ || late;
    const auto ack = measured.ack.quantile(0.99);
    const bool holds = measured.refused == 0 && ack <= limit + lag &&
                       measured.achieved() >= enough * rate && !late;
    fmt::print(stderr, "  {:.0f}/s of {:.0f}/s, ack p99 {}, generator late by {}: {}\n",
               measured.achieved(), rate, format_duration(ack), format_duration(lag),
               holds  ? "keeps up"
               : late ? "the generator falls behind"
                      : "falls behind");
    return holds;
}

double Bench::search_knee() {
    KneeSearch search;
    search.start = options_.rate;
    return find_knee(search, [&](double rate) {
        // Whatever else the machine does may spoil a step, so a failure is not believed at once.
        for (int i = 0; i < tries; ++i) {
            // A broken promise ends the search: it is reported instead of a speed.
            if (!run_.measured.sound()) return false;
            if (!keeps_up(rate)) continue;
            at_knee_ = run_;
            return true;
        }
        return false;
    });
}

void Bench::measure_memory() {
    const auto before = server_.resident_bytes();
    const auto idle = driver_->open_idle(options_.idle_connections, progress_);
    const auto after = server_.resident_bytes();
    if (!before || !after) return;
    const double grown = static_cast<double>(*after) - static_cast<double>(*before);
    bytes_per_connection_ = grown / static_cast<double>(options_.idle_connections);
}

Bench::Run Bench::measure_floor(double rate, const std::string& disk) {
    const FrameSizes sizes = driver_ ? driver_->frame_sizes() : FrameSizes{};
    const FloorServer server(sizes, options_.server_pid, disk);
    FloorDriver driver(loop_, server.address(), options_.pairs, sizes);
    Meter meter(loop_, driver);
    progress_.begin(fmt::format("Measuring the {}floor at {:.0f} messages/s",
                                disk.empty() ? "" : "durable ", rate),
                    100);
    const Run run = measure(meter, ServerProcess(server.pid()), false, rate, options_.duration_s);
    progress_.finish();
    return run;
}

}  // namespace banter::load
