// Rows taken away or spoiled under the embedded store are reported by chat, never skipped.
#include <algorithm>
#include <fstream>
#include <functional>

#include "adapters/embedded/rocks_database.hpp"
#include "adapters/embedded/rocks_keys.hpp"
#include "message_store_fixtures.hpp"

namespace banter::contract {
namespace {

using base::ErrorCode;
using domain::Seq;
using embedded::Column;
using embedded::RocksDatabase;

class RocksDamage : public testing::Test {
protected:
    template <class T>
    T run(base::Task<T> task) {
        return engine_.executor().run(std::move(task));
    }
    auto& store() { return engine_.store(); }
    void commit(ports::CommitBatch batch) { ASSERT_TRUE(run(store().commit(std::move(batch)))); }

    using Spoil = std::function<void(RocksDatabase&, rocksdb::WriteBatch&)>;
    // Closes the store, changes rows, and opens it again.
    void spoil(const Spoil& change) {
        engine_.close();
        change_rows(change);
        engine_.open();
    }
    // The same after a crash, so that the next start checks the chats touched before.
    void crash_and_spoil(const Spoil& change) {
        engine_.crash();
        change_rows(change);
        engine_.open();
    }
    void change_rows(const Spoil& change) {
        RocksDatabase database(engine_.path(), engine_.options());
        rocksdb::WriteBatch rows;
        change(database, rows);
        ASSERT_TRUE(database.write_durably(rows).ok());
    }
    static Spoil without_message(std::uint64_t chat, std::uint64_t seq) {
        return [=](RocksDatabase& database, rocksdb::WriteBatch& rows) {
            rows.Delete(database.column(Column::messages),
                        embedded::message_key(chat_number(chat), Seq{seq}).slice());
        };
    }
    static Spoil without_head(std::uint64_t chat) {
        return [=](RocksDatabase& database, rocksdb::WriteBatch& rows) {
            rows.Delete(database.column(Column::heads),
                        embedded::head_key(chat_number(chat)).slice());
        };
    }
    void expect_damage(const std::vector<embedded::ChatDamage>& damages, std::uint64_t chat,
                       const std::string& what) {
        const embedded::ChatDamage expected{chat_number(chat), what};
        EXPECT_NE(std::ranges::find(damages, expected), damages.end())
            << what << " is not among " << damages.size() << " damages";
    }
    template <class T>
    void expect_refused(const base::Result<T>& result, std::uint64_t chat) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, ErrorCode::overloaded);
        EXPECT_NE(result.error().detail.find(to_string(chat_number(chat))), std::string::npos);
        EXPECT_NE(result.error().detail.find("banter doctor"), std::string::npos);
    }
    ports::MessageRange everything(std::uint64_t chat) {
        ports::MessageRange range;
        range.chat = chat_number(chat);
        return range;
    }

    RocksStoreEngine engine_;
};

TEST_F(RocksDamage, TheStartFindsAMissingMessageOfATouchedChat) {
    commit(conversation(chat_number(1), 1, 5));
    commit(conversation(chat_number(2), 1, 5));
    crash_and_spoil(without_message(1, 3));
    ASSERT_EQ(store().damages().size(), 1u);
    expect_damage(store().damages(), 1, "the message 3 is missing");
    expect_refused(run(store().commit(conversation(chat_number(1), 6, 6))), 1);
    expect_refused(run(store().read(everything(1))), 1);
    expect_refused(run(store().head(chat_number(1))), 1);
    expect_refused(run(store().heads({chat_number(2), chat_number(1)})), 1);
    expect_refused(run(store().marks(chat_number(1))), 1);
    expect_refused(run(store().passed(chat_number(1), {1}, {{1}})), 1);
    EXPECT_EQ(run(store().read(everything(2))).value().size(), 5u);
    commit(conversation(chat_number(2), 6, 6));
}

TEST_F(RocksDamage, TheStartFindsALostEndAndALostHead) {
    commit(conversation(chat_number(1), 1, 5));
    commit(conversation(chat_number(2), 1, 5));
    commit(conversation(chat_number(3), 1, 5));
    crash_and_spoil([&](RocksDatabase& database, rocksdb::WriteBatch& rows) {
        without_message(1, 4)(database, rows);
        without_message(1, 5)(database, rows);
        without_head(2)(database, rows);
    });
    EXPECT_EQ(store().damages().size(), 2u);
    expect_damage(store().damages(), 1, "the messages 4 to 5 are missing");
    expect_damage(store().damages(), 2, "its head is missing");
}

TEST_F(RocksDamage, TheStartFindsAHeadThatIsBehind) {
    commit(conversation(chat_number(1), 1, 5));
    auto old = conversation(chat_number(1), 1, 5);
    old.heads = {head_of(text_message(chat_number(1), 4))};
    commit(old);
    engine_.crash();
    engine_.open();
    expect_damage(store().damages(), 1, "the message 5 is beyond its head 4");
}

