// The directory database on a disk whose power goes: what was confirmed is there, and nothing is
// there in part.
#include <optional>

#include "adapters/embedded/data_directory.hpp"
#include "adapters/embedded/sqlite_chat_directory.hpp"
#include "adapters/embedded/sqlite_user_directory.hpp"
#include "adapters/memory/manual_executor.hpp"
#include "directory_model.hpp"
#include "seeds.hpp"
#include "sqlite_disk.hpp"

namespace banter::power {
namespace {

using adapters::embedded::DataDirectoryError;
using adapters::embedded::SqliteChatDirectory;
using adapters::embedded::SqliteConnection;
using adapters::embedded::SqliteDatabase;
using adapters::embedded::SqliteUserDirectory;
using adapters::memory::ManualExecutor;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t cuts_of_a_seed = 8;
constexpr std::uint64_t rounds_of_a_life = 40;
const std::string file_path = "/data/directory.sqlite";

// The engine between two cuts.
struct Booted {
    Booted(SimulatedDisk& simulated, const ports::Clock& clock)
        : vfs(simulated), database(file_path, options()), users(database), chats(database, clock) {}

    SqliteDatabase::Options options() const {
        SqliteDatabase::Options options;
        options.readers = 1;
        options.group = 3;  // several transactions a round
        options.vfs = vfs.name();
        return options;
    }
    Directories directories() { return {users, chats}; }

    SqliteDisk vfs;
    SqliteDatabase database;
    SqliteUserDirectory users;
    SqliteChatDirectory chats;
};

struct Attempt {
    DirectoryStep step;
    std::optional<Result<void>> answer;
};

// One disk, the database on it, and what the database has confirmed.
class DirectoryLife {
public:
    DirectoryLife(std::uint64_t seed, Lies lies, Trouble trouble)
        : disk_(seed, lies), random_(seed), trouble_(trouble), maker_(seed) {
        disk_.make_directory("/data");
        disk_.sync_directory("/");
    }

    Life live() {
        for (std::uint64_t i = 0; i < cuts_of_a_seed && life_.findings.empty(); ++i) {
            const auto when = 1 + below(1ULL << (3 + below(6)));
            if (trouble_ == Trouble::none) {
                disk_.cut_power_after(when);
            } else {
                begin_trouble(disk_, trouble_, 1 + when / 4);
            }
            boot();
            disk_.end_faults();
            disk_.cut_power();
            disk_.reboot();
            ++life_.cuts;
        }
        if (life_.findings.empty()) boot_in_peace();
        return std::move(life_);
    }

private:
    std::uint64_t below(std::uint64_t end) {
        return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random_);
    }
    // Of the engine, unless the disk is to blame.
    void found(std::string finding) {
        if (disk_.has_power() && !disk_.fault_happened())
            life_.findings.push_back(std::move(finding));
    }

    void boot() {
        try {
            Booted booted(disk_, model_.clock());
            check(booted);
            checkpoint_often(booted);
            for (std::uint64_t i = 0; i < rounds_of_a_life && disk_.has_power(); ++i) {
                run_round(booted);
                if (disk_.fault_happened()) go_on(booted);
            }
            if (below(4) != 0) disk_.cut_power();
        } catch (const DataDirectoryError& error) {
            found(error.what());
        }
    }

    void boot_in_peace() {
        for (int i = 0; i < 2; ++i) {
            try {
                Booted booted(disk_, model_.clock());
                check(booted);
                for (const auto& line : booted.database.check())
                    found("the check: " + line);
            } catch (const DataDirectoryError& error) {
                found(error.what());
            }
        }
    }

    void checkpoint_often(Booted& booted) {
        auto work = [](SqliteConnection& connection) -> Result<void> {
            connection.run_script("PRAGMA wal_autocheckpoint = 10;");
            return {};
        };
        const auto set = executor_.run(booted.database.write(std::move(work)));
        if (!set) found(set.error().detail);
    }

    // The disk is well again: the next change is taken without a restart, and what was refused is
    // there whole or not at all.
    void go_on(Booted& booted) {
        disk_.end_faults();
        const auto step = maker_.create_user();
        const auto made = executor_.run(step.make(booted.directories()));
        if (!made) return found("it does not recover: " + made.error().detail);
        executor_.run(step.make(model_.directories()));
        check(booted);
    }

