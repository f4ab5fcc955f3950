#include "engines.hpp"

#include <algorithm>

namespace banter::simulation {
namespace {

using base::Result;
using base::Task;

constexpr std::int64_t million = 1'000'000;
constexpr Micros longest_lateness = 8 * second;

std::unexpected<base::Problem> unavailable() {
    return base::fail_retry(base::ErrorCode::overloaded, "The engine does not answer.",
                            std::chrono::seconds(1));
}

NodeCondition& node() {
    return NodeExecutor::running()->node();
}

// How much later something is done, in which its node may lose what it had.
Micros lateness(const Timeline& timeline, const EngineFaults& faults) {
    auto& condition = node();
    const Micros time = condition.dice.between(0, longest_lateness);
    if (faults.late_unheard && condition.dice.chance(1, 2)) {
        condition.unheard_until = std::max(condition.unheard_until, timeline.now() + time);
    }
    return time;
}

}  // namespace

Task<bool> pass(Timeline& timeline, Micros delay) {
    auto& home = *NodeExecutor::running();
    base::CallbackAwaiter<bool>::Start start = [&](base::Completion<bool> done) {
        home.at(timeline.now() + delay, [done] { done(true); });
    };
    base::CallbackAwaiter<bool> later(std::move(start));
    co_await later;
    co_return home.node().alive;
}

Task<Result<void>> SharedStore::commit(ports::CommitBatch batch) {
    auto& dice = node().dice;
    Micros before = dice.between(50, faults_.slowest_commit);
    if (dice.chance(faults_.commit_late, million)) before += lateness(timeline_, faults_);
    const Micros after = dice.between(50, faults_.slowest_commit / 4 + 100);
    const auto fate = dice.between(0, million - 1);
    if (node().store_failed) co_return unavailable();
    if (!co_await pass(timeline_, before)) co_return unavailable();
    const auto lost_below = faults_.commit_refused + faults_.commit_lost;
    if (fate < faults_.commit_refused) co_return unavailable();
    const bool fails = fate < lost_below + faults_.commit_kept;
    if (!fails || fate >= lost_below) {
        co_await look_for_forks(batch);
        const auto written = co_await Memory::commit(std::move(batch));
        if (!written) co_return std::unexpected(written.error());
    }
    if (!co_await pass(timeline_, after)) co_return unavailable();
    if (!fails) co_return Result<void>{};
    node().store_failed = true;
    co_return unavailable();
}

// Whoever writes a row again writes the same one.
Task<void> SharedStore::look_for_forks(const ports::CommitBatch& batch) {
    for (const auto& row : batch.messages) {
        ports::MessageRange range;
        range.chat = row.message.chat;
        range.after = domain::Seq{row.message.seq.value - 1};
        range.limit = 1;
        const auto there = co_await Memory::read(range);
        if (!there || there->empty()) continue;
        const auto& before = there->front();
        const bool same = before.id == row.message.id && before.sender == row.message.sender &&
                          before.client_id == row.message.client_id && before.at == row.message.at;
        if (!same) forked_(row.message);
    }
}

Task<Result<void>> SharedStore::begin_read() {
    auto& dice = node().dice;
    const Micros delay = dice.between(20, faults_.slowest_read);
    const bool fails = dice.chance(faults_.read_failed, million);
    if (!co_await pass(timeline_, delay) || fails) co_return unavailable();
    co_return Result<void>{};
}

// The way back: what was read may be old when it arrives.
Task<void> SharedStore::end() {
    const Micros delay = node().dice.between(20, faults_.slowest_read);
    co_await pass(timeline_, delay);
}

Task<Result<std::vector<domain::Message>>> SharedStore::read(ports::MessageRange range) {
    const auto begun = co_await begin_read();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::read(range);
    co_await end();
    co_return answer;
}

Task<Result<std::optional<ports::HeadRow>>> SharedStore::head(domain::ChatId chat) {
    const auto begun = co_await begin_read();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::head(chat);
    co_await end();
    co_return answer;
}

Task<Result<std::vector<std::optional<ports::HeadRow>>>> SharedStore::heads(
    std::vector<domain::ChatId> chats) {
    const auto begun = co_await begin_read();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::heads(std::move(chats));
    co_await end();
    co_return answer;
}

Task<Result<std::optional<ports::SendRow>>> SharedStore::find_send(ports::SendKey key) {
    const auto begun = co_await begin_read();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::find_send(key);
    co_await end();
    co_return answer;
}

Task<Result<std::vector<ports::MarksRow>>> SharedStore::marks(domain::ChatId chat) {
    const auto begun = co_await begin_read();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::marks(chat);
    co_await end();
    co_return answer;
}

Task<Result<domain::Seq>> SharedStore::cursor(domain::UserId user, domain::DeviceId device,
                                              domain::ChatId chat) {
    const auto begun = co_await begin_read();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::cursor(user, device, chat);
    co_await end();
    co_return answer;
}

Task<Result<std::vector<ports::CursorRow>>> SharedStore::cursors(domain::UserId user,
                                                                 domain::DeviceId device) {
    const auto begun = co_await begin_read();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::cursors(user, device);
    co_await end();
    co_return answer;
}

Task<Result<std::vector<ports::PassedAt>>> SharedStore::passed(domain::ChatId chat, domain::Seq seq,
                                                               std::vector<domain::UserId> users) {
    const auto begun = co_await begin_read();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::passed(chat, seq, std::move(users));
    co_await end();
    co_return answer;
}

Task<Result<std::vector<ports::InboxRow>>> SharedStore::entries(domain::UserId user) {
    const auto begun = co_await begin_read();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::entries(user);
    co_await end();
    co_return answer;
}

Task<Result<void>> SharedDirectory::begin() {
    auto& dice = node().dice;
    const Micros delay = dice.between(20, faults_.slowest_read);
    const bool fails = dice.chance(faults_.directory_failed, million);
    if (!co_await pass(timeline_, delay) || fails) co_return unavailable();
    co_return Result<void>{};
}

// The way back: what was changed is there whether or not its node hears of it.
Task<void> SharedDirectory::end() {
    const Micros delay = node().dice.between(20, faults_.slowest_read);
    co_await pass(timeline_, delay);
}

SharedDirectory::Answer<SharedDirectory::Created> SharedDirectory::create(ports::NewChat chat) {
    const auto begun = co_await begin();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::create(std::move(chat));
    co_await end();
    co_return answer;
}

SharedDirectory::Answer<std::optional<ports::ChatWithMembers>> SharedDirectory::find(
    domain::ChatId chat) {
    const auto begun = co_await begin();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::find(chat);
    co_await end();
    co_return answer;
}

SharedDirectory::Answer<std::vector<ports::Membership>> SharedDirectory::memberships(
    domain::UserId user) {
    const auto begun = co_await begin();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::memberships(user);
    co_await end();
    co_return answer;
}

SharedDirectory::Answer<std::vector<ports::EndedMembership>> SharedDirectory::ended_memberships(
    domain::UserId user) {
    const auto begun = co_await begin();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::ended_memberships(user);
    co_await end();
    co_return answer;
}

SharedDirectory::Answer<void> SharedDirectory::change(ports::MemberChange change) {
    const auto begun = co_await begin();
    if (!begun) co_return std::unexpected(begun.error());
    const bool late = node().dice.chance(faults_.change_late, million);
    if (late && !co_await pass(timeline_, lateness(timeline_, faults_))) co_return unavailable();
    auto answer = co_await Memory::change(std::move(change));
    co_await end();
    co_return answer;
}

SharedDirectory::Answer<void> SharedDirectory::sequenced(ports::ControlMessage control,
                                                         domain::Seq seq) {
    const auto begun = co_await begin();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::sequenced(std::move(control), seq);
    co_await end();
    co_return answer;
}

SharedDirectory::Answer<std::vector<ports::ControlMessage>> SharedDirectory::outbox() {
    const auto begun = co_await begin();
    if (!begun) co_return std::unexpected(begun.error());
    auto answer = co_await Memory::outbox();
    co_await end();
    co_return answer;
}

}  // namespace banter::simulation