TEST_F(RocksDamage, DamageIsReportedAgainUntilItIsRepaired) {
    commit(conversation(chat_number(1), 1, 5));
    crash_and_spoil(without_message(1, 3));
    EXPECT_EQ(store().damages().size(), 1u);
    engine_.reopen();
    EXPECT_EQ(store().damages().size(), 1u);
    spoil([](RocksDatabase& database, rocksdb::WriteBatch& rows) {
        rocksdb::PinnableSlice other;
        ASSERT_TRUE(database.db()
                        .Get({}, database.column(Column::messages),
                             embedded::message_key(chat_number(1), Seq{2}).slice(), &other)
                        .ok());
        rows.Put(database.column(Column::messages),
                 embedded::message_key(chat_number(1), Seq{3}).slice(), other);
    });
    EXPECT_TRUE(store().damages().empty());
    EXPECT_EQ(run(store().read(everything(1))).value().size(), 5u);
}

TEST_F(RocksDamage, OnlyChatsTouchedSinceTheLastOrderlyCloseAreChecked) {
    commit(conversation(chat_number(1), 1, 5));
    commit(conversation(chat_number(2), 1, 5));
    engine_.reopen();
    commit(conversation(chat_number(2), 6, 7));
    crash_and_spoil([&](RocksDatabase& database, rocksdb::WriteBatch& rows) {
        without_message(1, 3)(database, rows);
        without_message(2, 7)(database, rows);
    });
    ASSERT_EQ(store().damages().size(), 1u);
    expect_damage(store().damages(), 2, "the message 7 is missing");
    // Who reads the other one is told as well, whatever part of it he reads.
    expect_refused(run(store().read(everything(1))), 1);
    auto newest = everything(1);
    newest.newest_first = true;
    expect_refused(run(store().read(newest)), 1);
    newest.limit = 2;
    EXPECT_EQ(run(store().read(newest)).value().size(), 2u);
}

TEST_F(RocksDamage, AReadNeverTakesALostEndOrHeadForAnEmptyChat) {
    commit(conversation(chat_number(1), 1, 5));
    commit(conversation(chat_number(2), 1, 5));
    commit(conversation(chat_number(3), 1, 1));
    spoil([&](RocksDatabase& database, rocksdb::WriteBatch& rows) {
        without_message(1, 5)(database, rows);
        without_head(2)(database, rows);
        without_message(3, 1)(database, rows);
    });
    EXPECT_TRUE(store().damages().empty());
    expect_refused(run(store().read(everything(1))), 1);
    expect_refused(run(store().head(chat_number(2))), 2);
    expect_refused(run(store().read(everything(2))), 2);
    expect_refused(run(store().read(everything(3))), 3);
}

TEST_F(RocksDamage, RowsThatCanNotBeDecodedAreDamage) {
    commit(conversation(chat_number(1), 1, 5));
    const auto key = send_of(text_message(chat_number(1), 1)).key;
    spoil([&](RocksDatabase& database, rocksdb::WriteBatch& rows) {
        rows.Put(database.column(Column::messages),
                 embedded::message_key(chat_number(1), Seq{2}).slice(), "\x0A\xFF");
        rows.Put(database.column(Column::sends), embedded::send_key(key).slice(), "\xFF");
        rows.Put(database.column(Column::cursors),
                 embedded::cursor_key({1}, {2}, chat_number(1)).slice(), "\xFF");
        rows.Put(database.column(Column::inbox), embedded::inbox_key({1}, chat_number(1)).slice(),
                 "\xFF");
        rows.Put(database.column(Column::receipts),
                 embedded::marks_key(chat_number(1), {1}).slice(), "\xFF");
    });
    expect_refused(run(store().read(everything(1))), 1);
    expect_refused(run(store().marks(chat_number(1))), 1);
    EXPECT_EQ(run(store().find_send(key)).error().code, ErrorCode::overloaded);
    EXPECT_EQ(run(store().cursors({1}, {2})).error().code, ErrorCode::overloaded);
    EXPECT_EQ(run(store().cursor({1}, {2}, chat_number(1))).error().code, ErrorCode::overloaded);
    EXPECT_EQ(run(store().entries({1})).error().code, ErrorCode::overloaded);
    const auto report = store().scan_all();
    expect_damage(report.damages, 1, "the message 2 can't be decoded");
    expect_damage(report.damages, 1, "a row of cursors can't be decoded");
    expect_damage(report.damages, 1, "a row of inbox can't be decoded");
    expect_damage(report.damages, 1, "a row of receipts can't be decoded");
}

