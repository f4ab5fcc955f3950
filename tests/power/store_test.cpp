// The message store on a disk whose power goes: what was confirmed is there, whole and in order.
#include "adapters/embedded/data_directory.hpp"
#include "base/metrics.hpp"
#include "rocks_disk.hpp"
#include "store_model.hpp"

namespace banter::power {
namespace {

using adapters::embedded::DataDirectoryError;
using adapters::embedded::RocksMessageStore;
using adapters::memory::ManualExecutor;
using base::Result;

constexpr std::size_t shard_count = 3;
constexpr std::uint64_t cuts_of_a_seed = 8;
constexpr std::uint64_t commits_of_a_life = 120;
const std::string store_path = "/data/messages";

adapters::embedded::RocksOptions small_options(rocksdb::Env* env) {
    adapters::embedded::RocksOptions options;
    options.block_cache_bytes = 1 << 20;
    options.write_buffer_bytes = 64 << 10;  // flushes and compactions come often
    options.reader_threads = 1;
    options.check_after_messages = 60;
    options.env = env;
    return options;
}

// A shard with the one commit that it has under way.
struct Shard {
    Shard(std::uint64_t seed, std::size_t number) : maker(seed, number) {}

    ManualExecutor executor;
    BatchMaker maker;
    std::optional<ports::CommitBatch> under_way;
    std::optional<Result<void>> answer;
};

// One disk, the store on it, and what the store has confirmed.
class StoreLife {
public:
    StoreLife(std::uint64_t seed, Lies lies, Trouble trouble)
        : disk_(seed, lies), random_(seed), trouble_(trouble) {
        for (std::size_t i = 0; i < shard_count; ++i)
            shards_.push_back(std::make_unique<Shard>(seed, i));
        disk_.make_directory("/data");
        disk_.sync_directory("/");
    }

