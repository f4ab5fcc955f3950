#include "adapters/memory/memory_message_store.hpp"

#include <algorithm>
#include <utility>

namespace banter::adapters::memory {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::ChatId;
using domain::Message;
using domain::Seq;
using domain::UserId;

std::unexpected<base::Problem> damaged(ChatId chat) {
    return base::fail_retry(ErrorCode::overloaded,
                            "The chat " + to_string(chat) + " is damaged in the store.",
                            std::chrono::seconds(60));
}

template <class Map, class Key, class Row>
void put_larger(Map& rows, const Key& key, const Row& row, Seq Row::* seq) {
    const auto [at, added] = rows.try_emplace(key, row);
    if (!added && at->second.*seq < row.*seq) at->second = row;
}

}  // namespace

void MemoryMessageStore::fail_next_commit(FailedWrite outcome) {
    const std::lock_guard lock(mutex_);
    fail_next_ = outcome;
}

void MemoryMessageStore::refuse_next_commit() {
    const std::lock_guard lock(mutex_);
    refuse_next_ = true;
}

void MemoryMessageStore::hold_commits() {
    const std::lock_guard lock(mutex_);
    holding_ = true;
}

void MemoryMessageStore::release_commits() {
    std::vector<Held> released;
    {
        const std::lock_guard lock(mutex_);
        holding_ = false;
        released.swap(held_);
    }
    for (auto& held : released)
        held.answer(take(std::move(held.batch)));
}

std::size_t MemoryMessageStore::held_commits() const {
    const std::lock_guard lock(mutex_);
    return held_.size();
}

std::size_t MemoryMessageStore::commits() const {
    const std::lock_guard lock(mutex_);
    return commits_;
}

std::size_t MemoryMessageStore::receipt_rows() const {
    const std::lock_guard lock(mutex_);
    return receipt_rows_;
}

void MemoryMessageStore::reopen() {
    const std::lock_guard lock(mutex_);
    held_.clear();
    holding_ = false;
    refuse_next_ = false;
    fail_next_.reset();
    failed_ = false;
}

void MemoryMessageStore::lose_message(ChatId chat, Seq seq) {
    const std::lock_guard lock(mutex_);
    rows_.messages[chat].erase(seq);
}

void MemoryMessageStore::lose_head(ChatId chat) {
    const std::lock_guard lock(mutex_);
    rows_.heads.erase(chat);
}

Task<Result<void>> MemoryMessageStore::commit(ports::CommitBatch batch) {
    base::Executor& home = base::Executor::current();
    base::CallbackAwaiter<Result<void>> written([&](base::Completion<Result<void>> done) {
        Answer answer = [&home, done](Result<void> result) {
            home.post([done, result = std::move(result)] { done(result); });
        };
        {
            const std::lock_guard lock(mutex_);
            if (holding_) {
                held_.push_back({std::move(batch), std::move(answer)});
                return;
            }
        }
        answer(take(std::move(batch)));
    });
    co_return co_await written;
}

Result<void> MemoryMessageStore::take(ports::CommitBatch batch) {
    const std::lock_guard lock(mutex_);
    const auto refused = [](std::string why) {
        return base::fail_retry(ErrorCode::overloaded, std::move(why), std::chrono::seconds(1));
    };
    if (failed_) return refused("The message store has failed; the server must be restarted.");
    if (std::exchange(refuse_next_, false)) return refused("Too many commits are waiting.");
    const auto failure = std::exchange(fail_next_, std::nullopt);
    if (failure != FailedWrite::lost) write(batch);
    if (failure) {
        failed_ = true;
        return refused("The message store has failed; the server must be restarted.");
    }
    ++commits_;
    return {};
}

void MemoryMessageStore::write(const ports::CommitBatch& batch) {
    receipt_rows_ += batch.cursors.size() + batch.marks.size() + batch.steps.size();
    for (const auto& row : batch.messages) {
        rows_.messages[row.message.chat].insert_or_assign(row.message.seq, row.message);
    }
    for (const auto& row : batch.heads)
        put_larger(rows_.heads, row.chat, row, &ports::HeadRow::seq);
    for (const auto& row : batch.sends)
        rows_.sends.insert_or_assign(row.key, row);
    for (const auto& row : batch.inbox) {
        put_larger(rows_.inbox, std::pair(row.user, row.chat), row, &ports::InboxRow::seq);
    }
    for (const auto& row : batch.cursors) {
        put_larger(rows_.cursors, std::tuple(row.user, row.device, row.chat), row,
                   &ports::CursorRow::delivered);
    }
    for (const auto& row : batch.marks) {
        const auto [at, added] = rows_.marks.try_emplace(std::pair(row.chat, row.user), row);
        auto& kept = at->second;
        kept.marks = domain::merge(kept.marks, row.marks);
        kept.at = std::max(kept.at, row.at);
    }
    for (const auto& row : batch.steps) {
        rows_.steps.insert_or_assign(std::tuple(row.chat, row.user, row.kind, row.seq), row.at);
    }
}

