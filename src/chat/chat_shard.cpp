#include "chat/chat_shard.hpp"

#include <algorithm>

#include "base/fault.hpp"
#include "base/log.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::ChatId;
using domain::Seq;
using domain::UserId;

constexpr auto idle_time = std::chrono::minutes(1);

base::Problem beyond_the_end() {
    return {ErrorCode::invalid, "The field 'seq' is beyond the last message of the chat.", {}};
}

}  // namespace

ChatShard::ChatShard(base::Executor& executor, const runtime::Shards& shards,
                     std::vector<delivery::Registry*> registries, ChatPorts ports,
                     ChatLimits limits)
    : executor_(executor),
      shards_(shards),
      ports_(ports),
      limits_(limits),
      fan_out_(shards, std::move(registries), ports.relations, ports.log.node(), ports.bus),
      typing_(executor, ports.clock,
              [this](ChatId chat, UserId user, bool on, domain::TypingKind kind) {
                  relay_typing(chat, user, on, kind);
              }),
      sequencer_(executor, ports.store, ports.log, fan_out_, limits.sequencer,
                 {.load = [this](ChatId chat) { return fold_of(chat, Patience::try_again); },
                  .forget = [this] { forget_all(); },
                  .sequenced =
                      [this](const ports::ControlMessage& control, Seq seq,
                             const ports::Delivery& delivery) {
                          base::spawn(write_back(control, seq, delivery));
                      },
                  .sent = [this](ChatId chat, UserId sender) { typing_.ended(chat, sender); },
                  .refused =
                      [this](const ports::ControlMessage& control, const base::Problem& problem) {
                          answer_sequencing(control.id, problem);
                      }}) {}

Task<ChatShard::LoadResult> ChatShard::load_for(ChatId chat, UserId user) {
    auto state = co_await load(chat);
    if (state && (*state)->member(user) == nullptr) co_return std::unexpected(no_such_chat());
    co_return state;
}

Result<Attachment> ChatShard::attachment_for(const ChatState& state, UserId user,
                                             domain::DeviceId device) const {
    Attachment attachment;
    attachment.head = state.committed;
    attachment.cursor = sequencer_.uncommitted_cursor(user, device, state.chat.id);
    // What has its place but is not durable has not happened yet: a newcomer is told by his event
    // when it is, and who leaves is told the end with it.
    const auto* const self = state.member(user);
    if (self != nullptr && self->joined_seq > state.committed) {
        return std::unexpected(no_such_chat());
    }
    if (self != nullptr) {
        attachment.first_seq = state.first_seq(*self);
        attachment.delivered = self->durable.delivered;
        return attachment;
    }
    const auto left = state.left.find(user);
    if (left == state.left.end()) return std::unexpected(no_such_chat());
    attachment.first_seq = left->second.joined_seq;
    if (left->second.left_seq <= state.committed) attachment.last_seq = left->second.left_seq;
    return attachment;
}

Task<Result<Attachment>> ChatShard::attach(ChatId chat, UserId user, domain::DeviceId device,
                                           Follower follower, base::Timestamp since) {
    const auto loaded = co_await load(chat);
    if (!loaded) co_return std::unexpected(loaded.error());
    const auto state = *loaded;
    const auto moved = [&](const MemberState& member) {
        return member.durable != domain::Marks{} && member.marks_at >= since;
    };
    std::vector<UserId> readers;
    for (const auto& [other, member] : state->members) {
        if (moved(member) && member.durable.read > Seq{}) readers.push_back(other);
    }
    const auto showing = co_await fan_out_.showing(std::move(readers), user);
    if (!showing) co_return std::unexpected(showing.error());
    if (state->stale || !owns(chat)) co_return co_await attach(chat, user, device, follower, since);
    // No waiting from here on: what is told as the head now, and what is followed from now on,
    // leave no gap between them.
    auto attachment = attachment_for(*state, user, device);
    if (!attachment) co_return attachment;
    for (int wait = 0; BANTER_FAULT(followed_too_late) && wait < 4; ++wait)
        co_await ports_.store.head(chat);
    state->anchor->followers.add(ports_.log.node(), follower);
    if (attachment->last_seq) co_return attachment;
    for (const auto& [other, member] : state->members) {
        if (!moved(member)) continue;
        protocol::Receipt receipt{chat, other, {}, {}, member.marks_at};
        if (other != user) receipt.delivered = member.durable.delivered;
        if (showing->contains(other)) receipt.read = member.durable.read;
        if (receipt.delivered || receipt.read) attachment->receipts.push_back(receipt);
    }
    co_return attachment;
}

