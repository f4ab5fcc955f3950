#include <fmt/format.h>

#include <cstdio>

#include "load/json_scan.hpp"
#include "load/replay/replay.hpp"
#include "load/table.hpp"

// The end of a replay: the audit and the table.
namespace banter::load {
Replay::Verdict Replay::audit() {
    Verdict verdict;
    for (auto& group : groups_) {
        for (const auto& seat : group.seats()) {
            const Faults faults = group.ledger().audit(seat.person, seat.stream);
            verdict.faults += faults;
            if (faults.total() > 0) describe_faults(group, seat, faults);
        }
        verdict.faults += group.ledger().audit_log();
        verdict.messages += group.ledger().messages();
        verdict.events += group.ledger().events();
        compare_with_server(group, verdict);
    }
    compare_clients(verdict);
    return verdict;
}

// The first few, for whoever has to find the cause.
void Replay::describe_faults(const Group& group, const Seat& seat, const Faults& faults) {
    constexpr std::size_t enough = 10;
    if (troubles_.size() >= enough) return;
    std::string times;
    for (const auto& [first, last] : group.ledger().memberships(seat.person)) {
        times += fmt::format(" {}-{}", first, last == 0 ? "" : std::to_string(last));
    }
    troubles_.push_back(fmt::format(
        "{} in {} (chat {}, member at{}, head {}, last seen {}, last acknowledged {}, {}): "
        "lost {}, duplicates {}, disorder {}, outside {}",
        seat.participant->account().username, group.script().name, group.chat(), times,
        group.ledger().head(), seat.stream.last(), seat.stream.last_acknowledged(),
        seat.participant->synced() ? "online" : "offline", faults.lost, faults.duplicates,
        faults.disorder, faults.outside));
    const auto& oddity = seat.stream.first_oddity();
    if (oddity.what.empty()) return;
    troubles_.back() += fmt::format(
        "; first: seq {} {} (expected {}, the connection began with {}, acknowledged before {})",
        oddity.seq, oddity.what, oddity.expected, oddity.connection_began, oddity.settled);
}

// What nobody was ever told of would be missed by comparing the receivers alone.
void Replay::compare_with_server(Group& group, Verdict& verdict) {
    const auto& token = group.owner().account().access_token;
    const auto answer = http_.request_and_wait({"GET", "/v1/chats/" + group.chat(), token, ""});
    const auto head = integer(member(answer.body, "head"));
    if (!head || static_cast<Seq>(*head) != group.ledger().head()) {
        ++verdict.heads_apart;
        stats_.error(stats_.errors,
                     fmt::format("the head of {} is {}, but the receivers have seen {}",
                                 group.script().name, head.value_or(-1), group.ledger().head()));
    }
}

void Replay::print(const Verdict& verdict) const {
    const double played = seconds_of(played_);
    Table table;
    table.section("Replay of " + options_.file.substr(options_.file.rfind('/') + 1));
    table.row("logs (groups)", groups_.size());
    if (left_out_ > 0) table.row("logs left out (too many users)", left_out_);
    table.row("users", accounts_.size());
    table.row("speed-up", fmt::format("{} ({:.0f} s)", options_.speed, played));
    table.row("messages", verdict.messages);
    table.row("events (joins, leaves, …)", verdict.events);
    table.row("deliveries", fmt::format("{} ({}/s)", with_separators(stats_.deliveries),
                                        with_separators(static_cast<std::uint64_t>(
                                            static_cast<double>(stats_.deliveries) / played))));
    table.row("receipts", stats_.receipts);
    table.row("connections", stats_.connections);
    table.row("reconnects", stats_.reconnects);
    table.row("  of these dropped by the server", stats_.dropped);
    table.row("sends tried again after a reconnect", stats_.resends);
    table.row("told to wait (rate_limited, overloaded)", stats_.told_to_wait);
    table.row("redelivered after a reconnect (allowed)", verdict.faults.redelivered);
    if (server_cpu_.count() > 0) {
        table.row("server CPU", fmt::format("{:.0f} % of a core",
                                            100 * seconds_of(server_cpu_) / played));
    }
    table.row("generator CPU", fmt::format("{:.0f} % of a core",
                                           100 * seconds_of(own_cpu_) / played));
    table.section("Latency from the intended send time: p50 · p99 · p999 · max");
    table.row("ack (durable)", format_quantiles(stats_.ack));
    table.row("delivery (online members)", format_quantiles(stats_.delivery));
    table.section("Promises (all must be 0)");
    table.row("losses", verdict.faults.lost);
    table.row("duplicates", verdict.faults.duplicates);
    table.row("order violations", verdict.faults.disorder);
    table.row("membership violations", verdict.faults.outside);
    table.row("different content", verdict.faults.different);
    table.row("groups whose head differs", verdict.heads_apart);
    table.row("sends refused", stats_.refused);
    table.row("other errors", stats_.errors);
    table.row("members whose delivered mark is behind", verdict.marks_behind);
    table.row("messages whose sender's client shows another status", verdict.wrong_statuses);
    table.row("chats that a client shows in another state", verdict.wrong_chats);
    fmt::print("{}", options_.markdown ? table.markdown() : table.text());
    for (const auto& trouble : troubles_) fmt::print("{}\n", trouble);
    if (!stats_.first_error.empty()) fmt::print("First trouble: {}\n", stats_.first_error);
    std::fflush(stdout);
}

}  // namespace banter::load
