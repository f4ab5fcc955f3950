#include "adapters/embedded/rocks_message_store.hpp"

#include <algorithm>
#include <utility>

#include "adapters/embedded/data_directory.hpp"
#include "adapters/embedded/rocks_batch.hpp"
#include "adapters/embedded/rocks_check.hpp"
#include "adapters/embedded/rocks_database.hpp"
#include "adapters/embedded/rocks_group_commit.hpp"
#include "adapters/embedded/rocks_keys.hpp"
#include "adapters/embedded/rocks_reader_pool.hpp"
#include "adapters/embedded/rocks_reads.hpp"
#include "adapters/embedded/rocks_records.hpp"
#include "adapters/embedded/rocks_refused_chats.hpp"
#include "base/log.hpp"

namespace banter::adapters::embedded {
namespace {

using base::Result;
using base::Task;
using domain::ChatId;
using domain::Seq;
using domain::UserId;
using Clock = std::chrono::steady_clock;

// Chats known to be damaged are noted under this epoch until a check finds them whole.
constexpr std::uint64_t damaged_epoch = 0;
constexpr std::uint64_t first_epoch = 1;

// More chats than this are looked up on a reader thread even when all are in memory.
constexpr std::size_t heads_at_once = 64;

std::int64_t milliseconds_since(Clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
}

}  // namespace

struct RocksMessageStore::Engine {
    Engine(const std::filesystem::path& path, const RocksOptions& options, base::Metrics& metrics);

    TouchedChats touched_chats() const;
    void check_touched();
    void check_epoch(std::uint64_t epoch, const TouchedChats& chats);
    void forget_epochs(std::uint64_t first, std::uint64_t last, rocksdb::WriteBatch& rows) const;
    std::vector<ChatDamage> check(const TouchedChats& chats);
    void close();

    RocksDatabase database;
    RefusedChats refused;
    RocksReads reads{database, refused};
    std::vector<ChatDamage> damages;
    ReaderPool readers;
    GroupCommit commits;
    std::mutex closing;
    bool closed = false;  // guarded by closing
};

RocksMessageStore::Engine::Engine(const std::filesystem::path& path, const RocksOptions& options,
                                  base::Metrics& metrics)
    : database(path, options),
      readers({options.reader_threads, options.max_waiting_reads, options.deadline}),
      commits(
          database,
          {options.max_waiting_commits, options.max_waiting_commit_bytes, options.deadline,
           options.check_after_messages},
          first_epoch,
          [this](std::uint64_t epoch, TouchedChats chats) {
              readers.run_detached(
                  [this, epoch, chats = std::move(chats)] { check_epoch(epoch, chats); });
          },
          metrics) {
    check_touched();
}

TouchedChats RocksMessageStore::Engine::touched_chats() const {
    TouchedChats chats;
    const std::unique_ptr<rocksdb::Iterator> rows(
        database.db().NewIterator({}, database.column(Column::meta)));
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
        const auto address = parse_touched_key(rows->key());
        const auto first = records::decode_touched(rows->value().ToStringView());
        if (!address || !first) {
            throw DataDirectoryError(DataDirectoryFault::damaged,
                                     "The message store's list of chats to check is damaged; "
                                     "restore it from a backup.");
        }
        const auto [at, added] = chats.try_emplace(address->chat, *first);
        if (!added) at->second = std::min(at->second, *first);
    }
    if (!rows->status().ok()) {
        throw DataDirectoryError(DataDirectoryFault::damaged,
                                 "The message store's list of chats to check can't be read: " +
                                     rows->status().ToString());
    }
    return chats;
}

// Before anybody else uses the store.
void RocksMessageStore::Engine::check_touched() {
    const auto start = Clock::now();
    const auto chats = touched_chats();
    if (chats.empty()) return;
    damages = check(chats);
    rocksdb::WriteBatch rows;
    forget_epochs(damaged_epoch, ~std::uint64_t{0}, rows);
    for (const auto& damage : damages) {
        rows.Put(database.column(Column::meta), touched_key(damaged_epoch, damage.chat).slice(),
                 records::encode_touched(chats.at(damage.chat)));
    }
    const auto status = database.write_durably(rows);
    if (!status.ok()) {
        throw DataDirectoryError(DataDirectoryFault::unwritable,
                                 "The message store can't be written: " + status.ToString());
    }
    base::log::info("store.checked", {{"chats", chats.size()},
                                      {"damaged", damages.size()},
                                      {"milliseconds", milliseconds_since(start)}});
}

std::vector<ChatDamage> RocksMessageStore::Engine::check(const TouchedChats& chats) {
    std::vector<ChatDamage> found;
    const RocksCheck checker(database);
    for (const auto& [chat, first] : chats) {
        auto what = checker.check_chat(chat, first);
        if (!what) continue;
        base::log::error("store.chat_damaged", {{"chat", to_string(chat)}, {"what", *what}});
        refused.add(chat, *what);
        found.push_back({chat, std::move(*what)});
    }
    return found;
}

// `first` to before `last`.
void RocksMessageStore::Engine::forget_epochs(std::uint64_t first, std::uint64_t last,
                                              rocksdb::WriteBatch& rows) const {
    rows.DeleteRange(database.column(Column::meta),
                     TouchedKey{}.add(touched_mark).add(first).slice(),
                     TouchedKey{}.add(touched_mark).add(last).slice());
}

