#include "store_model.hpp"

#include <algorithm>

#include "domain/time_uuid.hpp"

namespace banter::power {
namespace {

using adapters::embedded::RocksMessageStore;
using adapters::memory::ManualExecutor;
using domain::ChatId;
using domain::DeviceId;
using domain::Seq;
using domain::UserId;

constexpr std::size_t chats_of_a_shard = 5;
constexpr std::uint64_t users = 4;
constexpr std::uint64_t devices_of_a_user = 2;

DeviceId device_of(UserId user, std::uint64_t number) {
    return {user.value * 10 + number};
}

domain::Uuid random_uuid(std::mt19937_64& random) {
    domain::Uuid uuid;
    for (auto& byte : uuid.bytes)
        byte = static_cast<std::uint8_t>(random());
    return uuid;
}

base::Timestamp at_millisecond(std::uint64_t number) {
    return base::Timestamp(std::chrono::milliseconds(4'000'000'000'000 + number));
}

bool same(const ports::HeadRow& one, const ports::HeadRow& other) {
    return one.seq == other.seq && one.message_id == other.message_id && one.at == other.at &&
           one.preview == other.preview && one.position == other.position;
}

bool same(const ports::SendRow& one, const ports::SendRow& other) {
    return one.chat == other.chat && one.seq == other.seq && one.message_id == other.message_id &&
           one.at == other.at && one.digest == other.digest;
}

bool same(const ports::InboxRow& one, const ports::InboxRow& other) {
    return one.seq == other.seq && one.message_id == other.message_id && one.at == other.at &&
           one.preview == other.preview;
}

// One comparison of a store with a model.
struct Comparison {
    RocksMessageStore& store;
    ManualExecutor& executor;
    Findings& findings;

    template <class T>
    std::optional<T> ask(base::Task<base::Result<T>> task, const std::string& what) {
        auto answer = executor.run(std::move(task));
        if (answer) return std::move(*answer);
        findings.push_back(what + " can't be read: " + answer.error().detail);
        return std::nullopt;
    }
    void expect(bool holds, const std::string& otherwise) {
        if (!holds) findings.push_back(otherwise);
    }
};

void compare_chat(Comparison& comparison, const ChatId& chat, const ports::HeadRow& head,
                  const std::vector<domain::Message>& expected) {
    const std::string name = "the chat " + to_string(chat);
    const auto found = comparison.ask(comparison.store.head(chat), name);
    if (found && !*found) comparison.findings.push_back(name + " is gone");
    if (!found || !*found) return;
    comparison.expect(same(**found, head), name + " ends at " +
                                               std::to_string((*found)->seq.value) +
                                               " instead of " + std::to_string(head.seq.value));
    ports::MessageRange range;
    range.chat = chat;
    range.limit = 1000;
    std::vector<domain::Message> messages;
    while (true) {
        auto page = comparison.ask(comparison.store.read(range), name);
        if (!page) return;
        if (page->empty()) break;
        range.after = page->back().seq;
        std::ranges::move(*page, std::back_inserter(messages));
    }
    comparison.expect(messages == expected, name + " has other messages than those confirmed (" +
                                                std::to_string(messages.size()) + " instead of " +
                                                std::to_string(expected.size()) + ")");
}

}  // namespace

void StoreModel::apply(const ports::CommitBatch& batch) {
    for (const auto& row : batch.messages)
        messages_[row.message.chat].push_back(row.message);
    for (const auto& row : batch.heads)
        heads_[row.chat] = row;
    for (const auto& row : batch.sends)
        sends_[row.key] = row;
    for (const auto& row : batch.inbox)
        inbox_[{row.user, row.chat}] = row;
    for (const auto& row : batch.cursors) {
        auto& cursor = cursors_[{row.user, row.device}][row.chat];
        cursor = std::max(cursor, row.delivered);
    }
    for (const auto& row : batch.marks) {
        auto& marks = marks_[row.chat][row.user];
        marks = domain::merge(marks, row.marks);
    }
    for (const auto& row : batch.steps)
        delivered_steps_[{row.user, row.chat}][row.seq] = row.at;
}

Seq StoreModel::head(const ChatId& chat) const {
    const auto found = heads_.find(chat);
    return found == heads_.end() ? Seq{} : found->second.seq;
}

Findings StoreModel::differences(RocksMessageStore& store, ManualExecutor& executor) const {
    Findings findings;
    Comparison comparison{store, executor, findings};
    for (const auto& [chat, head] : heads_) {
        compare_chat(comparison, chat, head, messages_.at(chat));
        if (!findings.empty()) return findings;  // the rest would only repeat it
        const auto marks = comparison.ask(store.marks(chat), "the marks of " + to_string(chat));
        const auto known = marks_.find(chat);
        if (!marks || known == marks_.end()) continue;
        std::map<UserId, domain::Marks> found;
        for (const auto& row : *marks)
            found[row.user] = row.marks;
        comparison.expect(found == known->second, "the marks of " + to_string(chat) + " differ");
    }
    for (const auto& [key, row] : sends_) {
        const auto found = comparison.ask(store.find_send(key), "a send");
        if (found) comparison.expect(*found && same(**found, row), "a send is gone or differs");
    }
    for (const auto& [device, expected] : cursors_) {
        const auto rows = comparison.ask(store.cursors(device.first, device.second), "the cursors");
        if (!rows) continue;
        std::map<ChatId, Seq> found;
        for (const auto& row : *rows)
            found[row.chat] = row.delivered;
        comparison.expect(found == expected, "the cursors of a device differ");
    }
    for (std::uint64_t user = 1; user <= users; ++user) {
        const auto rows = comparison.ask(store.entries({user}), "an inbox");
        if (!rows) continue;
        std::size_t right = 0;
        for (const auto& row : *rows) {
            const auto expected = inbox_.find({row.user, row.chat});
            right += expected != inbox_.end() && same(expected->second, row) ? 1 : 0;
        }
        const auto wanted = std::ranges::count_if(
            inbox_, [&](const auto& entry) { return entry.first.first.value == user; });
        comparison.expect(right == rows->size() && right == static_cast<std::size_t>(wanted),
                          "the inbox of the user " + std::to_string(user) + " differs");
    }
    for (const auto& [whose, steps] : delivered_steps_) {
        const auto [seq, at] = *steps.rbegin();
        const auto passed =
            comparison.ask(store.passed(whose.second, seq, {whose.first}), "the steps");
        if (passed) comparison.expect((*passed)[0].delivered == at, "the last step differs");
    }
    return findings;
}

BatchMaker::BatchMaker(std::uint64_t seed, std::size_t shard) : random_(seed * 1009 + shard) {
    for (std::size_t i = 0; i < chats_of_a_shard; ++i)
        chats_.push_back({random_uuid(random_)});
}

std::uint64_t BatchMaker::below(std::uint64_t end) {
    return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random_);
}