void ChatShard::detach(ChatId chat, Follower follower) {
    const auto loaded = chats_.find(chat);
    const auto kept = anchors_.find(chat);
    Anchor* anchor = nullptr;
    if (loaded != chats_.end()) anchor = loaded->second->anchor.get();
    if (kept != anchors_.end()) anchor = kept->second.get();
    if (anchor != nullptr) anchor->followers.remove(ports_.log.node(), follower);
}

Task<Result<void>> ChatShard::received(ChatId chat, UserId user, domain::DeviceId device, Seq seq) {
    const auto loaded = co_await load(chat);
    if (!loaded) co_return std::unexpected(loaded.error());
    const auto state = *loaded;
    if (state->member(user) == nullptr) co_return co_await ended_received(chat, user, device, seq);
    if (seq > state->committed) co_return std::unexpected(beyond_the_end());
    if (seq == Seq{}) co_return Result<void>{};
    const ports::CursorRow cursor{user, device, chat, seq};
    co_return unless_moved(*state, co_await committed_both(state, cursor));
}

// The cursor of the device and the mark of its user. Either may wait for the end of the tick.
Task<Result<void>> ChatShard::committed_both(std::shared_ptr<ChatState> chat,
                                             ports::CursorRow cursor) {
    struct Outcome {
        int open = 2;
        Result<void> result;
    };
    base::CallbackAwaiter<Result<void>> durable([&](base::Completion<Result<void>> done) {
        const auto part = [done, outcome = std::make_shared<Outcome>()](const Result<void>& one) {
            if (!one) outcome->result = one;
            if (--outcome->open == 0) done(outcome->result);
        };
        const domain::Marks marks{cursor.delivered, {}};
        const bool mark_moves = chat->member(cursor.user)->durable.delivered < cursor.delivered;
        sequencer_.mark(chat, cursor.user, marks, ports_.clock.now(), part);
        sequencer_.move_cursor(cursor, mark_moves, part);
    });
    co_return co_await durable;
}

// Who was removed still acknowledges what was his to see.
Task<Result<void>> ChatShard::ended_received(ChatId chat, UserId user, domain::DeviceId device,
                                             Seq seq) {
    const auto ended = co_await ports_.directory.ended_memberships(user);
    if (!ended) co_return std::unexpected(ended.error());
    for (const auto& membership : *ended) {
        if (membership.chat != chat || seq > membership.left_seq) continue;
        const ports::CursorRow cursor{user, device, chat, seq};
        co_return co_await committed_cursor(cursor);
    }
    co_return std::unexpected(no_such_chat());
}

Task<Result<void>> ChatShard::committed_cursor(ports::CursorRow cursor) {
    base::CallbackAwaiter<Result<void>> durable([&](base::Completion<Result<void>> done) {
        sequencer_.move_cursor(cursor, false, [done](const Result<void>& result) { done(result); });
    });
    co_return co_await durable;
}

Task<Result<void>> ChatShard::committed_marks(std::shared_ptr<ChatState> chat, UserId user,
                                              domain::Marks marks) {
    const base::Timestamp now = ports_.clock.now();
    base::CallbackAwaiter<Result<void>> durable([&](base::Completion<Result<void>> done) {
        sequencer_.mark(chat, user, marks, now,
                        [done](const Result<void>& result) { done(result); });
    });
    co_return co_await durable;
}

Task<Result<void>> ChatShard::read(ChatId chat, UserId user, Seq seq) {
    const auto loaded = co_await load_for(chat, user);
    if (!loaded) co_return std::unexpected(loaded.error());
    if (seq > (*loaded)->committed) co_return std::unexpected(beyond_the_end());
    const domain::Marks marks{seq, seq};
    co_return unless_moved(**loaded, co_await committed_marks(*loaded, user, marks));
}