// While the server runs, on a reader thread.
void RocksMessageStore::Engine::check_epoch(std::uint64_t epoch, const TouchedChats& chats) {
    WaitingCommit commit;
    for (const auto& damage : check(chats)) {
        commit.rows.Put(database.column(Column::meta),
                        touched_key(damaged_epoch, damage.chat).slice(),
                        records::encode_touched(chats.at(damage.chat)));
    }
    forget_epochs(epoch, epoch + 1, commit.rows);
    commit.since = Clock::now();
    // Refused: the chats are checked again at the next start.
    if (!commits.submit(std::move(commit))) base::log::warn("store.epoch_kept", {{"epoch", epoch}});
}

void RocksMessageStore::Engine::close() {
    const std::lock_guard lock(closing);
    if (std::exchange(closed, true)) return;
    readers.stop();  // first: a check under way still has its finding to commit
    commits.stop();
    if (commits.failed()) return;
    rocksdb::WriteBatch rows;
    forget_epochs(first_epoch, ~std::uint64_t{0}, rows);
    auto status = database.write_durably(rows);
    if (status.ok()) status = database.flush();
    if (!status.ok()) base::log::error("store.close_failed", {{"error", status.ToString()}});
}

RocksMessageStore::RocksMessageStore(const std::filesystem::path& path, const RocksOptions& options,
                                     base::Metrics& metrics)
    : engine_(std::make_unique<Engine>(path, options, metrics)) {}

RocksMessageStore::~RocksMessageStore() {
    close();
}

void RocksMessageStore::close() {
    engine_->close();
}

const std::vector<ChatDamage>& RocksMessageStore::damages() const {
    return engine_->damages;
}

StoreReport RocksMessageStore::scan_all() {
    return RocksCheck(engine_->database).scan_all();
}

bool RocksMessageStore::failed() const {
    return engine_->commits.failed();
}

Task<Result<void>> RocksMessageStore::commit(ports::CommitBatch batch) {
    if (batch.empty()) co_return Result<void>{};
    if (engine_->refused.any()) {
        for (const auto& row : batch.messages) {
            if (auto problem = engine_->refused.find(row.message.chat)) {
                co_return std::unexpected(*std::move(problem));
            }
        }
        for (const auto& row : batch.heads) {
            if (auto problem = engine_->refused.find(row.chat)) {
                co_return std::unexpected(*std::move(problem));
            }
        }
    }
    const auto since = Clock::now();
    WaitingCommit waiting = encode_batch(engine_->database, batch);
    waiting.since = since;
    waiting.home = &base::Executor::current();
    base::CallbackAwaiter<Result<void>>::Start start = [&](base::Completion<Result<void>> done) {
        waiting.done = done;
        const auto taken = engine_->commits.submit(std::move(waiting));
        if (!taken) done(taken);
    };
    base::CallbackAwaiter<Result<void>> durable(std::move(start));
    co_return co_await durable;
}

Task<Result<std::vector<domain::Message>>> RocksMessageStore::read(ports::MessageRange range) {
    auto work = [this, range] { return engine_->reads.read(range); };
    co_return co_await engine_->readers.run(std::move(work));
}

Task<Result<std::optional<ports::HeadRow>>> RocksMessageStore::head(ChatId chat) {
    if (auto found = engine_->reads.head(chat, rocksdb::kBlockCacheTier)) {
        co_return *std::move(found);
    }
    auto work = [this, chat] { return *engine_->reads.head(chat, rocksdb::kReadAllTier); };
    co_return co_await engine_->readers.run(std::move(work));
}

Task<Result<std::vector<std::optional<ports::HeadRow>>>> RocksMessageStore::heads(
    std::vector<ChatId> chats) {
    if (chats.size() <= heads_at_once) {
        if (auto found = engine_->reads.heads(chats, rocksdb::kBlockCacheTier)) {
            co_return *std::move(found);
        }
    }
    auto work = [this, chats = std::move(chats)] {
        return *engine_->reads.heads(chats, rocksdb::kReadAllTier);
    };
    co_return co_await engine_->readers.run(std::move(work));
}

Task<Result<std::optional<ports::SendRow>>> RocksMessageStore::find_send(ports::SendKey key) {
    if (auto found = engine_->reads.find_send(key, rocksdb::kBlockCacheTier)) {
        co_return *std::move(found);
    }
    auto work = [this, key] { return *engine_->reads.find_send(key, rocksdb::kReadAllTier); };
    co_return co_await engine_->readers.run(std::move(work));
}

Task<Result<std::vector<ports::MarksRow>>> RocksMessageStore::marks(ChatId chat) {
    auto work = [this, chat] { return engine_->reads.marks(chat); };
    co_return co_await engine_->readers.run(std::move(work));
}

Task<Result<Seq>> RocksMessageStore::cursor(UserId user, domain::DeviceId device, ChatId chat) {
    auto work = [=, this] { return engine_->reads.cursor(user, device, chat); };
    co_return co_await engine_->readers.run(std::move(work));
}

Task<Result<std::vector<ports::CursorRow>>> RocksMessageStore::cursors(UserId user,
                                                                       domain::DeviceId device) {
    auto work = [this, user, device] { return engine_->reads.cursors(user, device); };
    co_return co_await engine_->readers.run(std::move(work));
}

Task<Result<std::vector<ports::PassedAt>>> RocksMessageStore::passed(ChatId chat, Seq seq,
                                                                     std::vector<UserId> users) {
    auto work = [this, chat, seq, users = std::move(users)] {
        return engine_->reads.passed(chat, seq, users);
    };
    co_return co_await engine_->readers.run(std::move(work));
}

Task<Result<std::vector<ports::InboxRow>>> RocksMessageStore::entries(UserId user) {
    auto work = [this, user] { return engine_->reads.entries(user); };
    co_return co_await engine_->readers.run(std::move(work));
}

}  // namespace banter::adapters::embedded
