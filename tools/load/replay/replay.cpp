#include "load/replay/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "load/table.hpp"

namespace banter::load {
namespace {

constexpr std::size_t http_connections = 64;
constexpr std::size_t connecting_at_once = 128;
constexpr double mean_seconds_away = 3;
constexpr milliseconds tick_interval{1000};
constexpr auto settle_patience = std::chrono::seconds(30);  // without anything new
// How long nothing more may arrive after everybody has everything.
constexpr milliseconds quiet_time{500};

std::string fresh_prefix() {
    return fmt::format("r{:08x}", std::random_device{}());
}

}  // namespace

Replay::Replay(ReplayOptions options)
    : options_(std::move(options)),
      random_(options_.seed),
      address_(parse_address(options_.server)),
      http_(loop_, address_, http_connections),
      accounts_api_(loop_, http_),
      context_{loop_, http_, accounts_api_, address_, options_, stats_, random_,
               std::random_device{}(), {}, {}} {
    context_.run = Random(std::random_device{}()).next();
    if (options_.prefix.empty()) options_.prefix = fresh_prefix();
}

bool Replay::run() {
    const std::uint64_t limit = raise_connection_limit();
    options_.max_users = std::min<std::size_t>(options_.max_users, limit - http_connections - 64);
    ScriptLimits limits;
    limits.logs = options_.logs;
    limits.max_people = options_.max_users;
    limits.max_pause = std::chrono::duration_cast<milliseconds>(
        of_seconds(options_.max_pause_minutes * 60));
    prepare(make_script(read_records(options_.file), limits));
    create_groups();
    connect_members();
    play();
    settle();
    const Verdict verdict = audit();
    print(verdict);
    return verdict.faults.total() == 0 && verdict.heads_apart == 0 && stats_.refused == 0 &&
           stats_.errors == 0 && verdict.clients_agree();
}

void Replay::prepare(Script script) {
    if (script.groups.empty()) throw std::runtime_error("The file has no log that can be played.");
    left_out_ = script.left_out;
    std::vector<Account*> accounts;
    for (std::size_t i = 0; i < script.nicknames.size(); ++i) {
        auto& account = accounts_.emplace_back();
        account.username = username_of(options_.prefix, i);
        account.display_name = display_name_of(script.nicknames[i]);
        accounts.push_back(&account);
        participants_.emplace_back(context_, account);
    }
    accounts_api_.sign_in(accounts, progress_);
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
        context_.people.emplace(accounts_[i].user, static_cast<Person>(i));
    }
    for (std::uint32_t g = 0; g < script.groups.size(); ++g) {
        auto& group = script.groups[g];
        for (std::uint32_t s = 0; s < group.steps.size(); ++s) {
            cues_.push_back({of_seconds(seconds_of(group.steps[s].at) / options_.speed), g, s});
        }
        std::vector<Participant*> people;
        for (const auto person : group.people) people.push_back(&participants_[person]);
        groups_.emplace_back(context_, std::move(group), std::move(people));
    }
    std::ranges::sort(cues_);
}

void Replay::create_groups() {
    progress_.begin(fmt::format("Making {} groups", groups_.size()), groups_.size());
    std::size_t made = 0;
    for (auto& group : groups_) {
        group.create([&] { progress_.update(++made); });
    }
    loop_.run_until([&] { return made == groups_.size(); });
    progress_.finish();
    if (stats_.errors > 0) throw std::runtime_error(stats_.first_error);
}

// Who joins later connects later.
void Replay::connect_members() {
    std::vector<Participant*> members;
    for (auto& group : groups_) {
        for (auto& seat : group.seats()) {
            if (std::ranges::binary_search(group.script().members, seat.person)) {
                members.push_back(seat.participant);
            }
        }
    }
    std::ranges::sort(members);
    members.erase(std::unique(members.begin(), members.end()), members.end());
    progress_.begin(fmt::format("Connecting {} members", members.size()), members.size());
    std::size_t begun = 0;
    std::size_t synced = 0;
    loop_.run_until([&] {
        synced = 0;
        for (std::size_t i = 0; i < begun; ++i) synced += members[i]->synced() ? 1 : 0;
        while (begun < members.size() && begun - synced < connecting_at_once) {
            members[begun++]->go_online();
        }
        progress_.update(synced);
        return synced == members.size();
    });
    progress_.finish();
}

