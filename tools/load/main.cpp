#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "load/bench/bench.hpp"
#include "load/fanout/fan_out.hpp"
#include "load/replay/replay.hpp"
#include "load/storm/storm.hpp"

namespace {

using banter::load::BenchOptions;
using banter::load::FanOutOptions;
using banter::load::ReplayOptions;
using banter::load::StormOptions;

void add_replay(CLI::App& app, ReplayOptions& options) {
    auto* verb = app.add_subcommand("replay", "Play conversations and check every receiver");
    verb->add_option("file", options.file, "JSON lines, plain or .gz")->required();
    verb->add_option("--server", options.server, "URL of the server")->capture_default_str();
    verb->add_option("--pid", options.server_pid, "its process, to measure its CPU time");
    verb->add_option("--logs", options.logs, "play so many logs; 0: all")->capture_default_str();
    verb->add_option("--max-users", options.max_users, "leave out logs that need more people")
        ->capture_default_str();
    verb->add_option("--speed", options.speed, "times faster than it was")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    verb->add_option("--max-pause", options.max_pause_minutes,
                     "minutes of the log; a longer silence is cut to this")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    verb->add_option("--offline-share", options.offline_share, "share of the time people are away")
        ->check(CLI::Range(0.0, 0.9))
        ->capture_default_str();
    verb->add_option("--cut-chance", options.cut_chance,
                     "chance that a connection breaks right after a send")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    verb->add_option("--seed", options.seed, "of all that is random")->capture_default_str();
    verb->add_option("--prefix", options.prefix, "of the usernames; the same one reuses accounts");
    verb->add_flag("--markdown", options.markdown, "print the table for a document");
}

// What the benchmark and the floor have in common.
void add_load(CLI::App& verb, BenchOptions& options) {
    verb.add_option("--rate", options.rate, "messages a second")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    verb.add_option("--duration", options.duration_s, "seconds measured")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    verb.add_option("--warmup", options.warmup_s, "seconds before that")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    verb.add_option("--pairs", options.pairs, "senders with a recipient each")
        ->check(CLI::Range(1, 3000))
        ->capture_default_str();
    verb.add_option("--cpu", options.core, "run on this core");
    verb.add_option("--pid", options.server_pid,
                    "the server's process: its CPU time and memory; the floor runs on its cores");
    verb.add_option("--disk", options.disk,
                    "a folder on the server's disk, for fdatasync: probed, and by a durable floor");
    verb.add_flag("--markdown", options.markdown, "print the table for a document");
}

void add_bench(CLI::App& app, BenchOptions& options) {
    auto* verb = app.add_subcommand("bench", "Measure 1:1 durable messages in open loop");
    add_load(*verb, options);
    verb->add_option("--server", options.server, "URL of the server")->capture_default_str();
    verb->add_option("--admin", options.admin, "URL of its admin listener, for commit counts");
    verb->add_option("--text-bytes", options.text_bytes, "size of each text")
        ->check(CLI::Range(16, 65536))
        ->capture_default_str();
    verb->add_option("--idle-connections", options.idle_connections,
                     "measure the server's memory with so many");
    verb->add_flag("--find-knee", options.find_knee,
                   "raise the rate until the server falls behind, then measure at half of that");
    verb->add_option("--step", options.step_s, "seconds of each step of that")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    verb->add_option("--knee-p99-ms", options.knee_p99_ms,
                     "ack p99 that counts as falling behind; 0: 10 times fdatasync's, or 20");
    verb->add_flag("--with-floor", options.with_floor, "measure the floor in the same run");
    verb->add_option("--prefix", options.prefix, "of the usernames; the same one reuses accounts");
}

void add_floor(CLI::App& app, BenchOptions& options) {
    auto* verb = app.add_subcommand("floor", "Measure the smallest server with the same traffic");
    add_load(*verb, options);
}

void add_storm(CLI::App& app, StormOptions& options) {
    auto* verb = app.add_subcommand("storm", "Let a large group receive and read at once");
    verb->add_option("--server", options.server, "URL of the server")->capture_default_str();
    verb->add_option("--admin", options.admin, "URL of its admin listener, for counts of writes");
    verb->add_option("--pid", options.server_pid, "its process, to measure its CPU time");
    verb->add_option("--members", options.members, "of the group, the sender among them")
        ->check(CLI::Range(2, 10'000))
        ->capture_default_str();
    verb->add_option("--messages", options.messages, "that everyone reads")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    verb->add_option("--rate", options.rate, "messages a second")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    verb->add_option("--tick-ms", options.tick_ms, "the server's receipts.tick_ms")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    verb->add_option("--cpu", options.core, "run on this core");
    verb->add_option("--prefix", options.prefix, "of the usernames; the same one reuses accounts");
    verb->add_flag("--markdown", options.markdown, "print the table for a document");
}

void add_fan_out(CLI::App& app, FanOutOptions& options) {
    auto* verb = app.add_subcommand("fan-out", "Measure messages to absent members of groups");
    verb->add_option("--server", options.server, "URL of the server")->capture_default_str();
    verb->add_option("--pid", options.server_pid, "its process")->required();
    verb->add_option("--sizes", options.sizes, "members of the groups")
        ->check(CLI::Range(2, 10'000))
        ->capture_default_str();
    verb->add_option("--groups", options.groups, "of each size")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    verb->add_option("--messages", options.messages, "to the groups of each size")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    verb->add_option("--rate", options.rate, "messages a second")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    verb->add_option("--openings", options.openings, "of the app, with news in one group")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    verb->add_option("--cpu", options.core, "run on this core");
    verb->add_option("--prefix", options.prefix, "of the usernames; the same one reuses accounts");
}

struct AllOptions {
    ReplayOptions replay;
    BenchOptions bench;
    StormOptions storm;
    FanOutOptions fan_out;
};

int run(const CLI::App& app, const AllOptions& options) {
    const auto& [replay, bench, storm, fan_out] = options;
    if (app.got_subcommand("fan-out")) {
        banter::load::FanOut(fan_out).run();
        return 0;
    }
    if (app.got_subcommand("storm")) return banter::load::Storm(storm).run() ? 0 : 1;
    if (app.got_subcommand("replay")) return banter::load::Replay(replay).run() ? 0 : 1;
    banter::load::Bench measured(bench);
    return (app.got_subcommand("floor") ? measured.run_floor() : measured.run()) ? 0 : 1;
}

}  // namespace

// Exit code: 0 all promises kept, 1 not, 2 it could not be run.
int main(int argc, char** argv) {
    CLI::App app{"Load, replay and benchmarks for a Banter server"};
    app.require_subcommand(1);
    AllOptions options;
    add_replay(app, options.replay);
    add_bench(app, options.bench);
    add_floor(app, options.bench);
    add_storm(app, options.storm);
    add_fan_out(app, options.fan_out);
    try {
        app.parse(argc, argv);
        return run(app, options);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "banter-load: %s\n", error.what());
        return 2;
    }
}