    // Steps at once; those that were not confirmed remain in attempts_.
    void run_round(Booted& booted) {
        if (!attempts_.empty()) return disk_.cut_power();  // the check could not settle them
        maker_.next_round();
        const auto count = 1 + below(7);
        for (std::uint64_t i = 0; i < count; ++i)
            attempts_.push_back({maker_.next(), {}});
        for (auto& attempt : attempts_) {
            executor_.start(attempt.step.make(booted.directories()),
                            [&](Result<void> result) { attempt.answer = std::move(result); });
        }
        const bool answered = executor_.run_until([&] {
            return std::ranges::all_of(attempts_, [](auto& one) { return one.answer.has_value(); });
        });
        if (!answered) return found("a step was never answered");
        std::vector<Attempt> unsettled;
        for (auto& attempt : attempts_) {
            if (*attempt.answer || attempt.answer->error().code != ErrorCode::overloaded) {
                confirm(attempt);
            } else {
                found("refused without a reason");
                unsettled.push_back(std::move(attempt));
            }
        }
        attempts_ = std::move(unsettled);
    }

    void confirm(const Attempt& attempt) {
        const auto expected = executor_.run(attempt.step.make(model_.directories()));
        const bool same = expected.has_value() == attempt.answer->has_value() &&
                          (expected || expected.error().code == attempt.answer->error().code);
        if (!same) life_.findings.emplace_back("a step was answered otherwise than it should be");
    }

    void check(Booted& booted) {
        std::vector<bool> happened;
        for (const auto& attempt : attempts_) {
            const auto found = executor_.run(attempt.step.happened(booted.directories()));
            if (!found) return this->found("a read failed: " + found.error().detail);
            happened.push_back(*found);
        }
        const auto lines = executor_.run(maker_.describe(booted.directories()));
        if (!lines) return found("a read failed: " + lines.error().detail);
        for (std::size_t i = 0; i < attempts_.size(); ++i) {
            if (happened[i]) executor_.run(attempts_[i].step.make(model_.directories()));
        }
        attempts_.clear();
        const auto expected = executor_.run(maker_.describe(model_.directories())).value();
        for (std::size_t i = 0; i < std::max(lines->size(), expected.size()); ++i) {
            const std::string is = i < lines->size() ? (*lines)[i] : "nothing";
            const std::string should = i < expected.size() ? expected[i] : "nothing";
            if (is != should) return found("there is '" + is + "' instead of '" + should + "'");
        }
    }

    SimulatedDisk disk_;
    std::mt19937_64 random_;
    const Trouble trouble_;
    ManualExecutor executor_;
    StepMaker maker_;
    DirectoryModel model_;
    std::vector<Attempt> attempts_;
    Life life_;
};

Life live(std::uint64_t seed, Lies lies = {}, Trouble trouble = Trouble::none) {
    return DirectoryLife(seed, lies, trouble).live();
}

TEST(DirectoryPower, WhatWasConfirmedSurvivesEveryCut) {
    run_seeds(300, [](std::uint64_t seed) { return live(seed); });
}

TEST(DirectoryPower, AFullDiskAndOneWithErrorsCostNothingConfirmed) {
    for (const auto trouble : file_troubles)
        run_seeds(40, [trouble](std::uint64_t seed) { return live(seed, {}, trouble); });
}

constexpr std::uint64_t lying_seeds = 20;

TEST(DirectoryPower, ADiskThatLiesAboutSyncsIsCaught) {
    EXPECT_GT(seeds_with_findings(lying_seeds,
                                  [](auto seed) { return live(seed, {.file_syncs = true}); }),
              lying_seeds / 4);
}

TEST(DirectoryPower, AConfirmationAheadOfItsSyncIsCaught) {
    EXPECT_GT(seeds_with_findings(lying_seeds,
                                  [](auto seed) { return live(seed, {.late_syncs = true}); }),
              0u);
}

TEST(DirectoryPower, ADirectoryThatIsNotSyncedIsCaught) {
    EXPECT_GT(seeds_with_findings(lying_seeds,
                                  [](auto seed) { return live(seed, {.directory_syncs = true}); }),
              lying_seeds / 4);
}

}  // namespace
}  // namespace banter::power