Task<void> ChatShard::typing(ChatId chat, UserId user, bool on, domain::TypingKind kind) {
    if (!on) {
        typing_.ended(chat, user);
        co_return;
    }
    const auto loaded = co_await load_for(chat, user);
    if (!loaded || (*loaded)->blocked) co_return;
    if (!(*loaded)->may_send(*(*loaded)->member(user))) co_return;
    typing_.started(chat, user, kind);
}

void ChatShard::relay_typing(ChatId chat, UserId user, bool on, domain::TypingKind kind) {
    const auto found = chats_.find(chat);
    if (found == chats_.end()) return;  // nobody follows it
    fan_out_.typing(*found->second, user, on, kind);
    fan_out_.send();
}

Task<Result<ChatView>> ChatShard::view(ChatId chat, UserId user) {
    const auto loaded = co_await load_for(chat, user);
    if (!loaded) co_return std::unexpected(loaded.error());
    const auto& state = **loaded;
    const auto& self = *state.member(user);
    ChatView view;
    view.chat = state.chat;
    view.role = self.role;
    view.head = state.committed;
    view.first_seq = state.first_seq(self);
    view.marks = self.durable;
    view.members = state.members.size();
    view.at = state.chat.created_at;
    if (state.committed > Seq{}) {
        view.at = state.head_row.at;
        view.preview = state.head_row.preview;
    }
    if (state.chat.type == domain::ChatType::direct) {
        for (const auto& [member, ignored] : state.members) {
            if (member != user) view.other = member;
        }
    }
    co_return view;
}

Task<Result<std::vector<MemberView>>> ChatShard::members(ChatId chat, UserId viewer) {
    const auto loaded = co_await load_for(chat, viewer);
    if (!loaded) co_return std::unexpected(loaded.error());
    const auto state = *loaded;
    std::vector<MemberView> views;
    std::vector<UserId> users;
    for (const auto& [user, member] : state->members) {
        users.push_back(user);
        views.push_back({user, member.role, member.joined_at, member.joined_seq,
                         member.durable.delivered, member.durable.read, true});
    }
    const auto showing = co_await fan_out_.showing(std::move(users), viewer);
    if (!showing) co_return std::unexpected(showing.error());
    for (auto& view : views) {
        view.shows_read = showing->contains(view.user);
        if (!view.shows_read) view.read.reset();
    }
    co_return views;
}

Task<Result<bool>> ChatShard::refresh_blocks(ChatId chat) {
    const auto found = chats_.find(chat);
    if (found == chats_.end() || found->second->members.size() != 2) co_return true;
    const auto state = found->second;
    const auto one = state->members.begin()->first;
    const auto other = std::next(state->members.begin())->first;
    const auto blocked = co_await ports_.relations.blocked_either_way(one, other);
    if (!blocked) co_return std::unexpected(blocked.error());
    state->blocked = *blocked;
    co_return true;
}

void ChatShard::forget_idle() {
    if (ports_.log.replays()) base::spawn(settle_outbox());
    const auto now = ports_.clock.steady();
    std::erase_if(chats_, [&](const auto& entry) {
        const auto& [chat, state] = entry;
        // More than one owner: something is under way that builds on it.
        return !state->anchor->in_use() && state.use_count() == 1 && !unplaced_.contains(chat) &&
               now - state->last_used > idle_time;
    });
    std::erase_if(anchors_, [](const auto& entry) { return !entry.second->in_use(); });
}

// Nothing of what was known is certain. Whose change is durable waits on for the directory.
void ChatShard::forget_all() {
    for (auto& [chat, state] : chats_) {
        state->stale = true;
        keep_anchor(chat, state->anchor);
    }
    std::unordered_map<ChatId, std::shared_ptr<ChatState>> forgotten;
    forgotten.swap(chats_);
    give_up_changes([](ChatId) { return true; });
}

// One that nothing depends on is made anew when its chat is loaded.
void ChatShard::keep_anchor(ChatId chat, std::shared_ptr<Anchor> anchor) {
    if (anchor->in_use()) anchors_.emplace(chat, std::move(anchor));
}

}  // namespace banter::chat