Result<std::optional<ports::HeadRow>> MemoryMessageStore::find_head(ChatId chat) const {
    const auto head = rows_.heads.find(chat);
    if (head != rows_.heads.end()) return head->second;
    const auto messages = rows_.messages.find(chat);
    if (messages != rows_.messages.end() && !messages->second.empty()) return damaged(chat);
    return std::nullopt;
}

Task<Result<std::vector<Message>>> MemoryMessageStore::read(ports::MessageRange range) {
    const std::lock_guard lock(mutex_);
    co_return read_rows(range);
}

Result<std::vector<Message>> MemoryMessageStore::read_rows(const ports::MessageRange& range) const {
    const auto head = find_head(range.chat);
    if (!head) return std::unexpected(head.error());
    std::vector<Message> found;
    const Seq newest = *head ? (*head)->seq : Seq{};
    const Seq end = std::min(range.before, newest.next());
    if (range.after >= end || range.after.next() >= end) return found;
    const std::uint64_t count =
        std::min<std::uint64_t>(range.limit, end.value - range.after.value - 1);
    const auto log = rows_.messages.find(range.chat);
    if (log == rows_.messages.end()) return damaged(range.chat);
    for (std::uint64_t i = 1; i <= count; ++i) {
        const Seq seq{range.newest_first ? end.value - i : range.after.value + i};
        const auto message = log->second.find(seq);
        if (message == log->second.end()) return damaged(range.chat);
        found.push_back(message->second);
    }
    return found;
}

Task<Result<std::optional<ports::HeadRow>>> MemoryMessageStore::head(ChatId chat) {
    const std::lock_guard lock(mutex_);
    co_return find_head(chat);
}

Task<Result<std::vector<std::optional<ports::HeadRow>>>> MemoryMessageStore::heads(
    std::vector<ChatId> chats) {
    const std::lock_guard lock(mutex_);
    std::vector<std::optional<ports::HeadRow>> found;
    for (const auto chat : chats) {
        auto head = find_head(chat);
        if (!head) co_return std::unexpected(head.error());
        found.push_back(std::move(*head));
    }
    co_return found;
}

Task<Result<std::optional<ports::SendRow>>> MemoryMessageStore::find_send(ports::SendKey key) {
    const std::lock_guard lock(mutex_);
    const auto send = rows_.sends.find(key);
    std::optional<ports::SendRow> found;
    if (send != rows_.sends.end()) found = send->second;
    co_return found;
}

bool MemoryMessageStore::failed() const {
    const std::lock_guard lock(mutex_);
    return failed_;
}

Task<Result<std::vector<ports::MarksRow>>> MemoryMessageStore::marks(ChatId chat) {
    const std::lock_guard lock(mutex_);
    std::vector<ports::MarksRow> found;
    for (auto at = rows_.marks.lower_bound({chat, UserId{}});
         at != rows_.marks.end() && at->first.first == chat; ++at) {
        found.push_back(at->second);
    }
    co_return found;
}

Task<Result<Seq>> MemoryMessageStore::cursor(UserId user, domain::DeviceId device, ChatId chat) {
    const std::lock_guard lock(mutex_);
    const auto found = rows_.cursors.find({user, device, chat});
    co_return found == rows_.cursors.end() ? Seq{} : found->second.delivered;
}

Task<Result<std::vector<ports::CursorRow>>> MemoryMessageStore::cursors(UserId user,
                                                                        domain::DeviceId device) {
    const std::lock_guard lock(mutex_);
    std::vector<ports::CursorRow> found;
    for (auto at = rows_.cursors.lower_bound({user, device, ChatId{}});
         at != rows_.cursors.end() && at->second.user == user && at->second.device == device;
         ++at) {
        found.push_back(at->second);
    }
    co_return found;
}

std::optional<base::Timestamp> MemoryMessageStore::first_step(ChatId chat, UserId user,
                                                              ports::StepKind kind, Seq seq) const {
    const auto at = rows_.steps.lower_bound({chat, user, kind, seq});
    if (at == rows_.steps.end()) return std::nullopt;
    const auto& [step_chat, step_user, step_kind, step_seq] = at->first;
    if (step_chat != chat || step_user != user || step_kind != kind) return std::nullopt;
    return at->second;
}

Task<Result<std::vector<ports::PassedAt>>> MemoryMessageStore::passed(ChatId chat, Seq seq,
                                                                      std::vector<UserId> users) {
    const std::lock_guard lock(mutex_);
    std::vector<ports::PassedAt> found;
    for (const auto user : users) {
        found.push_back({user, first_step(chat, user, ports::StepKind::delivered, seq),
                         first_step(chat, user, ports::StepKind::read, seq)});
    }
    co_return found;
}

Task<Result<std::vector<ports::InboxRow>>> MemoryMessageStore::entries(UserId user) {
    const std::lock_guard lock(mutex_);
    std::vector<ports::InboxRow> found;
    for (auto at = rows_.inbox.lower_bound({user, ChatId{}});
         at != rows_.inbox.end() && at->first.first == user; ++at) {
        found.push_back(at->second);
    }
    co_return found;
}

}  // namespace banter::adapters::memory
