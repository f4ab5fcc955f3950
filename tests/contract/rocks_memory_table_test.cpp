// The memory table against a plain sorted map: whatever was written, RocksDB finds it, in order, in
// both directions, also while more is being written.
#include "adapters/embedded/rocks_memory_table.hpp"

#include <atomic>
#include <map>
#include <rapidcheck.h>
#include <rocksdb/db.h>
#include <thread>

#include "message_store_fixtures.hpp"

namespace banter::contract {
namespace {

// A database whose rows stay in memory.
class InMemory {
public:
    InMemory() {
        rocksdb::Options options;
        options.env = files_.get();
        options.create_if_missing = true;
        options.allow_concurrent_memtable_write = false;
        options.memtable_factory = embedded::memory_tables();
        rocksdb::DB* opened = nullptr;
        const auto status = rocksdb::DB::Open(options, "/memory", &opened);
        EXPECT_TRUE(status.ok()) << status.ToString();
        db_.reset(opened);
    }

    rocksdb::DB* operator->() { return db_.get(); }
    std::unique_ptr<rocksdb::Iterator> iterator() {
        return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator({}));
    }
    void put(const std::string& key, const std::string& value) {
        rocksdb::WriteOptions unlogged;
        unlogged.disableWAL = true;
        ASSERT_TRUE(db_->Put(unlogged, key, value).ok());
    }
    void remove(const std::string& key) {
        rocksdb::WriteOptions unlogged;
        unlogged.disableWAL = true;
        ASSERT_TRUE(db_->Delete(unlogged, key).ok());
    }

private:
    std::unique_ptr<rocksdb::Env> files_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
    std::unique_ptr<rocksdb::DB> db_;
};

using Rows = std::map<std::string, std::string>;

void expect_at(rocksdb::Iterator& found, Rows::const_iterator expected, const Rows& rows) {
    RC_ASSERT(found.status().ok());
    RC_ASSERT(found.Valid() == (expected != rows.end()));
    if (expected == rows.end()) return;
    RC_ASSERT(found.key().ToString() == expected->first);
    RC_ASSERT(found.value().ToString() == expected->second);
}

// Short keys of few letters, so that they share beginnings and repeat; some go past 8 bytes.
rc::Gen<std::string> any_key() {
    const auto letters = rc::gen::element('\0', 'a', 'b', '\xFF');
    return rc::gen::map(rc::gen::pair(rc::gen::element<std::string>("", "a", "chat 12345678"),
                                      rc::gen::container<std::string>(letters)),
                        [](const auto& parts) { return parts.first + parts.second.substr(0, 4); });
}

TEST(RocksMemoryTable, FindsWhatASortedMapFinds) {
    EXPECT_TRUE(rc::check([] {
        InMemory memory;
        Rows rows;
        const auto writes = *rc::gen::container<std::vector<std::pair<std::string, int>>>(
            rc::gen::pair(any_key(), rc::gen::inRange(0, 5)));
        for (const auto& [key, value] : writes) {
            if (value == 0) {
                memory.remove(key);
                rows.erase(key);
            } else {
                memory.put(key, std::to_string(value));
                rows[key] = std::to_string(value);
            }
        }
        const auto found = memory.iterator();
        found->SeekToFirst();
        for (auto row = rows.begin(); row != rows.end(); ++row, found->Next()) {
            expect_at(*found, row, rows);
        }
        RC_ASSERT(!found->Valid());
        found->SeekToLast();
        for (auto row = rows.rbegin(); row != rows.rend(); ++row, found->Prev()) {
            expect_at(*found, std::prev(row.base()), rows);
        }
        RC_ASSERT(!found->Valid());
        for (const auto& target : *rc::gen::container<std::vector<std::string>>(any_key())) {
            found->Seek(target);
            expect_at(*found, rows.lower_bound(target), rows);
            found->SeekForPrev(target);
            const auto after = rows.upper_bound(target);
            expect_at(*found, after == rows.begin() ? rows.end() : std::prev(after), rows);
            std::string value;
            RC_ASSERT(memory->Get({}, target, &value).ok() == rows.contains(target));
        }
    }));
}

TEST(RocksMemoryTable, ReadersSeeACompletePrefixWhileRowsAreWritten) {
    constexpr int rows = 20'000;
    // Every row is written after the one before it and read in the same order: a reader that sees
    // one must see all those before it.
    const auto key = [](int number) {
        return std::to_string(number % 7) + " " + std::to_string(1'000'000 + number);
    };
    InMemory memory;
    std::atomic<int> written{0};
    std::atomic<bool> complete{true};
    std::vector<std::thread> readers;
    for (int reader = 0; reader < 2; ++reader) {
        readers.emplace_back([&] {
            std::string value;
            while (written.load() < rows) {
                const int least = written.load();
                if (least > 0 && !memory->Get({}, key(least - 1), &value).ok()) complete = false;
                int count = 0;
                const auto all = memory.iterator();
                for (all->SeekToFirst(); all->Valid() && count < least; all->Next())
                    ++count;
                if (count < least) complete = false;
            }
        });
    }
    for (int number = 0; number < rows; ++number) {
        memory.put(key(number), "x");
        written.store(number + 1);
    }
    for (auto& reader : readers)
        reader.join();
    EXPECT_TRUE(complete);
}

}  // namespace
}  // namespace banter::contract