// Mostly short; some longer than a block of RocksDB's log.
std::string BatchMaker::text() {
    const auto kind = below(20);
    const std::uint64_t size = kind == 0 ? below(50'000) : kind < 5 ? below(3000) : below(200);
    std::string text(size + 1, ' ');
    for (auto& c : text)
        c = static_cast<char>('a' + below(26));
    return text;
}

ports::CommitBatch BatchMaker::next(const StoreModel& model) {
    ports::CommitBatch batch;
    std::set<ChatId> chosen;
    const auto count = 1 + below(3);
    for (std::uint64_t i = 0; i < count; ++i)
        chosen.insert(chats_[below(chats_.size())]);
    for (const auto& chat : chosen) {
        add_messages(batch, chat, model.head(chat));
        add_people(batch, batch.heads.back());
    }
    return batch;
}

void BatchMaker::add_messages(ports::CommitBatch& batch, const ChatId& chat, Seq head) {
    const auto count = 1 + below(4);
    for (std::uint64_t i = 0; i < count; ++i) {
        head = head.next();
        domain::Message message;
        message.chat = chat;
        message.seq = head;
        message.at = at_millisecond(++made_);
        message.id = domain::make_time_uuid(domain::ticks_at(message.at), made_);
        message.sender = {1 + below(users)};
        message.device = device_of(message.sender, 1);
        message.client_id = {random_uuid(random_)};
        message.content.text = text();
        const ports::LogPosition position{1, static_cast<std::int64_t>(made_)};
        batch.messages.push_back({message, position});
        batch.sends.push_back({{message.sender, message.device, message.client_id},
                               chat,
                               head,
                               message.id,
                               message.at,
                               domain::digest(chat, message.content)});
        if (i + 1 < count) continue;
        batch.heads.push_back(
            {chat, head, message.id, message.at, domain::preview(message.content), position});
    }
}

void BatchMaker::add_people(ports::CommitBatch& batch, const ports::HeadRow& head) {
    for (std::uint64_t user = 1; user <= users; ++user) {
        batch.inbox.push_back(
            {{user}, head.chat, head.seq, head.message_id, head.at, head.preview});
        if (below(2) == 0) continue;
        const Seq reached{1 + below(head.seq.value)};
        const auto device = device_of({user}, 1 + below(devices_of_a_user));
        batch.cursors.push_back({{user}, device, head.chat, reached});
        batch.marks.push_back(
            {head.chat, {user}, {reached, Seq{below(reached.value + 1)}}, head.at});
        batch.steps.push_back({head.chat, {user}, ports::StepKind::delivered, head.seq, head.at});
    }
}

}  // namespace banter::power