void Replay::play() {
    progress_.begin(fmt::format("Playing {} logs in {:.0f} s", groups_.size(),
                                seconds_of(cues_.empty() ? nanoseconds(0) : cues_.back().at)),
                    cues_.size());
    const ServerProcess server(options_.server_pid);
    const auto server_before = server.cpu_time().value_or(nanoseconds(0));
    const auto own_before = own_cpu_time();
    play_began_ = Clock::now();
    playing_ = true;
    start_spells();
    tick();
    cue();
    loop_.run_until([&] {
        const bool said = next_cue_ == cues_.size();
        return said && std::ranges::all_of(groups_, &Group::idle);
    });
    playing_ = false;
    played_ = Clock::now() - play_began_;
    own_cpu_ = own_cpu_time() - own_before;
    server_cpu_ = server.cpu_time().value_or(nanoseconds(0)) - server_before;
    progress_.finish();
}

// Open loop: every step at its time, however slow the server is.
void Replay::cue() {
    const Time now = Clock::now();
    while (next_cue_ < cues_.size() && play_began_ + cues_[next_cue_].at <= now) {
        const auto& next = cues_[next_cue_++];
        auto& group = groups_[next.group];
        group.perform(group.script().steps[next.step], play_began_ + next.at);
    }
    if (next_cue_ < cues_.size()) {
        loop_.at(play_began_ + cues_[next_cue_].at, [this] { cue(); });
    }
}

void Replay::start_spells() {
    if (options_.offline_share <= 0) return;
    for (auto& participant : participants_) spell(participant);
}

// Away for some seconds every now and then, so that the share of the time away is as asked for.
void Replay::spell(Participant& participant) {
    const double mean_online =
        mean_seconds_away * (1 - options_.offline_share) / options_.offline_share;
    const auto span = [&](double mean) { return of_seconds(random_.exponential(mean)); };
    loop_.after(span(mean_online), [this, &participant, away = span(mean_seconds_away)] {
        if (!playing_) return;
        // Who has joined nothing yet stays away.
        if (!participant.wants_online()) return spell(participant);
        participant.go_offline(random_.chance(0.5));
        loop_.after(away, [this, &participant] {
            if (!playing_) return;
            participant.go_online();
            spell(participant);
        });
    });
}

void Replay::tick() {
    for (auto& participant : participants_) participant.tick();
    if (playing_) {
        progress_.update(next_cue_, fmt::format("{} deliveries, ack p99 {}",
                                                with_separators(stats_.deliveries),
                                                format_duration(stats_.ack.quantile(0.99))));
    }
    loop_.after(tick_interval, [this] { tick(); });
}

void Replay::settle() {
    progress_.begin("Waiting for what is on its way", 0);
    std::uint64_t last = stats_.deliveries;
    Time changed = Clock::now();
    for (auto& participant : participants_) {
        const bool takes_part = std::ranges::any_of(participant.seats(), [](const Seat* seat) {
            return seat->group->ledger().expected_last(seat->person) > 0;
        });
        if (takes_part) participant.go_online();
    }
    Time checked;
    loop_.run_until([&] {
        const Time now = Clock::now();
        if (stats_.deliveries != last) {
            last = stats_.deliveries;
            changed = now;
        }
        if (now - checked < milliseconds(200)) return false;
        checked = now;
        return everyone_has_everything() || now - changed > settle_patience;
    });
    const Time quiet = Clock::now() + quiet_time;
    loop_.run_until([&] { return Clock::now() >= quiet; });
    progress_.finish();
}

bool Replay::everyone_has_everything() {
    for (auto& group : groups_) {
        for (const auto& seat : group.seats()) {
            if (seat.stream.last() < group.ledger().expected_last(seat.person)) return false;
        }
    }
    return true;
}

}  // namespace banter::load
