#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>

#include "load/replay/replay.hpp"

namespace {

using banter::load::ReplayOptions;

void add_replay(CLI::App& app, ReplayOptions& options) {
    auto* verb = app.add_subcommand("replay", "Play conversations and check every receiver");
    verb->add_option("file", options.file, "JSON lines, plain or .gz")->required();
    verb->add_option("--server", options.server, "URL of the server")->capture_default_str();
    verb->add_option("--pid", options.server_pid, "its process, to measure its CPU time");
    verb->add_option("--logs", options.logs, "play so many logs; 0: all")->capture_default_str();
    verb->add_option("--max-users", options.max_users, "leave out logs that would need more people")
        ->capture_default_str();
    verb->add_option("--speed", options.speed, "times faster than it was")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    verb->add_option("--offline-share", options.offline_share, "share of the time people are away")
        ->check(CLI::Range(0.0, 0.9))
        ->capture_default_str();
    verb->add_option("--cut-chance", options.cut_chance,
                     "chance that a connection breaks right after a send")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    verb->add_option("--seed", options.seed, "of everything that is random")->capture_default_str();
    verb->add_option("--prefix", options.prefix, "of the usernames; the same one reuses accounts");
    verb->add_flag("--markdown", options.markdown, "print the table for a document");
}

}  // namespace

// Exit code: 0 all promises kept, 1 not, 2 it could not be run.
int main(int argc, char** argv) {
    CLI::App app{"Load, replay and benchmarks for a Banter server"};
    app.require_subcommand(1);
    ReplayOptions replay;
    add_replay(app, replay);
    try {
        app.parse(argc, argv);
        return banter::load::Replay(replay).run() ? 0 : 1;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "banter-load: %s\n", error.what());
        return 2;
    }
}
