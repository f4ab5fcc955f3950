#include <cstdio>
#include <fmt/format.h>

#include "load/bench/bench.hpp"

// What the benchmark prints.
namespace banter::load {
namespace {

std::string ratio(double one, double other) {
    return other > 0 ? fmt::format("{:.1f}", one / other) : "not measured";
}

std::string share_of_core(nanoseconds cpu, nanoseconds window) {
    return fmt::format("{:.0f} % of a core", 100 * seconds_of(cpu) / seconds_of(window));
}

double ratio_of_p99(const Histogram& one, const Histogram& other) {
    return static_cast<double>(one.quantile(0.99).count()) /
           static_cast<double>(other.quantile(0.99).count());
}

}  // namespace

bool Bench::report_faults(const Run& run) const {
    const auto& measured = run.measured;
    Table table;
    table.section("No speed to report");
    table.row("rate", fmt::format("{:.0f} messages/s", measured.rate));
    table.row("lost", measured.lost);
    table.row("repeated", measured.repeated);
    table.row("out of order", measured.disordered);
    table.row("refused", measured.refused);
    if (!measured.failure.empty()) table.row("failure", measured.failure);
    if (measured.sound()) table.row("knee", "not even the lowest rate was kept up with");
    print(table);
    return false;
}

void Bench::print(const Table& table) const {
    fmt::print("{}", options_.markdown ? table.markdown() : table.text());
    std::fflush(stdout);
}

double Bench::per_message_us(const Run& run) const {
    if (run.measured.completed == 0) return 0;
    return seconds_of(run.server_cpu) * 1e6 / static_cast<double>(run.measured.completed);
}

std::string Bench::per_cpu_second(const Run& run) const {
    const double us = per_message_us(run);
    return us > 0 ? with_separators(static_cast<std::uint64_t>(1e6 / us)) : "not measured";
}

void Bench::describe(Table& table) const {
    table.section("Settings");
    table.row("load", fmt::format("open loop, {:.0f} messages/s for {:.0f} s after {:.0f} s of "
                                  "warm-up",
                                  run_.measured.rate, options_.duration_s, options_.warmup_s));
    table.row("pairs", fmt::format("{} ({} connections), each message with ack, delivery and "
                                   "receipt",
                                   options_.pairs, 2 * options_.pairs));
    table.row("text", fmt::format("{} bytes", options_.text_bytes));
    const auto& sizes = driver_->frame_sizes();
    table.row("bytes on the wire",
              fmt::format("send {}, sent {}, message {}, received {}, receipt {}", sizes.send,
                          sizes.sent, sizes.message, sizes.received, sizes.receipt));
}

void Bench::add_speed(Table& table) const {
    const auto& measured = run_.measured;
    table.section("Speed");
    if (knee_ > 0) {
        table.row("knee", fmt::format("{:.0f} messages/s{}", knee_,
                                      knee_of_generator_ ? " (limited by the generator)" : ""));
        if (at_knee_.server_cpu.count() > 0) {
            table.row("at the knee: messages per server-CPU-second", per_cpu_second(at_knee_));
            table.row("at the knee: server CPU",
                      share_of_core(at_knee_.server_cpu, at_knee_.measured.window));
        }
    }
    table.row("completed", fmt::format("{:.0f} messages/s", measured.achieved()));
    if (measured.refused > 0) table.row("refused", measured.refused);
    if (run_.server_cpu.count() > 0) {
        table.row("messages per server-CPU-second", per_cpu_second(run_));
        table.row("server CPU", share_of_core(run_.server_cpu, measured.window));
    }
    table.row("generator CPU", share_of_core(run_.generator_cpu, measured.window));
    const auto lag = measured.lag.quantile(0.99);
    table.row("generator late by (p99)",
              format_duration(lag) +
                  (lag > tolerable_lag ? ": the machine is busy, quote only ratios" : ""));
    if (bytes_per_connection_) {
        table.row("memory per idle connection",
                  fmt::format("{:.0f} bytes ({} connections)", *bytes_per_connection_,
                              options_.idle_connections));
    }
}

void Bench::add_latencies(Table& table) const {
    const auto& measured = run_.measured;
    table.section("Latency from the intended send time: p50 · p99 · p999 · max");
    table.row("ack (durable)", format_quantiles(measured.ack));
    table.row("delivery", format_quantiles(measured.delivery));
    table.row("delivered receipt", format_quantiles(measured.receipt));
    if (disk_.count() == 0) return;
    table.row("fdatasync of 4 KiB, same disk, before and after", format_quantiles(disk_));
    table.row("ack p99 / fdatasync p99", fmt::format("{:.1f}", ratio_of_p99(measured.ack, disk_)));
}

void Bench::add_commits(Table& table) const {
    if (run_.commits == 0) return;
    table.section("Durability");
    table.row("commits per fdatasync", ratio(run_.commits, run_.syncs));
    table.row("messages per commit", ratio(run_.messages, run_.commits));
    table.row("messages per fdatasync", ratio(run_.messages, run_.syncs));
}

void Bench::add_floor(Table& table, const Run& floor, std::string_view what) const {
    const auto& measured = floor.measured;
    table.section(fmt::format("{}, same rate, same cores", what));
    if (!measured.sound()) {
        table.row("failure", measured.failure.empty() ? "messages went astray" : measured.failure);
        return;
    }
    table.row("completed", fmt::format("{:.0f} messages/s", measured.achieved()));
    table.row("messages per CPU-second", per_cpu_second(floor));
    table.row("ack", format_quantiles(measured.ack));
    table.row("delivery", format_quantiles(measured.delivery));
    table.row("delivered receipt", format_quantiles(measured.receipt));
    table.row("generator CPU", share_of_core(floor.generator_cpu, measured.window));
    if (run_.server_cpu.count() == 0) return;
    table.row(
        "Banter / floor: CPU per message",
        fmt::format("{:.1f} ({:.1f} µs / {:.1f} µs)", per_message_us(run_) / per_message_us(floor),
                    per_message_us(run_), per_message_us(floor)));
    table.row("Banter / floor: ack p99",
              fmt::format("{:.1f}", ratio_of_p99(run_.measured.ack, measured.ack)));
    table.row("Banter / floor: delivery p99",
              fmt::format("{:.1f}", ratio_of_p99(run_.measured.delivery, measured.delivery)));
}

}  // namespace banter::load
