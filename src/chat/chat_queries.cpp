// The reading half of ChatService: chat list, history, receipts.
#include <algorithm>
#include <unordered_map>

#include "chat/asking.hpp"

namespace banter::chat {
namespace {

using base::Result;
using base::Task;
using domain::ChatId;
using domain::Seq;
using domain::UserId;

constexpr std::size_t unread_page = 1000;

// The part of the log that the query asks for and the member may see.
ports::MessageRange range_of(const HistoryQuery& query, const ChatView& view) {
    ports::MessageRange range;
    range.chat = query.chat;
    range.limit = query.limit;
    range.after = Seq{view.first_seq.value - 1};
    range.before = view.head.next();
    range.newest_first = !query.after;
    if (query.after) range.after = std::max(range.after, *query.after);
    if (query.before) range.before = std::min(range.before, *query.before);
    return range;
}

}  // namespace

Task<Result<HistoryPage>> ChatService::history(UserId user, HistoryQuery query) {
    const calls::View see{query.chat, user};
    const auto view = co_await ask(see);
    if (!view) co_return std::unexpected(view.error());
    const auto range = range_of(query, *view);
    HistoryPage page;
    if (range.after.next() < range.before) {
        auto messages = co_await ports_.store.read(range);
        if (!messages) co_return std::unexpected(messages.error());
        page.messages = std::move(*messages);
    }
    Seq oldest = range.before;
    Seq newest = range.after;
    for (const auto& message : page.messages) {
        oldest = std::min(oldest, message.seq);
        newest = std::max(newest, message.seq);
    }
    if (page.messages.empty()) {  // between two messages, or past an end
        oldest = query.after ? range.after.next() : range.before;
        newest = query.after ? range.after : Seq{range.before.value - 1};
    }
    if (newest < view->head) page.next = newest;
    if (oldest > view->first_seq && view->head >= view->first_seq) page.previous = oldest;
    co_return page;
}

Task<Result<ChatSummary>> ChatService::summary(ChatId chat, UserId user) {
    const calls::View see{chat, user};
    const auto view = co_await ask(see);
    if (!view) co_return std::unexpected(view.error());
    const auto count = co_await unread(*view, user);
    if (!count) co_return std::unexpected(count.error());
    co_return ChatSummary{*view, *count};
}

// Others' messages after the read mark; events are not counted.
Task<Result<std::uint64_t>> ChatService::unread(const ChatView& view, UserId user) {
    std::uint64_t count = 0;
    Seq after = std::max(view.marks.read, Seq{view.first_seq.value - 1});
    while (after < view.head) {
        ports::MessageRange range;
        range.chat = view.chat.id;
        range.after = after;
        range.before = view.head.next();
        range.limit = unread_page;
        const auto messages = co_await ports_.store.read(range);
        if (!messages) co_return std::unexpected(messages.error());
        if (messages->empty()) break;
        count += static_cast<std::uint64_t>(std::ranges::count_if(
            *messages, [&](const auto& one) { return one.sender != user && !one.content.event; }));
        after = messages->back().seq;
    }
    co_return count;
}

Task<Result<std::vector<ChatService::Activity>>> ChatService::activity(UserId user) {
    const auto memberships = co_await ports_.directory.memberships(user);
    if (!memberships) co_return std::unexpected(memberships.error());
    const auto entries = co_await ports_.inbox.entries(user);
    if (!entries) co_return std::unexpected(entries.error());
    std::unordered_map<ChatId, base::Timestamp> newest;
    for (const auto& entry : *entries)
        newest[entry.chat] = entry.at;
    // Large groups write nothing per member: their heads are compared instead.
    std::vector<ChatId> by_head;
    for (const auto& membership : *memberships) {
        const bool large = membership.members >= limits_.sequencer.fanout_on_write_below;
        if (large || !newest.contains(membership.chat.id)) by_head.push_back(membership.chat.id);
    }
    const auto heads = co_await ports_.store.heads(by_head);
    if (!heads) co_return std::unexpected(heads.error());
    for (const auto& head : *heads) {
        if (head) newest[head->chat] = head->at;
    }
    std::vector<Activity> list;
    for (const auto& membership : *memberships) {
        const bool begun = membership.chat.type == domain::ChatType::direct ||
                           membership.member.joined_seq > Seq{};
        if (!begun) continue;
        const auto found = newest.find(membership.chat.id);
        list.push_back({membership.chat.id,
                        found != newest.end() ? found->second : membership.chat.created_at});
    }
    std::ranges::sort(list, [](const Activity& one, const Activity& other) {
        return std::tie(other.at, other.chat) < std::tie(one.at, one.chat);
    });
    co_return list;
}

Task<Result<std::vector<ReceiptView>>> ChatService::receipts(ChatId chat, UserId viewer, Seq seq) {
    const calls::View see{chat, viewer};
    const auto view = co_await ask(see);
    if (!view) co_return std::unexpected(view.error());
    const auto known = co_await members(chat, viewer);
    if (!known) co_return std::unexpected(known.error());
    ports::MessageRange range;
    range.chat = chat;
    range.after = Seq{seq.value - 1};
    range.before = seq.next();
    range.limit = 1;
    const bool visible = seq >= view->first_seq && seq <= view->head;
    const auto found =
        visible ? co_await ports_.store.read(range) : Result<std::vector<domain::Message>>{};
    if (!found) co_return std::unexpected(found.error());
    if (found->empty()) {
        co_return base::fail(base::ErrorCode::not_found, "There is no such message.");
    }
    std::vector<UserId> users;
    std::vector<bool> shows_read;
    for (const auto& member : *known) {
        if (member.user == found->front().sender) continue;
        // Who joined later never gets it, unless the group shares its history.
        const bool concerned =
            view->chat.history == domain::HistoryMode::shared || member.joined_seq <= seq;
        if (!concerned) continue;
        users.push_back(member.user);
        shows_read.push_back(member.shows_read);
    }
    const auto passed = co_await ports_.receipts.passed(chat, seq, users);
    if (!passed) co_return std::unexpected(passed.error());
    std::vector<ReceiptView> result;
    for (std::size_t i = 0; i < passed->size(); ++i) {
        const auto& one = (*passed)[i];
        result.push_back({one.user, one.delivered, shows_read[i] ? one.read : std::nullopt});
    }
    co_return result;
}

}  // namespace banter::chat