TEST_F(RocksDamage, TheScanOfASoundStoreCountsAndFindsNothing) {
    for (std::uint64_t chat = 1; chat <= 30; ++chat) {
        auto batch = conversation(chat_number(chat), 1, chat);
        const auto& head = batch.heads[0];
        batch.inbox.push_back({{1}, head.chat, head.seq, head.message_id, head.at, head.preview});
        batch.cursors.push_back({{1}, {2}, head.chat, head.seq});
        batch.marks.push_back({head.chat, {1}, {head.seq, head.seq}, head.at});
        batch.steps.push_back({head.chat, {1}, ports::StepKind::read, head.seq, head.at});
        commit(std::move(batch));
    }
    const auto check = [&] {
        const auto report = store().scan_all();
        EXPECT_EQ(report.chats, 30u);
        EXPECT_EQ(report.messages, 465u);
        EXPECT_TRUE(report.damages.empty()) << report.damages[0].what;
    };
    check();
    engine_.reopen();
    check();
}

TEST_F(RocksDamage, TheScanFindsWhatNoStartChecks) {
    for (std::uint64_t chat = 1; chat <= 6; ++chat)
        commit(conversation(chat_number(chat), 1, 5));
    auto swapped = conversation(chat_number(6), 1, 5);
    std::swap(swapped.messages[2].message.id, swapped.messages[3].message.id);
    commit(swapped);
    spoil([&](RocksDatabase& database, rocksdb::WriteBatch& rows) {
        without_message(1, 1)(database, rows);
        without_message(2, 3)(database, rows);
        without_message(2, 4)(database, rows);
        without_message(3, 5)(database, rows);
        without_head(4)(database, rows);
    });
    const auto report = store().scan_all();
    EXPECT_EQ(report.chats, 6u);
    expect_damage(report.damages, 1, "the message 1 is missing");
    expect_damage(report.damages, 2, "the messages 3 to 4 are missing");
    expect_damage(report.damages, 3, "the message 5 is missing");
    expect_damage(report.damages, 4, "its head is missing");
    expect_damage(report.damages, 6, "the message 4 has no later id");
    expect_damage(report.damages, 1,
                  "a send of the user 7 points to the message 1, which is missing");
    expect_damage(report.damages, 6,
                  "a send of the user 7 points to the message 3, which is another one");
}

TEST_F(RocksDamage, TheScanFindsASpoiledTableFile) {
    commit(conversation(chat_number(1), 1, 200));
    engine_.close();
    std::filesystem::path table = engine_.path();
    {
        const RocksDatabase database(engine_.path(), engine_.options());
        std::vector<rocksdb::LiveFileMetaData> files;
        database.db().GetLiveFilesMetaData(&files);
        for (const auto& file : files) {
            if (file.column_family_name == "messages") table += file.name;
        }
    }
    std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(40);
    file.write("spoiled", 7);
    file.close();
    engine_.open();
    const auto report = store().scan_all();
    EXPECT_TRUE(std::ranges::any_of(report.damages, [](const auto& damage) {
        return damage.what.starts_with("a table file is damaged");
    }));
    expect_refused(run(store().read(everything(1))), 1);
}

TEST_F(RocksDamage, ChatsAreCheckedWhileTheServerRuns) {
    engine_.options().check_after_messages = 10;
    engine_.reopen();
    commit(conversation(chat_number(1), 1, 3));
    commit(conversation(chat_number(1), 5, 6));  // as no sequencer would
    std::uint64_t seq = 0;
    const auto refused = [&] {
        ++seq;
        commit(conversation(chat_number(2), seq, seq));
        return !run(store().head(chat_number(1)));
    };
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!refused())
        ASSERT_LT(std::chrono::steady_clock::now(), patience);
    expect_refused(run(store().head(chat_number(1))), 1);
    commit(conversation(chat_number(2), seq + 1, seq + 1));
    engine_.reopen();
    ASSERT_EQ(store().damages().size(), 1u);
    expect_damage(store().damages(), 1, "the message 4 is missing");
}

TEST_F(RocksDamage, SendsAreDroppedAfterTheirLifetime) {
    auto batch = conversation(chat_number(1), 1, 2);
    const auto now =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    batch.sends[0].at = now - std::chrono::hours(24 * 30 + 1);
    batch.sends[1].at = now - std::chrono::hours(24 * 30 - 1);
    const auto old_key = batch.sends[0].key;
    const auto young_key = batch.sends[1].key;
    commit(std::move(batch));
    engine_.close();
    {
        RocksDatabase database(engine_.path(), engine_.options());
        rocksdb::CompactRangeOptions everything;
        everything.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
        ASSERT_TRUE(database.db()
                        .CompactRange(everything, database.column(Column::sends), nullptr, nullptr)
                        .ok());
    }
    engine_.open();
    EXPECT_FALSE(run(store().find_send(old_key))->has_value());
    EXPECT_TRUE(run(store().find_send(young_key))->has_value());
}

}  // namespace
}  // namespace banter::contract