    Life live() {
        for (std::uint64_t i = 0; i < cuts_of_a_seed && life_.findings.empty(); ++i) {
            const auto when = 1 + below(1ULL << (3 + below(8)));
            if (trouble_ == Trouble::none) {
                disk_.cut_power_after(when);
            } else {
                begin_trouble(disk_, trouble_, 1 + when / 4);
            }
            boot();
            disk_.end_faults();
            if (trouble_ != Trouble::none && below(2) == 0) continue;  // only a new process
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

    // Nothing but the engine is to blame for what goes wrong.
    bool disk_is_sound() const { return disk_.has_power() && !disk_.fault_happened(); }

    void boot() {
        excused_ = false;
        const auto env = rocks_env(disk_);
        base::Metrics metrics;
        try {
            RocksMessageStore store(store_path, small_options(env.get()), metrics);
            check(store);
            for (std::uint64_t i = 0; i < commits_of_a_life && disk_is_sound(); ++i) {
                auto& shard = *shards_[below(shards_.size())];
                finish(shard);
                if (!shard.under_way && disk_is_sound()) begin(store, shard);
            }
            if (store.failed()) expect_refusal(store);
            const bool orderly = below(4) == 0;
            if (!orderly && trouble_ == Trouble::none) disk_.cut_power();
            store.close();
        } catch (const DataDirectoryError& error) {
            if (disk_is_sound()) life_.findings.emplace_back(error.what());
        }
        for (auto& shard : shards_)
            finish(*shard);
    }

    // Once a write has failed nobody knows what the disk holds, so nothing more is taken.
    void expect_refusal(RocksMessageStore& store) {
        auto& shard = *shards_[0];
        excused_ = true;
        disk_.end_faults();
        const auto answer = shard.executor.run(store.commit(shard.maker.next(model_)));
        if (answer) life_.findings.emplace_back("a commit after a failed one was confirmed");
    }

    // To the end, twice: an orderly close needs no check and loses nothing either.
    void boot_in_peace() {
        for (int i = 0; i < 2; ++i) {
            const auto env = rocks_env(disk_);
            base::Metrics metrics;
            try {
                RocksMessageStore store(store_path, small_options(env.get()), metrics);
                check(store);
                for (const auto& damage : store.scan_all().damages)
                    life_.findings.push_back("the scan: " + damage.what);
            } catch (const DataDirectoryError& error) {
                life_.findings.emplace_back(error.what());
            }
        }
    }

    void begin(RocksMessageStore& store, Shard& shard) {
        shard.under_way = shard.maker.next(model_);
        shard.answer.reset();
        shard.executor.start(store.commit(*shard.under_way),
                             [&shard](Result<void> result) { shard.answer = std::move(result); });
        shard.executor.run_until_idle();
    }

    // What was not confirmed stays under way: it is there whole or not at all.
    void finish(Shard& shard) {
        if (!shard.under_way) return;
        if (!shard.answer && !shard.executor.run_until([&] { return shard.answer.has_value(); })) {
            life_.findings.emplace_back("a commit was never answered");
            return;
        }
        if (!*shard.answer) {
            if (disk_is_sound() && !excused_) {
                life_.findings.emplace_back("refused without a reason");
            }
            return;
        }
        model_.apply(*shard.under_way);
        shard.under_way.reset();
    }

    void check(RocksMessageStore& store) {
        auto& executor = shards_[0]->executor;
        StoreModel model = model_;
        std::vector<Shard*> settled;
        for (auto& shard : shards_) {
            if (!shard->under_way) continue;
            settled.push_back(shard.get());
            const auto& head = shard->under_way->heads[0];
            const auto found = executor.run(store.head(head.chat));
            if (found && *found && (*found)->seq == head.seq) model.apply(*shard->under_way);
        }
        Findings found;
        for (const auto& damage : store.damages())
            found.push_back("reported: " + damage.what);
        if (found.empty()) found = model.differences(store, executor);
        if (!disk_is_sound()) return;  // what was read says nothing
        life_.findings.insert(life_.findings.end(), found.begin(), found.end());
        model_ = std::move(model);
        for (auto* shard : settled)
            shard->under_way.reset();
    }

    SimulatedDisk disk_;
    std::mt19937_64 random_;
    const Trouble trouble_;
    bool excused_ = false;  // the store may refuse, for the disk has failed it
    std::vector<std::unique_ptr<Shard>> shards_;
    StoreModel model_;
    Life life_;
};

Life live(std::uint64_t seed, Lies lies = {}, Trouble trouble = Trouble::none) {
    return StoreLife(seed, lies, trouble).live();
}

TEST(StorePower, WhatWasConfirmedSurvivesEveryCut) {
    run_seeds(300, [](std::uint64_t seed) { return live(seed); });
}

TEST(StorePower, AFullDiskAndOneWithErrorsCostNothingConfirmed) {
    for (const auto trouble : file_troubles)
        run_seeds(40, [trouble](std::uint64_t seed) { return live(seed, {}, trouble); });
}

TEST(StorePower, ADirectoryThatCanNotBeSyncedCostsNothingConfirmed) {
    run_seeds(20, [](auto seed) { return live(seed, {}, Trouble::failing_directory_sync); });
}

constexpr std::uint64_t lying_seeds = 20;

TEST(StorePower, ADiskThatLiesAboutSyncsIsCaught) {
    EXPECT_GT(seeds_with_findings(lying_seeds,
                                  [](auto seed) { return live(seed, {.file_syncs = true}); }),
              lying_seeds / 4);
}

TEST(StorePower, AConfirmationAheadOfItsSyncIsCaught) {
    EXPECT_GT(seeds_with_findings(lying_seeds,
                                  [](auto seed) { return live(seed, {.late_syncs = true}); }),
              0u);
}

TEST(StorePower, ADirectoryThatIsNotSyncedIsCaught) {
    EXPECT_GT(seeds_with_findings(lying_seeds,
                                  [](auto seed) { return live(seed, {.directory_syncs = true}); }),
              lying_seeds / 4);
}

}  // namespace
}  // namespace banter::power
