#include "adapters/embedded/rocks_batch.hpp"

#include "adapters/embedded/rocks_keys.hpp"
#include "adapters/embedded/rocks_records.hpp"

namespace banter::adapters::embedded {
namespace {

// Key, value and what RocksDB adds, without texts; a little more than rows really take.
constexpr std::size_t row_bytes = 112;

std::size_t expected_bytes(const ports::CommitBatch& batch) {
    const std::size_t rows = batch.messages.size() + batch.heads.size() + batch.sends.size() +
                             batch.inbox.size() + batch.cursors.size() + batch.marks.size() +
                             batch.steps.size();
    std::size_t bytes = rows * row_bytes;
    for (const auto& row : batch.messages)
        bytes += row.message.content.text.size();
    for (const auto& row : batch.heads)
        bytes += row.preview.size();
    for (const auto& row : batch.inbox)
        bytes += row.preview.size();
    return bytes;
}

void touch(std::vector<TouchedChat>& touched, const domain::ChatId& chat, domain::Seq seq) {
    // The messages of a chat usually follow each other.
    if (touched.empty() || touched.back().chat != chat || seq < touched.back().first_seq) {
        touched.push_back({chat, seq});
    }
}

}  // namespace

WaitingCommit encode_batch(const RocksDatabase& database, const ports::CommitBatch& batch) {
    WaitingCommit commit;
    commit.rows = rocksdb::WriteBatch(expected_bytes(batch));
    commit.messages = batch.messages.size();
    commit.receipts = batch.cursors.size() + batch.marks.size() + batch.steps.size();
    auto& rows = commit.rows;
    const auto column = [&](Column which) { return database.column(which); };
    for (const auto& row : batch.messages) {
        const auto& message = row.message;
        rows.Put(column(Column::messages), message_key(message.chat, message.seq).slice(),
                 records::encode(row));
        touch(commit.touched, message.chat, message.seq);
    }
    for (const auto& row : batch.heads) {
        rows.Put(column(Column::heads), head_key(row.chat).slice(), records::encode(row));
        touch(commit.touched, row.chat, row.seq);
    }
    for (const auto& row : batch.sends) {
        rows.Put(column(Column::sends), send_key(row.key).slice(), records::encode(row));
    }
    for (const auto& row : batch.inbox) {
        rows.Merge(column(Column::inbox), inbox_key(row.user, row.chat).slice(),
                   records::encode(row));
    }
    for (const auto& row : batch.cursors) {
        rows.Merge(column(Column::cursors), cursor_key(row.user, row.device, row.chat).slice(),
                   records::encode(row));
    }
    for (const auto& row : batch.marks) {
        rows.Merge(column(Column::receipts), marks_key(row.chat, row.user).slice(),
                   records::encode(row));
    }
    for (const auto& row : batch.steps) {
        rows.Put(column(Column::steps), step_key(row.chat, row.user, row.kind, row.seq).slice(),
                 records::encode(row));
    }
    return commit;
}

}  // namespace banter::adapters::embedded
